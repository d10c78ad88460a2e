"""Whether points lie in a district."""

from __future__ import annotations

import pytest

from geodata.store.queries.inside import points_outside
from tests.builders import SOUTH, WEST, a_district, a_town, square

IN, EDGE, OUT = (WEST + 0.1, SOUTH + 0.1), (WEST - 0.001, SOUTH + 0.1), (WEST - 0.01, SOUTH + 0.1)


def test_points_beyond_the_edge_are_named_by_their_index(session):
    district = a_district(session, boundary=square(side=0.2))
    assert points_outside(session, district.code, [IN, OUT, EDGE, OUT]) == [1, 3]


@pytest.mark.parametrize("points", [[], [IN]])
def test_nothing_lies_outside_where_nothing_can(session, points):
    assert points_outside(session, a_district(session).code, points) == []


def test_a_division_without_a_boundary_has_no_outside(session):
    assert points_outside(session, a_town(session).code, [OUT]) == []
