"""The doctor over real places: a town's buildings, a city's listings, cities of all China."""

from __future__ import annotations

import csv

import numpy as np
import pytest
import shapely

from geodata.spatial.doctor import Sample, distance_m, examine
from geodata.spatial.layers import read_layers
from geodata.spatial.osm import read_osm
from geodata.spatial.reference import Reference
from geodata.spatial.systems import BD09, CGCS2000, GCJ02, CoordinateSystem, zone
from tests.real_data import BAYREUTH, DATUMS, LISTING_WITH_PLACES, SUZHOU, needs_real_data

pytestmark = needs_real_data
SYSTEMS = (CGCS2000, GCJ02, BD09, zone(40, has_prefix=True), zone(40, has_prefix=False))


@pytest.fixture(scope="module")
def suzhou() -> np.ndarray:
    """3,076 buildings."""
    shapes = read_layers(SUZHOU)[0].frame.geometry.to_numpy()
    return shapes[shapely.is_valid(shapes)]


def moved(points: np.ndarray, system: CoordinateSystem, *, swapped: bool) -> Sample:
    x, y = system.from_cgcs2000(points[:, 0], points[:, 1])
    return Sample(y, x) if swapped else Sample(x, y)


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda one: one.label)
def test_fifty_buildings_of_suzhou_tell_their_datum_by_all_buildings(
    suzhou: np.ndarray, system: CoordinateSystem, *, swapped: bool
) -> None:
    district = shapely.box(*shapely.total_bounds(suzhou)).buffer(0.03)
    reference = Reference(district=district, outlines=suzhou)
    points = shapely.get_coordinates(shapely.point_on_surface(suzhou[::60]))
    result = examine(moved(points, system, swapped=swapped), reference)
    assert (result.winner.system.label, result.winner.is_swapped) == (system.label, swapped)
    assert result.confidence > 0.9
    assert distance_m(points, result.after).max() < 0.001


def test_a_listing_of_beijing_is_told_by_places_of_the_same_name() -> None:
    """Half of the listing is known in CGCS2000 by name, the other half comes as it is."""
    with LISTING_WITH_PLACES.open(encoding="utf-8-sig") as file:
        rows = [one for one in csv.DictReader(file) if one["longitude"]][:400]
    x = np.array([float(one["longitude"]) for one in rows])
    y = np.array([float(one["latitude"]) for one in rows])
    names = [one["NAME"] for one in rows]
    known = np.column_stack(BD09.to_cgcs2000(x, y))
    random = np.random.default_rng(3)
    # Surveyed entrances and middles of the same place differ by some tens of metres.
    known += random.normal(0, 30 / 111_320, known.shape)
    places = {name: [shapely.Point(at)] for name, at in zip(names, known, strict=True)}
    result = examine(Sample(x, y, names), Reference(places=places), declared=CGCS2000)
    assert result.winner.label == "BD-09"
    assert result.is_contradicted
    assert result.confidence > 0.99
    assert result.winner.mean_shift_m is not None
    assert 900 < result.winner.mean_shift_m < 1500


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_cities_of_all_china_tell_their_datum_by_name(datum: str) -> None:
    with DATUMS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    points = [(float(one["wgs84_lon"]), float(one["wgs84_lat"])) for one in rows]
    places = {one["name"]: [shapely.Point(at)] for one, at in zip(rows, points, strict=True)}
    x = np.array([float(one[f"{datum}_lon"]) for one in rows])
    y = np.array([float(one[f"{datum}_lat"]) for one in rows])
    result = examine(Sample(x, y, [one["name"] for one in rows]), Reference(places=places))
    wanted = {"wgs84": "EPSG:4490", "gcj02": "GCJ-02", "bd09": "BD-09"}[datum]
    assert result.winner.label == wanted


def test_where_the_shifts_are_not_defined_the_plain_reading_stays() -> None:
    shapes = read_osm(BAYREUTH).footprints.geometry.to_numpy()
    reference = Reference(district=shapely.box(*shapely.total_bounds(shapes)), outlines=shapes)
    points = shapely.get_coordinates(shapely.point_on_surface(shapes[::60]))
    result = examine(moved(points, CGCS2000, swapped=False), reference)
    assert result.winner.label == "EPSG:4490"
    assert result.winner.mean_shift_m == 0.0
