"""Outlines repaired where a person sees it, and overlaps that are told."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import MultiPolygon, Point, Polygon, box
from shapely.affinity import translate

from geodata.spatial.repair import area_m2, is_same, overlaps, repair
from geodata.spatial.systems import CGCS2000, GCJ02, zone

SQUARE = box(117.80, 36.75, 117.81, 36.76)
BOW_TIE = Polygon([(117.80, 36.75), (117.81, 36.76), (117.81, 36.75), (117.80, 36.77)])


def test_a_good_outline_stays_as_it_is() -> None:
    found = repair(SQUARE, CGCS2000)
    assert (found.code, found.reason) == (None, None)
    assert found.after is not None
    assert found.after.equals(SQUARE)
    assert found.area_before_m2 == pytest.approx(found.area_after_m2)


def test_a_crossing_ring_is_repaired_with_both_areas_and_the_place() -> None:
    found = repair(BOW_TIE, CGCS2000)
    assert found.code == "vector.geometry_repaired"
    assert found.before is not None
    assert not found.before.is_valid
    assert found.after is not None
    assert found.after.is_valid
    assert found.area_before_m2 < found.area_after_m2
    assert found.reason is not None
    assert found.reason.startswith("117.80")


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        (None, "vector.geometry_empty"),
        (Polygon(), "vector.geometry_empty"),
        (Point(117.8, 36.75), "vector.geometry_not_area"),
        (box(577000, 4075000, 577200, 4075200), "vector.geometry_outside"),
        (Polygon([(117.8, 36.7), (117.9, 36.8), (117.8, 36.7)]), "vector.geometry_not_area"),
    ],
)
def test_what_is_no_area_is_told_and_not_taken(shape: Polygon | None, code: str) -> None:
    found = repair(shape, CGCS2000)
    assert (found.after, found.code) == (None, code)


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("system", [GCJ02, zone(39, has_prefix=True)])
def test_an_outline_comes_to_cgcs2000_from_any_system(system: object, *, swapped: bool) -> None:
    corners = np.array(SQUARE.exterior.coords)
    x, y = system.from_cgcs2000(corners[:, 0], corners[:, 1])  # type: ignore[attr-defined]
    shape = Polygon(np.column_stack([y, x] if swapped else [x, y]))
    found = repair(shape, system, is_swapped=swapped)  # type: ignore[arg-type]
    assert found.after is not None
    assert is_same(found.after, MultiPolygon([SQUARE]))


def test_an_area_is_that_on_the_ground() -> None:
    east_m = 111_320 * np.cos(np.radians(36.755)) * 0.01
    assert area_m2(SQUARE) == pytest.approx(east_m * 1110, rel=0.01)


def test_rounding_is_no_change_and_a_hand_is() -> None:
    assert is_same(SQUARE, translate(SQUARE, 1e-7, 0))
    assert not is_same(SQUARE, translate(SQUARE, 1e-5, 0))
    assert not is_same(Point(117.8, 36.75), SQUARE)
    assert not is_same(None, SQUARE)


def test_overlaps_are_told_and_common_borders_are_none() -> None:
    beside, across = translate(SQUARE, 0.01, 0), translate(SQUARE, 0.005, 0)
    assert overlaps([SQUARE, beside]) == []
    ((one, other, shared),) = overlaps([SQUARE, across])
    assert (one, other) == (0, 1)
    assert shared == pytest.approx(area_m2(SQUARE) / 2, rel=0.01)
