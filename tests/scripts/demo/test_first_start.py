"""The demo district in a database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, text

from geodata.domain.errors import DomainError
from geodata.store.files import FileStore
from geodata.store.imports.ground import import_boundaries
from geodata.store.session import connect
from scripts.demo import first_start
from scripts.demo.first_start import build_and_load, prepare_demo
from scripts.demo.size import DemoSize
from tests.postgis import TestServer

SIZE = DemoSize(20, 60, 900)

# What people see; numbers of rows may differ where a transaction was rolled back.
_SEEN = """
SELECT s.town_code, s.neighbourhood_code, s.name, s.address, s.category, s.households,
       s.listed_on, st_astext(s.geom),
       array_agg(a.management_type || a.starts_on || coalesce(a.ends_on::text, '')
                 ORDER BY a.management_type, a.starts_on),
       (SELECT count(*) FROM inspection AS i WHERE i.site_id = s.id),
       (SELECT count(*) FROM footprint AS f WHERE f.site_id = s.id),
       (SELECT count(*) FROM site_version AS v WHERE v.site_id = s.id)
FROM site AS s LEFT JOIN management_arrangement AS a ON a.site_id = s.id
GROUP BY s.id ORDER BY 1, 2, 3
"""


def _ask(url: str, query: str) -> list[tuple[Any, ...]]:
    engine = connect(url)
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return rows


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> FileStore:
    """A store for the ledgers."""
    return FileStore(tmp_path_factory.mktemp("store") / "files")


@pytest.fixture(scope="module")
def built(server: TestServer, store: FileStore) -> Iterator[str]:
    """The address of a database with a small district, not to be changed."""
    url = server.clone(f"{server.worker}_demo")
    build_and_load(url, store, SIZE, seed=7)
    yield url
    server.drop(f"{server.worker}_demo")


def test_a_district_of_the_wanted_size_stands_there(built: str) -> None:
    counts = "SELECT count(*), count(*) FILTER (WHERE category = 'standalone_building') FROM site"
    assert _ask(built, counts) == [(80, 60)]
    assert _ask(built, "SELECT count(*) FROM footprint") == [(900,)]
    assert _ask(built, "SELECT DISTINCT is_sample FROM division") == [(True,)]


def test_sites_lie_inside_the_towns_they_are_listed_in(built: str) -> None:
    inside = """SELECT count(*), count(*) FILTER (WHERE st_covers(d.geom, s.geom))
                FROM site AS s JOIN division AS d ON d.code = s.town_code
                WHERE s.geom IS NOT NULL"""
    ((drawn, covered),) = _ask(built, inside)
    assert drawn == covered > 60


def test_nothing_was_inspected_before_it_was_listed(built: str) -> None:
    early = """SELECT count(*) FROM inspection AS i JOIN site AS s ON s.id = i.site_id
               WHERE i.inspected_on < s.listed_on"""
    assert _ask(built, early) == [(0,)]
    assert _ask(built, "SELECT count(*) > 0 FROM inspection") == [(True,)]


def test_an_interrupted_build_goes_on_and_ends_as_the_other(
    built: str, store: FileStore, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_: object) -> None:
        raise KeyboardInterrupt

    steps = ("import_boundaries", "import_footprints", "import_inspections")
    for step in steps:
        with monkeypatch.context() as patch:
            patch.setattr(first_start, step, break_off if step != steps[0] else _break_off_late())
            with pytest.raises(KeyboardInterrupt):
                build_and_load(database_url, store, SIZE, seed=7)
    build_and_load(database_url, store, SIZE, seed=7)
    assert _ask(database_url, _SEEN) == _ask(built, _SEEN)


def _break_off_late() -> Any:
    """Return a step that works once and breaks off when it comes again."""
    works, calls = import_boundaries, []

    def step(*arguments: Any, **named: Any) -> int:
        calls.append(arguments)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return works(*arguments, **named)

    return step


def test_a_built_district_is_left_alone_and_no_other_is_put_over_it(
    built: str, store: FileStore
) -> None:
    before = _ask(built, "SELECT max(id) FROM audit_line")
    build_and_load(built, store, SIZE, seed=7)
    with pytest.raises(DomainError) as refusal:
        build_and_load(built, store, SIZE, seed=8)
    assert refusal.value.code == "demo.exists"
    assert refusal.value.facts["seed"] == 7
    assert _ask(built, "SELECT max(id) FROM audit_line") == before


def test_a_size_that_cannot_be_built_is_not_begun(
    engine: Engine, store: FileStore, database_url: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        build_and_load(database_url, store, DemoSize(20, 20, 100), seed=7)
    assert refusal.value.code == "demo.footprints_few"
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit_line")).scalar() == 0


def test_a_database_with_districts_of_its_own_gets_no_demo(
    engine: Engine, store: FileStore, database_url: str, tmp_path
) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO division (code, kind, name, district_code, sort_order)"
                " VALUES ('1', 'district', '甲区', '1', 1)"
            )
        )
    prepare_demo(database_url, store, tmp_path)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM division")).scalar() == 1
    assert list(tmp_path.iterdir()) == []
