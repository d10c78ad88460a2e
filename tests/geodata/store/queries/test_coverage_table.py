"""Coverage figures, against a loop over raw rows."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from geodata.domain.access import Scope
from geodata.domain.category import Category
from geodata.domain.division import DivisionKind
from geodata.domain.indicator import CoverageKind, Denominator
from geodata.domain.inspection import InspectionStatus
from geodata.domain.management import ManagementType
from geodata.domain.period import today
from geodata.store.queries.coverage_table import Breakdown, coverage_table
from geodata.store.queries.state import SiteFilter
from geodata.store.queries.trend import coverage_trend
from tests.builders import NOTICE_ON, a_district, a_neighbourhood, a_site, a_town, an_inspection
from tests.geodata.domain.test_management import TEN_SITES
from tests.geodata.store.history import DAYS, state_of, write_history
from tests.geodata.store.statements import recorded

EVERYTHING = Scope.everything()


def _codes(values: dict, by: Breakdown) -> list[str]:
    """Return the rows a site counts in."""
    if by is Breakdown.MANAGEMENT_TYPE:
        return list(values["effective_types"]) or ["unreported"]
    name = by.value if by.value in values else f"{by.value}_code"
    return [values[name] or "unreported"]


def _loop(sites: list[dict]) -> dict:
    def amount(site: dict, of: Denominator) -> int:
        return 1 if of is Denominator.SITES else site[of.value] or 0

    def add_up(of: Denominator, flag: str | None) -> int:
        return sum(amount(site, of) for site in sites if flag is None or site[flag])

    flags = {
        "amounts": None,
        "covered": "is_covered",
        "market": "is_market_covered",
        "verified": "is_verified",
    }
    counted = {name: {of: add_up(of, flag) for of in Denominator} for name, flag in flags.items()}
    counted["unreported"] = {
        of: sum(of is not Denominator.SITES and site[of.value] is None for site in sites)
        for of in Denominator
    }
    return counted


def _told(row) -> dict:
    return {
        name: getattr(row, name)
        for name in ("amounts", "covered", "market", "verified", "unreported")
    }


@pytest.mark.parametrize("by", Breakdown)
def test_every_breakdown_equals_a_loop_over_raw_rows_on_any_day(session, by):
    ledger = write_history(session, Random(7), sites=20)
    for day in (DAYS[0], DAYS[3], DAYS[5] - timedelta(days=1), today()):
        sites = list(state_of(session, ledger, day).values())
        table = coverage_table(session, EVERYTHING, by=by, on=day)
        assert _told(table.total) == _loop(sites)
        for row in table.rows:
            assert _told(row) == _loop([one for one in sites if row.code in _codes(one, by)])
        told = {row.code for row in table.rows}
        assert {code for one in sites for code in _codes(one, by)} <= told


def test_the_vector_of_ten_sites_is_ninety_percent(session):
    for ticked, subsidised in TEN_SITES:
        a_site(session, ticked=ticked, subsidised=subsidised)
    table = coverage_table(session, EVERYTHING, by=Breakdown.MANAGEMENT_TYPE, on=NOTICE_ON)
    tallies = {row.code: row.amounts[Denominator.SITES] for row in table.rows}
    assert [tallies[one] for one in ManagementType] == [5, 6, 1, 0, 0, 1]
    assert table.total.amounts[Denominator.SITES] == 10
    assert table.total.rate().share == pytest.approx(0.9)
    assert table.total.rate(kind=CoverageKind.MARKET).share == pytest.approx(0.5)


def test_rows_stand_in_official_order_and_empty_ones_are_told(session):
    district = a_district(session)
    towns = [a_town(session, name, district=district) for name in ("丙镇", "甲镇", "乙镇")]
    a_site(session, town=towns[1])
    table = coverage_table(session, EVERYTHING, by=Breakdown.TOWN, on=today())
    assert [row.label for row in table.rows] == ["丙镇", "甲镇", "乙镇"]
    assert [row.amounts[Denominator.SITES] for row in table.rows] == [0, 1, 0]
    assert table.rows[0].rate().share is None


def test_what_is_not_reported_has_its_own_row_in_either_language(session):
    a_site(session, category=None)
    for language, name, total in (("zh", "未填报", "合计"), ("en", "Not reported", "Total")):
        table = coverage_table(
            session, EVERYTHING, by=Breakdown.CATEGORY, on=today(), language=language
        )
        assert (table.rows[-1].code, table.rows[-1].label) == ("unreported", name)
        assert (table.total.code, table.total.label) == ("total", total)
        assert len(table.rows) == len(Category) + 1


def test_labels_follow_the_order_of_the_vocabulary(session):
    a_site(session)
    table = coverage_table(session, EVERYTHING, by=Breakdown.INSPECTION_STATUS, on=today())
    assert [row.code for row in table.rows] == [one.value for one in InspectionStatus]


def test_the_change_since_the_last_months_end_is_told(session):
    east, west = a_town(session), a_town(session)
    a_site(session, town=east, listed_on=NOTICE_ON)
    last_month = NOTICE_ON - timedelta(days=1)
    a_site(session, town=west, listed_on=last_month)
    table = coverage_table(session, EVERYTHING, by=Breakdown.TOWN, on=NOTICE_ON, with_change=True)
    assert [row.sites_change for row in table.rows] == [1, 0]
    assert table.total.sites_change == 1
    without = coverage_table(session, EVERYTHING, by=Breakdown.TOWN, on=NOTICE_ON)
    assert without.total.sites_change is None


def test_neighbourhoods_of_a_town_are_told_alone(session):
    east, west = a_town(session), a_town(session)
    inside, outside = a_neighbourhood(session, town=east), a_neighbourhood(session, town=west)
    a_site(session, neighbourhood=inside)
    a_site(session, neighbourhood=outside)
    table = coverage_table(
        session,
        EVERYTHING,
        by=Breakdown.NEIGHBOURHOOD,
        on=today(),
        wanted=SiteFilter(town=east.code),
    )
    assert [row.code for row in table.rows] == [inside.code]
    assert table.total.amounts[Denominator.SITES] == 1


def test_nothing_at_all_is_zero_of_zero(session):
    a_district(session)
    table = coverage_table(session, EVERYTHING, by=Breakdown.TOWN, on=today())
    assert table.rows == []
    assert table.total.rate().share is None


@pytest.mark.parametrize("by", Breakdown)
def test_the_number_of_statements_does_not_grow_with_the_rows(session, by):
    town = a_town(session)
    a_site(session, town=town)
    with recorded(session) as few:
        coverage_table(session, EVERYTHING, by=by, on=today(), with_change=True)
    for _ in range(5):
        a_site(session, neighbourhood=a_neighbourhood(session, town=a_town(session)))
    with recorded(session) as many:
        coverage_table(session, EVERYTHING, by=by, on=today(), with_change=True)
    assert len(many) == len(few) <= 3


def test_the_trend_tells_the_end_of_each_month_and_the_day_itself(session):
    site = a_site(session, ticked={ManagementType.PROFESSIONAL}, listed_on=NOTICE_ON)
    an_inspection(session, site, NOTICE_ON)
    a_site(session, ticked=(), listed_on=NOTICE_ON + timedelta(days=31))
    scope = Scope(DivisionKind.TOWN, site.town_code)
    on = NOTICE_ON + timedelta(days=40)
    trend = coverage_trend(session, scope, SiteFilter(), on=on, months=2)
    assert [day.isoformat() for day, _ in trend] == ["2017-10-31", "2017-11-30", "2017-12-11"]
    assert [row.amounts[Denominator.SITES] for _, row in trend] == [0, 1, 2]
    assert [row.covered[Denominator.SITES] for _, row in trend] == [0, 1, 1]
