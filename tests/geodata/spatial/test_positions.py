"""Points of a list, brought to CGCS2000 or refused."""

from __future__ import annotations

import pytest

from geodata.domain.errors import Severity
from geodata.domain.site import SiteDraft
from geodata.spatial.datum import Datum
from geodata.spatial.positions import place_drafts
from tests.builders import a_draft

Point = tuple[float | None, float | None]
TOWN: list[Point] = [(117.8 + number / 1000, 36.8) for number in range(40)]


def _place(points: list[Point], datum: Datum = Datum.WGS84):
    drafts = [a_draft(row=row, longitude=x, latitude=y) for row, (x, y) in enumerate(points, 2)]
    kept, faults = place_drafts(drafts, datum)
    return kept, [(one.severity, one.code, one.row) for one in faults]


def _point(draft: SiteDraft) -> Point:
    return draft.longitude, draft.latitude


def test_a_row_without_a_point_is_kept() -> None:
    kept, faults = _place([(None, None), (117.8, 36.8)])
    assert [_point(one) for one in kept] == [(None, None), (117.8, 36.8)]
    assert faults == []


@pytest.mark.parametrize("datum", list(Datum))
def test_points_that_change_places_are_refused_by_row(datum: Datum) -> None:
    kept, faults = _place([*TOWN, (36.8, 117.8)], datum)
    assert len(kept) == len(TOWN)
    assert faults == [(Severity.ERROR, "listing.coordinates_swapped", 42)]


def test_a_shifted_datum_is_refused_outside_china() -> None:
    _, faults = _place([(11.57, 49.94)], Datum.BD09)
    assert faults == [(Severity.ERROR, "listing.coordinates_outside", 2)]


def test_a_true_datum_holds_anywhere_on_earth() -> None:
    kept, faults = _place([(11.57, 49.94)], Datum.WGS84)
    assert [_point(one) for one in kept] == [(11.57, 49.94)]
    assert faults == []


@pytest.mark.parametrize("point", [(1178.0, 36.8), (577_469.86, 4_075_100.22)])
def test_numbers_that_are_no_degrees_are_refused(point: Point) -> None:
    _, faults = _place([*TOWN, point])
    assert faults == [(Severity.ERROR, "listing.coordinates_outside", 42)]


@pytest.mark.parametrize("point", [(0.0, 0.0), (116.4, 39.9)])
def test_one_point_far_from_all_others_is_dropped_and_its_row_kept(point: Point) -> None:
    kept, faults = _place([*TOWN, point])
    assert faults == [(Severity.WARNING, "listing.coordinates_far", 42)]
    assert _point(kept[-1]) == (None, None)
    assert _point(kept[0]) == TOWN[0]


def test_a_list_of_several_cities_keeps_its_points() -> None:
    beijing: list[Point] = [(116.4 + number / 1000, 39.9) for number in range(30)]
    kept, faults = _place([*TOWN, *beijing])
    assert faults == []
    assert all(one.longitude is not None for one in kept)


def test_points_are_moved_from_their_datum() -> None:
    kept, _ = _place([(117.88, 36.81)], Datum.GCJ02)
    longitude, latitude = _point(kept[0])
    assert longitude == pytest.approx(117.88 - 0.0057, abs=0.001)
    assert latitude == pytest.approx(36.81 - 0.0005, abs=0.001)
