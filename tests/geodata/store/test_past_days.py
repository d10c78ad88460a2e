"""Days other than today that are kept drawn: they follow the ledger, whatever happens at once."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select, text

from geodata.domain.access import Scope
from geodata.domain.category import Category
from geodata.domain.division import DivisionKind
from geodata.domain.management import ManagementType
from geodata.domain.period import today
from geodata.layers import LAYERS
from geodata.store.session import Change, reading, writing
from geodata.store.tables import Division, ManagementArrangement, Site
from geodata.store.tiles import draw_day, draw_past_day, read_tile
from tests.builders import (
    SOUTH,
    WEST,
    a_district,
    a_finding,
    a_site,
    a_town,
    an_inspection,
    square,
)
from tests.geodata.store.test_drawing import DIFFERENCE, _step
from tests.tile_reading import tile_at

LAST_WEEK = today() - timedelta(days=7)
NEXT_WEEK = today() + timedelta(days=7)
LISTED_ON = today() - timedelta(days=90)
PAST_DIFFERENCE = """
  WITH kept AS (SELECT * FROM drawn_past_site WHERE day = :day AND place IS NOT NULL),
  told AS (SELECT CAST(:day AS date), s.* FROM sites_on_maps(:day) AS s)
  (SELECT * FROM kept EXCEPT ALL SELECT * FROM told)
  UNION ALL (SELECT * FROM told EXCEPT ALL SELECT * FROM kept)
"""


def _write(engine: Engine, day: date | None = None):
    return writing(engine, Change("tester", "test", day))


def _kept(engine: Engine) -> list[date]:
    with engine.connect() as connection:
        asked = text("SELECT day FROM drawn_past_day WHERE is_whole ORDER BY id")
        return list(connection.scalars(asked))


def _difference(engine: Engine, day: date) -> list:
    statement = DIFFERENCE if day == today() else PAST_DIFFERENCE
    with engine.connect() as connection:
        return list(connection.execute(text(statement), {"day": day}))


@pytest.fixture
def drawn(engine):
    """A database with two towns and some sites that have been there for a while."""
    with _write(engine, LISTED_ON) as session:
        a_district(session)
        towns = [a_town(session, boundary=square(0.1 * one, 0, 0.1)) for one in range(2)]
        for number in range(6):
            a_site(
                session,
                town=towns[number % 2],
                boundary=square(0.02 * number, 0, 0.01),
                listed_on=LISTED_ON,
            )
    draw_day(engine, today())
    return engine


def test_a_kept_day_is_what_the_ledger_says_after_any_act(drawn):
    rng = random.Random(11)
    days = [LAST_WEEK, NEXT_WEEK]
    for number in range(25):
        # Acts on all sites at once forget the days.
        assert all(draw_past_day(drawn, day) for day in days)
        assert sorted(_kept(drawn)) == days
        with _write(drawn, LAST_WEEK - timedelta(days=3) if number % 2 else None) as session:
            for _ in range(rng.randrange(1, 4)):
                _step(session, rng)
                session.flush()
        for day in (*_kept(drawn), today()):
            assert _difference(drawn, day) == []


def test_tiles_of_a_kept_day_are_those_that_are_worked_out(drawn):
    with _write(drawn, LISTED_ON) as session:
        number = next(iter(session.scalars(select(Site.town_code).order_by(Site.id))))
        alone = a_site(
            session,
            town=session.get(Division, number),
            ticked={ManagementType.NONE},
            category=Category.STANDALONE_BUILDING.value,
            boundary=square(0.005, 0.005, 0.001),
            listed_on=LISTED_ON,
        )
        inspection = an_inspection(session, alone, LISTED_ON)
        a_finding(session, inspection)
    town = Scope(DivisionKind.TOWN, _a_site(drawn).town_code)
    asked = [
        (layer, tile_at(WEST + 0.005, SOUTH + 0.005, zoom), scope)
        for layer in LAYERS.values()
        if layer.is_dated
        for zoom in (8, 11, 13, 16)
        for scope in (Scope.everything(), town)
    ]

    def made() -> list[bytes]:
        with reading(drawn, Scope.everything()) as session:
            return [
                read_tile(session, [layer], tile, scope, on=LAST_WEEK)
                for layer, tile, scope in asked
            ]

    before = made()
    assert sum(1 for one in before if one) >= 32
    assert draw_past_day(drawn, LAST_WEEK)
    assert made() == before


def test_few_days_are_kept_the_newest(drawn):
    days = [LAST_WEEK - timedelta(days=number) for number in range(15)]
    for day in days:
        assert draw_past_day(drawn, day)
    assert _kept(drawn) == days[-13:]
    with drawn.connect() as connection:
        told = connection.scalars(text("SELECT DISTINCT day FROM drawn_past_site"))
        assert set(told) == set(days[-13:])


def test_a_change_of_many_sites_forgets_all_days(drawn):
    draw_past_day(drawn, LAST_WEEK)
    with _write(drawn) as session:
        town = a_town(session)
        for number in range(120):
            a_site(session, town=town, point=(WEST + number / 10000, SOUTH))
    assert _kept(drawn) == []
    with drawn.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM drawn_past_site")) == 0


@pytest.mark.parametrize("is_taken_away", [False, True])
def test_what_changes_while_a_day_is_drawn_stays(drawn, is_taken_away):
    """The order is that of two processes: one begins the day, the other edits meanwhile."""
    number = _begin(drawn, LAST_WEEK)
    with _write(drawn, LAST_WEEK - timedelta(days=1)) as session:
        site = session.scalars(select(Site).order_by(Site.id)).first()
        if is_taken_away:
            site.geom = None
        else:
            site.name = "改名"
        changed = site.id
    with drawn.begin() as connection:
        # What was read before the edit and is written only now finds the place taken.
        stale = text(
            "INSERT INTO drawn_past_site (day, site_id, name) VALUES (:day, :site, '旧名')"
            " ON CONFLICT DO NOTHING"
        )
        assert connection.execute(stale, {"day": LAST_WEEK, "site": changed}).rowcount == 0
    assert _finish(drawn, number)
    assert _difference(drawn, LAST_WEEK) == []


def test_a_day_that_is_forgotten_while_it_is_drawn_is_not_kept(drawn):
    number = _begin(drawn, LAST_WEEK)
    with drawn.begin() as connection:
        connection.execute(text("DELETE FROM drawn_past_day"))
    assert not _finish(drawn, number)
    with drawn.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM drawn_past_site")) == 0


def test_nobody_waits_for_an_edit_that_is_not_done(drawn):
    with _write(drawn) as session:
        session.scalars(select(Site)).first().name = "改名"
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        assert not draw_past_day(drawn, LAST_WEEK)
    assert draw_past_day(drawn, LAST_WEEK)


@pytest.mark.parametrize("day", [today(), LAST_WEEK])
def test_two_who_change_what_hangs_on_one_site_at_once_are_both_drawn(drawn, day):
    draw_past_day(drawn, LAST_WEEK)
    site = _a_site(drawn)
    with ThreadPoolExecutor(1) as pool:
        with _write(drawn) as first:
            an_inspection(first, first.get(Site, site.id), LAST_WEEK)
            first.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
            second = pool.submit(_manage, drawn, site)
            with pytest.raises(TimeoutError):
                second.result(0.5)
        second.result(20)
    assert _difference(drawn, day) == []


def _a_site(engine: Engine) -> Site:
    with reading(engine, Scope.everything()) as session:
        return session.scalars(select(Site).order_by(Site.id).limit(1)).one()


def _manage(engine: Engine, site: Site) -> None:
    kind = ManagementType.UNIT_RUN.value
    with _write(engine) as session:
        session.add(
            ManagementArrangement(site_id=site.id, management_type=kind, starts_on=LAST_WEEK)
        )


def _begin(engine: Engine, day: date) -> int:
    with engine.begin() as connection:
        return connection.scalar(text("SELECT begin_past_day(:day)"), {"day": day})


def _finish(engine: Engine, number: int) -> bool:
    with engine.begin() as connection:
        return connection.scalar(text("SELECT finish_past_day(:number)"), {"number": number})
