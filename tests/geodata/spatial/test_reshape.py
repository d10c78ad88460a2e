"""Split, merge, cut, trim and outline: what must hold for any shape."""

from __future__ import annotations

from itertools import pairwise

import pytest
import shapely
from hypothesis import assume, example, given
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Polygon, box
from shapely.affinity import rotate, scale, translate

from geodata.domain.errors import DomainError
from geodata.spatial.enclosing import outline
from geodata.spatial.plane import plane_of
from geodata.spatial.reshape import as_area, cut, fill, merge, repair, split, trim_to
from tests.geodata.spatial.ground import metres

YARD = metres(box(0, 0, 100, 80))


@st.composite
def blobs(draw):
    """A star-shaped area of 3 to 12 corners within 200 m of the spot."""
    corners = draw(st.integers(3, 12))
    reach = draw(st.lists(st.floats(15, 150), min_size=corners, max_size=corners))
    east, north = draw(st.floats(-60, 60)), draw(st.floats(-60, 60))
    points = [
        rotate(LineString([(0, 0), (length, 0)]), 360 * number / corners, origin=(0, 0)).coords[1]
        for number, length in enumerate(reach)
    ]
    return metres(translate(Polygon(points), east, north))


@st.composite
def houses(draw):
    """One to eight houses, turned and strewn over 400 m."""
    found = []
    for _ in range(draw(st.integers(1, 8))):
        house = box(0, 0, draw(st.floats(8, 60)), draw(st.floats(8, 16)))
        house = rotate(house, draw(st.floats(0, 180)))
        found.append(
            metres(translate(house, draw(st.floats(-200, 200)), draw(st.floats(-200, 200))))
        )
    return found


def area(shape):
    return plane_of(shape).area_m2(shape)


@given(blobs(), st.floats(0, 180), st.floats(-40, 40))
def test_the_parts_of_a_split_add_up_to_the_whole(shape, angle, offset):
    line = metres(rotate(LineString([(-900, offset), (900, offset)]), angle, origin=(0, 0)))
    assume(line.crosses(shape.buffer(-1e-6)))
    parts = split(shape, line)
    assert len(parts) >= 2
    assert sum(one.area for one in parts) == pytest.approx(shape.area, rel=1e-9)
    assert sum(area(one) for one in parts) == pytest.approx(area(shape), abs=0.1)
    assert [one.area for one in parts] == sorted((one.area for one in parts), reverse=True)
    for one, other in pairwise(parts):
        assert one.intersection(other).area == pytest.approx(0, abs=1e-15)


@given(blobs(), blobs())
def test_what_is_trimmed_leaves_nothing_outside(shape, town):
    trimmed = trim_to(shape, town) if shape.intersection(town).area > 1e-9 else None
    if trimmed is not None:
        assert area(trimmed.difference(town)) < 0.01
        assert area(trimmed) == pytest.approx(area(shape.intersection(town)), abs=2)


@given(blobs(), blobs())
def test_cut_and_merge_share_out_the_ground(shape, other):
    joined = merge([shape, other])
    assert area(joined) == pytest.approx(area(shape.union(other)), abs=2)
    if shape.difference(other).area > 1e-9:
        left = cut(shape, other)
        assert left.is_valid
        assert area(left.intersection(other)) < 0.01
        assert area(merge([left, other])) == pytest.approx(area(joined), abs=2)


@given(houses())
def test_an_outline_covers_each_of_its_buildings(buildings):
    found = outline(buildings)
    assert found.is_valid
    for one in buildings:
        assert area(one.difference(found)) < 0.01


@given(houses(), blobs())
def test_an_outline_stays_out_of_other_sites(buildings, other):
    free = [one for one in buildings if one.disjoint(other)]
    if free:
        found = outline(free, others=[other])
        assert area(found.intersection(other)) < 0.01
        for one in free:
            assert area(one.difference(found)) < 0.01


def test_an_outline_takes_the_yard_between_the_buildings_along():
    rows = [metres(box(0, 40 * row, 80, 40 * row + 12)) for row in range(3)]
    found = outline(rows)
    assert len(found.geoms) == 1
    # 80 m by 92 m, and 3 m all round.
    assert area(found) == pytest.approx(86 * 98, rel=0.01)


def test_buildings_far_apart_remain_parts():
    assert len(outline([metres(box(0, 0, 20, 12)), metres(box(400, 0, 420, 12))]).geoms) == 2


def test_a_line_that_ends_inside_splits_nothing():
    with pytest.raises(DomainError) as refused:
        split(YARD, metres(LineString([(-10, 40), (50, 40)])))
    assert refused.value.code == "boundary.line_misses"


def test_a_line_through_a_court_splits_the_ring_in_two():
    ring = metres(box(0, 0, 100, 80).difference(box(30, 20, 70, 60)))
    assert len(split(ring, metres(LineString([(-5, 40), (105, 40)])))) == 2
    with pytest.raises(DomainError):
        split(ring, metres(LineString([(-5, 40), (50, 40)])))


def test_taking_everything_away_is_refused():
    for act in (
        lambda: cut(YARD, scale(YARD, 2, 2)),
        lambda: trim_to(YARD, metres(box(500, 0, 600, 80))),
    ):
        with pytest.raises(DomainError) as refused:
            act()
        assert refused.value.code == "boundary.nothing_left"


def test_an_outline_of_nothing_is_refused():
    with pytest.raises(DomainError) as refused:
        outline([])
    assert refused.value.code == "boundary.no_footprints"


def test_a_filled_gap_leaves_no_hair_and_takes_nothing_of_others():
    other = metres(box(101, 0, 200, 80))
    filled = fill(YARD, metres(box(100, 0, 101, 80)), others=[other])
    assert len(filled.geoms) == 1
    assert area(filled) == pytest.approx(8080, abs=5)
    assert area(filled.intersection(other)) < 0.01


@example([(0, 1), (0, 2), (1, 0), (0, 1), (0, 0), (1, 0)])
@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=4, max_size=9))
def test_whatever_was_drawn_is_valid_after_repair(points):
    drawn = metres(Polygon(points))
    repaired = repair(drawn)
    assert repaired.is_valid
    assert as_area(repaired).equals(repaired)
    assert shapely.get_dimensions(repaired) == 2 or repaired == MultiPolygon()
