"""Divisions come in their official order, with their bounds."""

from __future__ import annotations

import pytest

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from geodata.store.queries.divisions import find_divisions, get_division
from tests.builders import SOUTH, WEST, a_district, a_neighbourhood, a_town, square

EVERYTHING = Scope.everything()


def test_the_order_is_the_official_one_not_that_of_codes_or_names(session):
    district = a_district(session)
    late = a_town(session, "丙镇", district=district, code="370306900")
    early = a_town(session, "甲镇", district=district, code="370306100")
    found = find_divisions(session, EVERYTHING, kind=DivisionKind.TOWN)
    assert [row.code for row in found] == [late.code, early.code]


def test_divisions_are_narrowed_by_kind_district_and_parent(session):
    district = a_district(session)
    towns = [a_town(session, district=district) for _ in range(2)]
    inside = a_neighbourhood(session, town=towns[0])
    a_neighbourhood(session, town=towns[1])
    other = a_district(session, "张店区", code="370303")
    assert [row.code for row in find_divisions(session, EVERYTHING, district=other.code)] == [
        other.code
    ]
    within = find_divisions(session, EVERYTHING, parent=towns[0].code)
    assert [row.code for row in within] == [inside.code]
    districts = find_divisions(session, EVERYTHING, kind=DivisionKind.DISTRICT)
    assert [row.code for row in districts] == ["370303", "370306"]


def test_bounds_are_west_south_east_north_or_unknown(session):
    district = a_district(session, boundary=square(0.1, 0.2, 0.3))
    bounds = get_division(session, EVERYTHING, district.code).bounds
    assert bounds == pytest.approx((WEST + 0.1, SOUTH + 0.2, WEST + 0.4, SOUTH + 0.5))
    town = a_town(session, district=district)
    assert get_division(session, EVERYTHING, town.code).bounds is None
