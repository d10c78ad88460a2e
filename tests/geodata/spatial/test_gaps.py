"""Which buildings lie in no site: ten polygons, dirty ones, and what must hold for any."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from geopandas import GeoDataFrame
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, affinity, box, from_wkt

from geodata.domain.footprint import ClassReason, FootprintClass, GapRules
from geodata.domain.gap import GapDecision
from geodata.spatial.gaps import areas_m2, find_gaps, usable_outlines
from geodata.spatial.plane import plane_of
from tests.geodata.spatial.ground import metres


def _frame(shapes, **columns):
    return GeoDataFrame(columns, geometry=list(shapes), crs="EPSG:4490")


def _house(east, north, wide=20.0, deep=10.0):
    return metres(box(east, north, east + wide, north + deep))


def _sites(*shapes):
    return _frame(shapes, site_id=[100 + number for number in range(len(shapes))])


def _classes(result):
    return [
        (FootprintClass(kind), ClassReason(why))
        for kind, why in zip(result["gap_class"], result["gap_reason"], strict=True)
    ]


SITES = _sites(metres(box(0, 0, 100, 100)), metres(box(100, 0, 200, 100)), metres(Point(310, 5)))


@pytest.mark.parametrize(
    ("shape", "more", "expected", "site"),
    [
        (_house(10, 10), {}, ("in_site", "share"), 100),
        (_house(-9, 10), {}, ("in_site", "share"), 100),
        (_house(-11, 10), {}, ("missing", "use_unknown"), None),
        # Two fifths of it in each of two neighbours, four fifths in both: their ledger has it.
        (_house(92, 92, wide=16), {}, ("in_site", "share"), 100),
        (_house(300, 0), {}, ("in_site", "point"), 102),
        (_house(400, 0), {"use": "apartments"}, ("missing", "use"), None),
        (_house(400, 0), {"use": "school"}, ("non_residential", "use"), None),
        (_house(400, 0), {"use": "construction"}, ("under_construction", "use"), None),
        (_house(400, 0, wide=2), {}, ("too_small", "area"), None),
        (_house(400, 0, wide=9), {"floors": 1}, ("too_small", "floors"), None),
        (_house(400, 0), {"floors": 1, "use": "house"}, ("too_small", "floors"), None),
        (_house(400, 0), {"floors": 1, "use": "apartments"}, ("missing", "use"), None),
        (_house(400, 0, wide=26), {"floors": 1, "use": "house"}, ("missing", "use"), None),
        (_house(400, 0, wide=9), {"floors": 2}, ("missing", "use_unknown"), None),
        (_house(400, 0, wide=400, deep=400), {}, ("unusable", "outline"), None),
    ],
)
def test_what_a_footprint_is_to_the_ledger(shape, more, expected, site):
    result = find_gaps(_frame([shape], **{key: [value] for key, value in more.items()}), SITES)
    assert _classes(result) == [(FootprintClass(expected[0]), ClassReason(expected[1]))]
    assert [None if pd.isna(one) else one for one in result["site_id"]] == [site]
    assert result["candidate"].notna().iloc[0] == (expected[0] == "missing")


def test_the_share_is_that_of_all_sites_together_and_shared_ground_counts_once():
    twice = _sites(metres(box(0, 0, 40, 100)), metres(box(0, 0, 40, 90)))
    result = find_gaps(_frame([metres(box(0, 10, 100, 30))]), twice)
    assert result["site_share"].iloc[0] == pytest.approx(0.4, abs=1e-6)
    assert result["gap_class"].iloc[0] == FootprintClass.MISSING


def test_a_threshold_may_be_another():
    house = _frame([_house(-11, 10)])
    assert find_gaps(house, SITES, rules=GapRules(min_share=0.3))["site_id"].iloc[0] == 100


def test_what_was_decided_is_remembered_by_the_walls():
    decided = _frame(
        [_house(400, 0), _house(500, 0), _house(500, 0)],
        decision=[GapDecision.NON_RESIDENTIAL, GapDecision.DEMOLISHED, GapDecision.NEW_STANDALONE],
    )
    houses = _frame([_house(402, 1), _house(412, 0), _house(500, 0), _house(500, 0, wide=50)])
    assert _classes(find_gaps(houses, SITES, decisions=decided)) == [
        (FootprintClass.NON_RESIDENTIAL, ClassReason.DECISION),
        (FootprintClass.MISSING, ClassReason.USE_UNKNOWN),
        (FootprintClass.DEMOLISHED, ClassReason.DECISION),
        (FootprintClass.MISSING, ClassReason.USE_UNKNOWN),
    ]


def test_houses_that_stand_together_are_one_candidate_unless_a_main_road_parts_them():
    row = [_house(400 + 45 * number, 0) for number in range(4)]
    alone = _house(400, 100)
    houses = _frame([*row, alone])
    assert find_gaps(houses, SITES)["candidate"].tolist() == [0, 0, 0, 0, 1]
    road = metres(box(477, -50, 478, 50)).exterior
    for highway, expected in (("primary", [0, 0, 1, 1, 2]), ("residential", [0, 0, 0, 0, 1])):
        roads = _frame([road], highway=[highway])
        assert find_gaps(houses, SITES, roads=roads)["candidate"].tolist() == expected


DIRTY = {
    "crosses itself": metres(Polygon([(400, 0), (420, 20), (420, 0), (400, 20)])),
    "sliver": metres(Polygon([(400, 0), (440, 0.001), (440, 0)])),
    "ring of two points": from_wkt("POLYGON ((117.87 36.8, 117.871 36.8, 117.87 36.8))"),
    "line": from_wkt("LINESTRING (117.87 36.8, 117.871 36.8)"),
    "nothing": None,
    "empty": Polygon(),
    "thirty kilometres": metres(box(400, 0, 30_400, 30_000)),
    "axes swapped": box(36.8, 117.87, 36.8002, 117.8702),
}


@pytest.mark.parametrize("name", DIRTY)
def test_a_dirty_outline_is_told_and_stops_nothing(name):
    clean = _house(600, 0)
    result = find_gaps(_frame([DIRTY[name], clean]), SITES)
    kind, why = _classes(result)[0]
    if name == "crosses itself":
        assert (kind, why) == (FootprintClass.MISSING, ClassReason.USE_UNKNOWN)
    elif name == "sliver":
        assert (kind, why) == (FootprintClass.TOO_SMALL, ClassReason.AREA)
    else:
        assert (kind, why) == (FootprintClass.UNUSABLE, ClassReason.OUTLINE)
    assert result["gap_class"].iloc[1] == FootprintClass.MISSING


def test_doubles_holes_and_heights_are_houses_like_others():
    holed = metres(box(400, 0, 440, 40).difference(box(410, 10, 430, 30)))
    tall = _house(500, 0)
    raised = Polygon([(*point, 12.5) for point in tall.exterior.coords])
    result = find_gaps(_frame([holed, holed, raised, MultiPolygon([raised])]), SITES)
    assert set(result["gap_class"]) == {FootprintClass.MISSING}
    assert result["candidate"].tolist() == [0, 0, 1, 1]


def test_nothing_in_gives_nothing_out():
    assert find_gaps(_frame([]), SITES).empty
    houses = _frame([_house(10, 10)])
    assert find_gaps(houses, _sites())["gap_class"].tolist() == [FootprintClass.MISSING]


def test_areas_are_those_of_the_plane():
    shapes = np.array([_house(0, 0), _house(900, 5000, wide=300)], dtype=object)
    plane = plane_of(shapes[0])
    exact = [plane.area_m2(one) for one in shapes]
    # A plane of 3 degrees stretches areas by some hundred-thousandths.
    assert areas_m2(usable_outlines(shapes)) == pytest.approx(exact, rel=3e-4)


_PLACES = st.tuples(st.integers(-60, 240), st.integers(-60, 160))
_SIZES = st.tuples(st.integers(2, 60), st.integers(2, 40))
_BOXES = st.lists(st.tuples(_PLACES, _SIZES), min_size=1, max_size=12)


def _boxes(drawn, *, shift=(0, 0)):
    return [
        metres(affinity.translate(box(x, y, x + wide, y + deep), *shift))
        for (x, y), (wide, deep) in drawn
    ]


@settings(max_examples=60, deadline=None)
@given(_BOXES, _BOXES)
def test_moving_everything_changes_nothing(houses, sites):
    here = find_gaps(_frame(_boxes(houses)), _sites(*_boxes(sites)))
    there = find_gaps(
        _frame(_boxes(houses, shift=(700, 300))), _sites(*_boxes(sites, shift=(700, 300)))
    )
    knife_edge = np.isclose(here["site_share"], 0.5, atol=1e-6)
    assert (here["gap_class"] == there["gap_class"])[~knife_edge].all()
    assert np.allclose(here["site_share"], there["site_share"], atol=1e-5)


@settings(max_examples=60, deadline=None)
@given(_BOXES, _BOXES)
def test_a_site_more_is_never_a_gap_more(houses, sites):
    frame = _frame(_boxes(houses))
    shapes = _boxes(sites)
    before = find_gaps(frame, _sites(*shapes[:-1]))
    after = find_gaps(frame, _sites(*shapes))
    assert (after["site_share"] >= before["site_share"] - 1e-9).all()
    gaps = set(np.flatnonzero(before["gap_class"] == FootprintClass.MISSING))
    assert gaps >= set(np.flatnonzero(after["gap_class"] == FootprintClass.MISSING))


@settings(max_examples=60, deadline=None)
@given(_BOXES, _BOXES)
def test_every_footprint_has_one_class_and_a_candidate_just_where_it_is_missing(houses, sites):
    result = find_gaps(_frame(_boxes(houses)), _sites(*_boxes(sites)))
    assert len(result) == len(houses)
    assert result["gap_class"].notna().all()
    is_missing = result["gap_class"] == FootprintClass.MISSING
    assert (result["candidate"].notna() == is_missing).all()
    assert (result["site_id"].notna() == (result["gap_class"] == FootprintClass.IN_SITE)).all()
