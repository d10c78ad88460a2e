"""What the release before held stands after the upgrade, and works under the new rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.domain.indicator import Denominator
from geodata.domain.period import today
from geodata.store.audit_chain import verify_chain
from geodata.store.migrate import newest_revision, upgrade
from geodata.store.queries.coverage_table import Breakdown, coverage_table
from geodata.store.queries.state import SiteFilter
from geodata.store.session import connect, reading
from geodata.store.tables import Site
from scripts.backup import load_dump
from tests.postgis import TestServer, as_server
from tests.sealed import tables_with

RELEASES = sorted((Path(__file__).resolve().parents[1] / "releases").glob("*.dump"))
"""Small demo districts as each release left them, by pg_dump; a release adds one."""
KEPT = (
    *("site", "management_arrangement", "inspection", "finding", "site_version", "audit_line"),
    *("ledger_import", "staged_row", "footprint", "account", "api_token", "audit_seal"),
)


@pytest.fixture(params=RELEASES, ids=lambda path: path.stem)
def old(request: pytest.FixtureRequest, server: TestServer) -> Iterator[str]:
    """The address of a database as a release left it."""
    name = f"{server.worker}_release"
    url = server.create(name)
    load_dump(url, request.param)
    yield url
    server.drop(name)


def _counts(url: str) -> dict[str, int]:
    engine = connect(url)
    with engine.connect() as connection:
        found = {table: connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in KEPT}
    engine.dispose()
    return found


def test_a_release_is_upgraded_with_all_it_held(old: str) -> None:
    before = _counts(old)
    assert min(before.values()) > 0
    for _ in range(2):
        upgrade(old)
    assert _counts(old) == before
    engine = connect(old)
    with reading(engine) as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == newest_revision()
        assert verify_chain(session).is_whole
        former = session.execute(text("SELECT site_id, division_code FROM former_place")).all()
        assert {row.site_id for row in former} == {session.scalar(text("SELECT min(id) FROM site"))}
    engine.dispose()


def test_numbers_are_sealed_and_no_version_says_so(old: str) -> None:
    engine = connect(old)
    with engine.connect() as connection:
        numbers = set(connection.scalars(text("SELECT phone FROM site WHERE phone IS NOT NULL")))
    before = _counts(old)
    assert "site_version" in tables_with(engine, numbers)
    upgrade(old)
    assert tables_with(engine, numbers) == set()
    assert _counts(old) == before
    with reading(engine) as session:
        opened = set(session.scalars(select(Site.phone).where(Site.phone.is_not(None))))
        assert opened == numbers
    engine.dispose()


def test_the_server_works_on_what_it_finds(old: str) -> None:
    upgrade(old)
    engine = connect(as_server(old))
    scope = Scope.everything()
    with reading(engine, scope) as session:
        listed = session.scalar(text("SELECT count(*) FROM site WHERE delisted_on IS NULL"))
        table = coverage_table(
            session, scope, by=Breakdown.TOWN, on=today(), wanted=SiteFilter(), language="zh"
        )
        assert table.total.amounts[Denominator.SITES] == listed
        assert listed > 0
    engine.dispose()


def test_who_uses_a_table_is_not_waited_for_for_ever(old: str) -> None:
    engine = connect(old)
    with engine.begin() as connection:
        connection.execute(text("SELECT count(*) FROM api_token"))
        with pytest.raises(DomainError, match=r"schema\.in_use"):
            upgrade(old, waits=timedelta(milliseconds=300))
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0012"
    engine.dispose()
    upgrade(old)
