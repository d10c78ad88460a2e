"""Another key to telephone numbers: everything sealed before opens with it, and with it alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from geodata.domain.errors import DomainError
from geodata.store.resealing import change_key
from geodata.store.sealing import KEY_VARIABLE, PREFIX, add_key, new_key, seal, unseal
from geodata.store.session import Change, reading, writing
from geodata.store.tables import Site, SiteVersion
from server.auth.accounts import find_account
from tests.sealed import tables_with
from tests.world import build_world

NUMBERS = ("13812345678", "13800000001")


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "phones.key"
    new_key(path)
    monkeypatch.setenv(KEY_VARIABLE, str(path))
    return path


@pytest.fixture
def sites(key: Path, engine: Engine) -> list[int]:
    """Two sites of the district with numbers, one of them changed once, one a text like ours."""
    build_world(engine)
    with reading(engine) as session:
        ids = list(session.scalars(select(Site.id).order_by(Site.id).limit(2)))
    for number, site in zip(NUMBERS, ids, strict=True):
        with writing(engine, Change("tester", "numbers")) as session:
            session.get_one(Site, site).phone = number
    with writing(engine, Change("tester", "numbers")) as session:
        session.get_one(Site, ids[0]).phone = NUMBERS[1]
        session.get_one(Site, ids[1]).source_row = {"电话": NUMBERS[1]}
        session.get_one(Site, ids[1]).name = PREFIX + "notOurs="
        account = find_account(session, "leader")
        assert account is not None
        account.code_secret = "JBSWY3DPEHPK3PXP"
    return ids


def sealed_in(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.scalars(text("SELECT phone FROM site WHERE phone IS NOT NULL")))


def versions(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM site_version")) or 0)


def test_everything_opens_with_the_new_key_and_nothing_with_the_old(
    key, sites, engine, tmp_path, monkeypatch
):
    before, written = sealed_in(engine), versions(engine)
    kept = tmp_path / "old.key"
    assert change_key(engine, key, kept) > 4
    assert len(key.read_bytes().split()) == 1
    assert kept.stat().st_mode & 0o077 == key.stat().st_mode & 0o077 == 0
    assert sealed_in(engine).isdisjoint(before)
    assert tables_with(engine, NUMBERS) == set()
    assert versions(engine) == written
    with reading(engine) as session:
        assert [session.get_one(Site, one).phone for one in sites] == [NUMBERS[1]] * 2
        assert session.get_one(Site, sites[1]).source_row == {"电话": NUMBERS[1]}
        assert session.get_one(Site, sites[1]).name == PREFIX + "notOurs="
        account = find_account(session, "leader")
        assert account is not None
        assert account.code_secret == "JBSWY3DPEHPK3PXP"
        old = [one for one in session.scalars(select(SiteVersion.old)) if one]
        assert NUMBERS[0] in {unseal(one["phone"]) for one in old if one.get("phone")}
    monkeypatch.setenv(KEY_VARIABLE, str(kept))
    with pytest.raises(DomainError, match=r"personal\.key_wrong"), reading(engine) as session:
        assert session.get_one(Site, sites[0]).phone


def test_half_way_both_keys_open_and_the_change_goes_on(key, sites, engine, tmp_path):
    before = sealed_in(engine)
    add_key(key, tmp_path / "old.key")
    with reading(engine) as session:
        assert session.get_one(Site, sites[0]).phone == NUMBERS[1]
    assert seal(NUMBERS[0]) not in before
    change_key(engine, key, tmp_path / "older.key")
    assert not (tmp_path / "older.key").exists()
    assert sealed_in(engine).isdisjoint(before)
    with reading(engine) as session:
        assert session.get_one(Site, sites[0]).phone == NUMBERS[1]


def test_triggers_work_again_afterwards(key, sites, engine, tmp_path):
    change_key(engine, key, tmp_path / "old.key")
    written = versions(engine)
    with writing(engine, Change("tester", "afterwards")) as session:
        session.get_one(Site, sites[0]).phone = NUMBERS[0]
    assert versions(engine) == written + 1
