"""No telephone number lies open in the database, whatever way it came in."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from geodata.domain.errors import DomainError
from geodata.domain.governance import ContactSlot
from geodata.store.sealing import (
    KEY_VARIABLE,
    PREFIX,
    SealedJson,
    is_opened_by_key,
    new_key,
    seal,
    unseal,
)
from geodata.store.session import Change, writing
from geodata.store.tables import Site, SiteContact, StagedRow
from tests.builders import a_district, a_neighbourhood, a_town
from tests.desk import Desk
from tests.sealed import tables_with
from tests.workbooks import a_row

FIRST_NUMBER, SECOND_NUMBER, NAME = "13900001111", "13700002222", "小区(楼房)名称"
NOT_TAKEN = "139000033334"
"""One digit too many: told in the report, word for word."""


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    """The desk of somebody who sees the district."""
    with writing(engine, Change("tester", "set up")) as session:
        silk = a_town(session, "丝绸路街道", district=a_district(session))
        a_neighbourhood(session, "前沟社区", town=silk)
        a_neighbourhood(session, "后沟社区", town=silk)
    return Desk(engine, tmp_path)


def test_no_number_lies_open_on_any_way_in(desk: Desk) -> None:
    numbers = (FIRST_NUMBER, SECOND_NUMBER, NOT_TAKEN, "13600004444")
    rows = [
        a_row(联系电话=FIRST_NUMBER),
        a_row(**{NAME: "乙", "联系电话": SECOND_NUMBER}),
        a_row(**{NAME: "丙", "联系电话": NOT_TAKEN, "户数(户)": "很多"}),
    ]
    number = desk.stage(*rows)
    assert tables_with(desk.engine, numbers) == set()
    desk.apply(number, skips_faulty=True)
    with writing(desk.engine, Change("tester", "edit")) as session:
        site = session.scalars(select(Site).where(Site.name == "乙")).one()
        assert site.phone == SECOND_NUMBER
        site.phone = FIRST_NUMBER
        slot = next(iter(ContactSlot)).value
        session.add(SiteContact(site_id=site.id, slot=slot, phone="13600004444"))
    assert tables_with(desk.engine, numbers) == set()
    with desk.engine.connect() as connection:
        stored = connection.scalars(text("SELECT phone FROM site WHERE phone IS NOT NULL")).all()
        drafts = connection.scalars(text("SELECT draft FROM staged_row WHERE draft IS NOT NULL"))
        assert all(isinstance(one, str) for one in drafts)
    assert len(stored) >= 2
    assert {unseal(one) for one in stored} == {FIRST_NUMBER}
    assert len(set(stored)) == 1, "what is alike is sealed alike"


def test_what_has_not_changed_is_no_change(desk: Desk) -> None:
    rows = [a_row(联系电话=FIRST_NUMBER)]
    desk.apply(desk.stage(*rows))
    assert desk.counts(desk.stage(*rows)) == {"unchanged": 1}


def test_a_sealed_text_is_sealed_once_and_none_can_be_made_up() -> None:
    sealed = seal(FIRST_NUMBER)
    assert sealed.startswith(PREFIX)
    assert FIRST_NUMBER not in sealed
    assert seal(sealed) == sealed
    assert unseal(sealed) == FIRST_NUMBER
    assert unseal("0533-6411111") == "0533-6411111"
    made_up = f"{PREFIX}abc"
    assert unseal(seal(made_up)) == made_up
    with pytest.raises(DomainError, match=r"personal\.key_wrong"):
        unseal(sealed[:-4] + "AAAA")


def test_whether_the_key_fits_is_told_before_anything_is_served(desk: Desk) -> None:
    assert is_opened_by_key(_address(desk)) is None
    desk.apply(desk.stage(a_row(联系电话=FIRST_NUMBER)))
    assert is_opened_by_key(_address(desk)) is True


def test_the_key_of_another_installation_is_refused(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.apply(desk.stage(a_row(联系电话=FIRST_NUMBER)))
    new_key(tmp_path / "other.key")
    monkeypatch.setenv(KEY_VARIABLE, str(tmp_path / "other.key"))
    with pytest.raises(DomainError, match=r"personal\.key_wrong"):
        is_opened_by_key(_address(desk))


@pytest.mark.parametrize(
    ("content", "code"), [(None, "key_missing"), (b"!!", "key_unreadable"), (b"", "key_unreadable")]
)
def test_a_key_that_is_none_is_told_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, code: str
) -> None:
    path = tmp_path / f"{code}.key"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv(KEY_VARIABLE, str(path))
    with pytest.raises(DomainError, match=rf"personal\.{code}") as refused:
        seal(FIRST_NUMBER)
    assert refused.value.facts == {"path": str(path)}


def test_a_key_is_its_owners_and_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "phones.key"
    new_key(path)
    before = path.read_bytes()
    new_key(path)
    assert path.read_bytes() == before
    assert path.stat().st_mode & 0o077 == 0


def test_columns_of_imports_are_declared_sealed() -> None:
    kinds = [StagedRow.__table__.c[name].type for name in ("draft", "changes", "candidates")]
    assert all(isinstance(kind, SealedJson) for kind in kinds)


def _address(desk: Desk) -> str:
    return desk.engine.url.render_as_string(hide_password=False)
