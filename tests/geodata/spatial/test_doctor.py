"""The coordinate doctor: hidden datums, zones and axes, and how sure it says it is."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
import pytest
import shapely
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from geodata.domain.errors import DomainError
from geodata.spatial.doctor import Diagnosis, Sample, distance_m, examine
from geodata.spatial.reference import Reference
from geodata.spatial.systems import BD09, CGCS2000, GCJ02, CoordinateSystem, zone
from tests.ground import TestGround, a_ground

SYSTEMS = (CGCS2000, GCJ02, BD09, zone(39, has_prefix=True), zone(39, has_prefix=False))
SEEDS = range(1, 5)


@cache
def ground(seed: int = 1) -> TestGround:
    return a_ground(seed)


def hidden(
    shapes: list[BaseGeometry], system: CoordinateSystem, *, swapped: bool = False
) -> Sample:
    """Points of shapes as a file in some system would hold them."""
    degrees = shapely.get_coordinates(shapely.point_on_surface(np.array(shapes, dtype=object)))
    x, y = system.from_cgcs2000(degrees[:, 0], degrees[:, 1])
    return Sample(y, x) if swapped else Sample(x, y)


def outlines(shapes: list[BaseGeometry], system: CoordinateSystem, *, swapped: bool) -> Sample:
    """Areas as a file in some system would hold them."""

    def moved(xy: np.ndarray) -> np.ndarray:
        pair = np.column_stack(system.from_cgcs2000(xy[:, 0], xy[:, 1]))
        return pair[:, ::-1] if swapped else pair

    areas = shapely.transform(np.array(shapes, dtype=object), moved)
    points = shapely.get_coordinates(shapely.centroid(areas))
    return Sample(points[:, 0], points[:, 1], shapes=list(areas))


def fifty(seed: int = 1) -> list[BaseGeometry]:
    return list(ground(seed).sites.values())[:50]


def found(diagnosis: Diagnosis) -> tuple[str, bool]:
    return diagnosis.winner.system.label, diagnosis.winner.is_swapped


def test_fifty_points_of_gcj02_are_found_moved_and_brought_back() -> None:
    result = examine(hidden(fifty(), GCJ02), ground().reference)
    assert found(result) == ("GCJ-02", False)
    assert 512 <= (result.winner.mean_shift_m or 0) <= 541
    assert result.confidence > 0.9
    points = shapely.get_coordinates(shapely.point_on_surface(np.array(fifty(), dtype=object)))
    assert distance_m(points, result.after).max() < 0.1


def test_fifty_clean_points_are_left_alone() -> None:
    result = examine(hidden(fifty(), CGCS2000), ground().reference)
    assert found(result) == ("EPSG:4490", False)
    assert result.winner.mean_shift_m == 0.0
    assert result.confidence > 0.9
    assert np.array_equal(result.before, result.after)


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda one: one.label)
def test_sites_are_recognised_in_every_system(system: CoordinateSystem, *, swapped: bool) -> None:
    for seed in SEEDS:
        result = examine(hidden(fifty(seed), system, swapped=swapped), ground(seed).reference)
        assert found(result) == (system.label, swapped), seed


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda one: one.label)
def test_boundaries_are_recognised_by_the_buildings_they_hold_whole(
    system: CoordinateSystem, *, swapped: bool
) -> None:
    for seed in SEEDS:
        known = ground(seed).reference
        bare = Reference(known.district, {}, known.outlines)
        result = examine(outlines(fifty(seed), system, swapped=swapped), bare)
        assert found(result) == (system.label, swapped), seed


def test_footprints_alone_tell_points_of_buildings_in_nine_of_ten() -> None:
    """Without names, towns or sites: only the outlines of buildings are known."""
    right = []
    for seed, system, swapped in product(SEEDS, SYSTEMS, (False, True)):
        known = ground(seed).reference
        bare = Reference(known.district, {}, known.outlines)
        sample = hidden(list(known.outlines[::15])[:60], system, swapped=swapped)
        right.append(found(examine(sample, bare)) == (system.label, swapped))
    assert np.mean(right) > 0.9


def test_dirty_points_tell_it_too_in_nine_of_ten() -> None:
    """Twenty points, each some twenty metres off, every tenth a slip of kilometres."""
    random = np.random.default_rng(7)
    right = []
    for seed, system, swapped in product(SEEDS, SYSTEMS, (False, True)):
        shapes = [
            translate(one, *random.normal(0, 2e-4 if random.random() < 0.9 else 2e-2, 2))
            for one in fifty(seed)[:20]
        ]
        result = examine(hidden(shapes, system, swapped=swapped), ground(seed).reference)
        right.append(found(result) == (system.label, swapped))
    assert np.mean(right) > 0.9


def test_names_alone_tell_a_shift() -> None:
    names = list(ground().sites)[:20]
    sample = hidden(fifty()[:20], BD09)
    places = ground().reference.places
    result = examine(
        Sample(sample.x, sample.y, names=names), Reference(places=places), declared=CGCS2000
    )
    assert found(result) == ("BD-09", False)
    assert result.is_contradicted


def test_a_town_that_rows_name_tells_other_zones_apart() -> None:
    other = zone(40, has_prefix=True)
    result = examine(hidden(fifty(), other), ground().reference)
    assert found(result) == ("EPSG:4528", False)


def test_where_nothing_known_can_tell_the_plain_reading_stays_and_nothing_is_sure() -> None:
    result = examine(hidden(fifty(), GCJ02), Reference())
    assert found(result) == ("EPSG:4490", False)
    assert result.confidence == 0
    result = examine(hidden(fifty(), GCJ02), Reference(district=ground().reference.district))
    assert found(result) == ("EPSG:4490", False)
    assert result.confidence < 0.3


def test_one_point_is_no_proof() -> None:
    few = examine(hidden(fifty()[:1], GCJ02), ground().reference)
    many = examine(hidden(fifty(), GCJ02), ground().reference)
    assert few.confidence < 0.8
    assert many.confidence > 0.99


def test_points_elsewhere_are_nobodys_and_the_confidence_is_nought() -> None:
    sample = Sample(np.full(20, 11.57), np.full(20, 49.94))
    result = examine(sample, ground().reference, declared=CGCS2000)
    assert result.confidence == 0
    assert result.winner.inside_share == 0
    assert result.is_contradicted


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda one: one.label)
def test_what_is_declared_rightly_is_not_contradicted(system: CoordinateSystem) -> None:
    result = examine(hidden(fifty(), system), ground().reference, declared=system)
    assert not result.is_contradicted
    assert result.winner.system == system


@pytest.mark.parametrize("declared", SYSTEMS, ids=lambda one: one.label)
def test_what_is_declared_wrongly_is_contradicted(declared: CoordinateSystem) -> None:
    for system in SYSTEMS:
        if system != declared:
            result = examine(hidden(fifty(), system), ground().reference, declared=declared)
            assert result.is_contradicted, system.label


def test_every_standard_reading_is_reported_with_both_axes() -> None:
    result = examine(hidden(fifty(), GCJ02), ground().reference)
    labels = {one.label for one in result.candidates}
    for system in SYSTEMS:
        assert {system.label, f"{system.label} (axes swapped)"} <= labels
    scores = [one.score for one in result.candidates]
    assert scores[1:] == sorted(scores[1:], reverse=True)
    assert result.runner_up.label != result.winner.label


def test_a_file_without_numbers_is_refused() -> None:
    with pytest.raises(DomainError) as refusal:
        examine(Sample(np.array([np.nan]), np.array([np.nan])), ground().reference)
    assert refusal.value.code == "doctor.points_missing"
