"""The schema grows from nothing, twice over, and is what the tables say."""

from __future__ import annotations

from importlib.resources import files

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from geodata.store.migrate import QUEUE_TABLES, alembic_config, install_functions, upgrade
from geodata.store.rules import rule_functions
from geodata.store.session import Change, connect, writing
from geodata.store.tables import Base, Site
from tests.builders import a_footprint, a_site, square
from tests.postgis import TestServer

OF_NO_FIGURE = {
    *("verified_within_days", "road_rank", "lies_within"),
    *("is_starred", "held_requirements", "is_policy_met"),
    *("footprint_class", "class_decided", "gap_min_share", "gap_join_within_m"),
    *("gap_remembered_share", "gap_main_road_rank", "plan_may_become", "finding_may_become"),
}
"""Rules that maps and lists of gaps ask for."""


@pytest.fixture
def empty_url(server: TestServer):
    """A database with nothing in it, not even PostGIS."""
    name = f"{server.worker}_empty"
    yield server.create(name)
    server.drop(name)


def _tables(engine: Engine) -> set[str]:
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    with engine.connect() as connection:
        return set(connection.scalars(text(query)))


def test_an_empty_database_is_brought_up_to_date_and_again(empty_url):
    engine = connect(empty_url)
    for _ in range(2):
        upgrade(empty_url)
        assert _tables(engine) == {
            *Base.metadata.tables,
            *{"alembic_version", "spatial_ref_sys"},
            *QUEUE_TABLES,
        }
    engine.dispose()


def test_footprints_from_before_they_were_classed_are_classed_by_the_upgrade(empty_url):
    upgrade(empty_url)
    engine = connect(empty_url)
    with writing(engine, Change("tester", "old survey")) as session:
        site = a_site(session, boundary=square()).id
        for place in (square(0.004, 0.004, 0.001), square(0.05, 0.05, 0.001)):
            a_footprint(session, place)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        unclassed = "gap_class = NULL, gap_reason = NULL, site_id = NULL, candidate_id = NULL"
        connection.execute(text(f"UPDATE footprint SET {unclassed}"))
        for table in ("footprint_tally", "gap_candidate"):
            connection.execute(text(f"DELETE FROM {table}"))
    upgrade(empty_url)
    with engine.connect() as connection:
        query = "SELECT gap_class, site_id FROM footprint ORDER BY id"
        assert [tuple(row) for row in connection.execute(text(query))] == [
            ("in_site", site),
            ("missing", None),
        ]
        assert connection.scalar(text("SELECT count(*) FROM gap_candidate")) == 1
        assert connection.scalar(text("SELECT sum(footprints) FROM footprint_tally")) == 2
    engine.dispose()


def test_the_migrations_make_just_the_tables_of_the_code(worker_engine):
    with worker_engine.begin() as connection:
        command.check(alembic_config(connection))


def test_the_migrations_are_one_chain(worker_engine):
    with worker_engine.begin() as connection:
        script = ScriptDirectory.from_config(alembic_config(connection))
    assert len(script.get_heads()) == 1
    numbers = [int(one.revision) for one in reversed(list(script.walk_revisions()))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_functions_and_triggers_can_be_installed_over_themselves(worker_engine):
    with worker_engine.connect() as connection:
        for _ in range(2):
            install_functions(connection)
        connection.rollback()


def test_every_sql_script_is_installed():
    """A script whose name has no number would lie there and never run."""
    scripts = [one.name for one in files("geodata.store").joinpath("sql").iterdir()]
    assert scripts
    assert [name for name in scripts if not name[:3].isdigit()] == []


def test_the_planner_sees_into_every_function_that_a_figure_is_made_of(session):
    """What is not put in place of its call is worked out again for every row and figure."""
    plan = "\n".join(
        session.scalars(
            text(
                "EXPLAIN VERBOSE SELECT count(*) FILTER (WHERE is_covered AND is_verified),"
                " min(inspection_status), min(effective_types) FROM site_state('2017-12-01', 180)"
            )
        )
    )
    written = [
        line.split()[4].split("(")[0] for line in rule_functions().splitlines() if "CREATE" in line
    ]
    names = [name for name in written if name not in OF_NO_FIGURE]
    assert len(names) == 6
    assert [name for name in (*names, "site_state", "site_as_of") if f"{name}(" in plan] == []


def test_a_version_of_a_site_keeps_all_its_columns(session):
    """A column that the snapshot forgets would be lost to every past day."""
    query = "SELECT jsonb_object_keys(site_snapshot(NULL::site))"
    kept = set(session.scalars(text(query)))
    assert kept == {one.name for one in Site.__table__.columns} - {"geom_3857"}
