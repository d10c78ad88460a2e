"""The state of every site on any day, against ten lines of Python over raw rows."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from geodata.domain.inspection import VERIFIED_WITHIN_DAYS
from geodata.domain.period import today
from geodata.store.queries.state import site_state
from geodata.store.tables import Site
from tests.builders import NOTICE_ON, a_site, a_town, an_inspection, effective, square
from tests.geodata.store.history import DAYS, state_of, write_history

DAY = timedelta(days=1)
BOUNDARIES = sorted({day + shift for day in DAYS for shift in (-DAY, 0 * DAY, 31 * DAY)})


def _state(session: Session, on: date) -> dict[int, dict[str, object]]:
    rows = session.execute(select(site_state(on))).mappings()
    return {
        row["site_id"]: {
            **row,
            "ticked_types": set(row["ticked_types"]),
            "effective_types": set(row["effective_types"]),
        }
        for row in rows
    }


@pytest.mark.parametrize("seed", range(4))
def test_every_day_can_be_rebuilt(session, seed):
    ledger = write_history(session, Random(seed))
    for day in [*BOUNDARIES, today(), today() + DAY]:
        expected = state_of(session, ledger, day)
        found = _state(session, day)
        assert found.keys() == expected.keys()
        for site, values in expected.items():
            assert {name: found[site][name] for name in values} == values


def test_a_past_day_has_all_columns_of_the_ledger_as_they_were(session):
    site = a_site(
        session,
        "和平小区",
        boundary=square(),
        point=(117.8, 36.75),
        built_year=1998,
        fee_min_yuan=0.5,
    )
    columns = ", ".join(f"{one.name}::text" for one in Site.__table__.columns)
    then = session.execute(text(f"SELECT {columns} FROM site")).mappings().one()
    changes = {"name": "改名", "built_year": None, "geom": None, "point": None, "fee_min_yuan": 9}
    session.execute(update(Site).where(Site.id == site.id).values(**changes))
    past = text(f"SELECT {columns} FROM site_as_of(:day)")
    assert session.execute(past, {"day": NOTICE_ON}).mappings().one() == then
    assert session.execute(past, {"day": today()}).mappings().one() != then


def test_a_correction_of_the_same_day_replaces_what_was_written_before_it(session):
    site = a_site(session, households=100)
    with effective(session, NOTICE_ON):
        session.execute(update(Site).where(Site.id == site.id).values(households=101))
    assert _state(session, NOTICE_ON)[site.id]["households"] == 101


def test_a_site_is_listed_from_its_first_day_until_the_day_before_its_end(session):
    site = a_site(session)
    with effective(session, NOTICE_ON + 10 * DAY):
        session.execute(
            update(Site).where(Site.id == site.id).values(delisted_on=NOTICE_ON + 10 * DAY)
        )
    listed = [shift for shift in range(-2, 14) if _state(session, NOTICE_ON + shift * DAY)]
    assert listed == list(range(10))


def test_a_site_that_moved_stands_where_it_stood(session):
    east, west = a_town(session), a_town(session)
    site = a_site(session, town=east)
    with effective(session, NOTICE_ON + 5 * DAY):
        session.execute(update(Site).where(Site.id == site.id).values(town_code=west.code))
    assert _state(session, NOTICE_ON + 4 * DAY)[site.id]["town_code"] == east.code
    assert _state(session, NOTICE_ON + 5 * DAY)[site.id]["town_code"] == west.code


@pytest.mark.parametrize(("days", "is_verified"), [(0, True), (1, True), (179, True), (180, False)])
def test_an_inspection_confirms_coverage_for_so_many_days(session, days, is_verified):
    assert VERIFIED_WITHIN_DAYS == 180
    site = a_site(session)
    an_inspection(session, site, NOTICE_ON)
    state = _state(session, NOTICE_ON + days * DAY)
    assert state[site.id]["is_verified"] is is_verified


def test_a_site_is_uncovered_since_the_day_after_its_last_management_ended(session):
    site = a_site(session, lapsed_on=NOTICE_ON + 30 * DAY)
    assert _state(session, NOTICE_ON + 29 * DAY)[site.id]["uncovered_since"] is None
    lapsed = _state(session, NOTICE_ON + 40 * DAY)[site.id]
    assert lapsed["is_covered"] is False
    assert lapsed["uncovered_since"] == NOTICE_ON + 30 * DAY


def test_a_site_never_managed_is_uncovered_since_it_was_listed(session):
    site = a_site(session, ticked=())
    assert _state(session, today())[site.id]["uncovered_since"] == NOTICE_ON
