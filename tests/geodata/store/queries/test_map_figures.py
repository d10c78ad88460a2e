"""The figures beside a map, against the table of coverage and a sort in Python."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.category import Category
from geodata.domain.division import DivisionKind
from geodata.domain.indicator import Denominator
from geodata.domain.management import ManagementType
from geodata.domain.period import today
from geodata.store.queries.coverage_table import Breakdown, coverage_table
from geodata.store.queries.map_figures import (
    COLUMNS,
    count_listed,
    map_figures,
    map_gaps,
    sites_before,
    town_extents,
)
from geodata.store.queries.state import SiteFilter
from tests.builders import NOTICE_ON, a_district, a_site, a_town, square
from tests.geodata.store.statements import recorded

EVERYTHING = Scope.everything()
DISTRICT = "370306"


@pytest.fixture
def towns(session: Session) -> list[str]:
    """Two towns with forty sites of all kinds, some of them nowhere on the map."""
    random = Random(7)
    a_district(session)
    codes = []
    for number in (1, 2):
        town = a_town(session, f"{number}镇", code=f"37030600{number}")
        codes.append(town.code)
        for index in range(20):
            place = random.choice(({"boundary": square(index / 100)}, {"point": (117.9, 36.8)}, {}))
            a_site(
                session,
                f"{number}-{index}",
                town=town,
                category=random.choice([*(one.value for one in Category), None]),
                ticked=random.sample(list(ManagementType)[:-1], random.choice((0, 0, 1, 2))),
                households=random.choice((None, 10, 25)),
                buildings=random.choice((None, 2)),
                listed_on=NOTICE_ON - timedelta(days=random.choice((0, 1, 40))),
                **place,
            )
    return codes


def _rows(session: Session, scope: Scope = EVERYTHING) -> list[dict]:
    found = map_figures(session, scope, DISTRICT, on=today())
    assert tuple(found) == COLUMNS
    return [dict(zip(COLUMNS, row, strict=True)) for row in zip(*found.values(), strict=True)]


PARTS = {"covered": "covered", "market": "market_covered", "verified": "verified"}


def test_rows_add_up_to_the_table_of_coverage(session, towns):
    rows = _rows(session)
    table = coverage_table(session, EVERYTHING, by=Breakdown.TOWN, on=today())
    for expected in (*table.rows, table.total):
        own = [one for one in rows if expected.code in (one["town"], "total")]
        for denominator in Denominator:
            assert sum(one[denominator] for one in own) == expected.amounts[denominator]
            for part, flag in PARTS.items():
                counted = sum(one[denominator] for one in own if one[flag])
                assert counted == getattr(expected, part)[denominator]


def test_rows_tell_categories_types_and_statuses_as_the_table_does(session, towns):
    rows = _rows(session)
    for by, keys_of in {
        Breakdown.CATEGORY: lambda one: [one["category"] or "unreported"],
        Breakdown.MANAGEMENT_TYPE: lambda one: (one["effective_types"] or "unreported").split(","),
        Breakdown.INSPECTION_STATUS: lambda one: [one["inspection_status"]],
    }.items():
        counted = Counter()
        for one in rows:
            for key in keys_of(one):
                counted[key] += one["sites"]
        table = coverage_table(session, EVERYTHING, by=by, on=today())
        expected = {row.code: row.amounts[Denominator.SITES] for row in table.rows}
        assert {key: count for key, count in expected.items() if count} == dict(counted)


def test_what_is_a_dot_or_nowhere_is_counted(session):
    town = a_town(session)
    a_site(session, town=town, boundary=square(), point=(117.9, 36.9))
    a_site(session, town=town, point=(117.9, 36.9))
    a_site(session, town=town)
    rows = _rows(session)
    assert sum(one["points"] for one in rows) == 1
    assert sum(one["unplaced"] for one in rows) == 1


def test_figures_are_one_statement_and_end_at_the_scope(session, towns):
    with recorded(session) as statements:
        rows = _rows(session, Scope(DivisionKind.TOWN, towns[0]))
    assert len(statements) == 1
    assert {one["town"] for one in rows} == {towns[0]}
    assert sum(one["sites"] for one in rows) == 20
    assert count_listed(session, Scope(DivisionKind.TOWN, towns[0]), DISTRICT) == 20


def test_the_number_at_the_last_months_end_is_the_tables(session, towns):
    town = a_town(session, "新镇", code="370306009")
    a_site(session, "新小区", town=town, listed_on=today())
    before = sites_before(session, EVERYTHING, DISTRICT, on=today())
    table = coverage_table(session, EVERYTHING, by=Breakdown.TOWN, on=today(), with_change=True)
    for row in table.rows:
        assert row.amounts[Denominator.SITES] - before.get(row.code, 0) == row.sites_change
    own = Scope(DivisionKind.TOWN, towns[1])
    assert set(sites_before(session, own, DISTRICT, on=today())) <= {towns[1]}


def test_gaps_come_standalone_first_then_the_longest_uncovered(session, towns):
    wanted = SiteFilter(district=DISTRICT)

    def page(offset: int, limit: int, scope: Scope = EVERYTHING) -> list:
        return map_gaps(session, scope, wanted, on=today(), offset=offset, limit=limit)

    everything = page(0, 100)
    rates = coverage_table(session, EVERYTHING, by=Breakdown.TOWN, on=today()).total.rate()
    assert len(everything) == rates.whole - rates.part
    order = [
        (one["category"] != "standalone_building", one["uncovered_since"], one["site_id"])
        for one in everything
    ]
    assert order == sorted(order)
    assert [*page(0, 3), *page(3, 4)] == everything[:7]
    assert {one["town_code"] for one in page(0, 100, Scope(DivisionKind.TOWN, towns[0]))} == {
        towns[0]
    }


def test_towns_without_a_border_are_told_by_their_sites(session):
    a_town(session, "有界", code="370306001", boundary=square(0, 0, 0.1))
    bare = a_town(session, "无界", code="370306002")
    a_site(session, town=bare, point=(117.9, 36.8))
    a_site(session, town=bare, point=(118.0, 36.9))
    found = town_extents(session, EVERYTHING, DISTRICT, on=today())
    assert found == {bare.code: pytest.approx((117.9, 36.8, 118.0, 36.9))}
    assert town_extents(session, Scope(DivisionKind.TOWN, "370306001"), DISTRICT, on=today()) == {}
