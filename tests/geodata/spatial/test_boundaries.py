"""What is wrong with a boundary is told, measured, and answered by offers that hold."""

from __future__ import annotations

import pytest
from shapely import MultiPolygon, Polygon, box
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry

from geodata.domain.boundary import BoundaryProblem as P
from geodata.domain.boundary import BoundarySolution as S
from geodata.spatial.boundaries import Neighbour, Outline, Problem, check
from geodata.spatial.plane import plane_of
from tests.geodata.spatial.ground import metres

TOWN = metres(box(-1000, -1000, 1000, 1000))
YARD = metres(box(0, 0, 100, 80))


def found(
    candidate: BaseGeometry,
    *,
    town: BaseGeometry | None = TOWN,
    others: list[BaseGeometry] | None = None,
    footprints: list[BaseGeometry] | None = None,
) -> list[Problem]:
    return check(
        candidate,
        town=town,
        others=[Neighbour(number, f"{number}号", one) for number, one in enumerate(others or [])],
        footprints=[Outline(number, one) for number, one in enumerate(footprints or [])],
    )


def kinds(problems: list[Problem]) -> list[P]:
    return [one.kind for one in problems]


def test_a_plain_boundary_has_no_problem():
    assert found(YARD, others=[metres(box(100, 0, 200, 80))]) == []
    assert found(rotate(YARD, 33)) == []


def test_areas_are_those_of_the_national_grid():
    assert plane_of(YARD).area_m2(YARD) == pytest.approx(8000, rel=1e-6)


def test_an_overlap_is_told_with_the_other_site_its_area_and_share():
    (problem,) = found(YARD, others=[metres(box(90, 0, 200, 80))])
    assert problem.kind is P.OVERLAP
    assert problem.area_m2 == pytest.approx(800, rel=1e-3)
    assert problem.share == pytest.approx(0.1, rel=1e-3)
    assert (problem.site_id, problem.name) == (0, "0号")
    (offer,) = problem.solutions
    assert offer.key is S.TAKE_OFF
    assert found(offer.shape, others=[metres(box(90, 0, 200, 80))]) == []


def test_what_lies_within_the_precision_of_coordinates_is_no_overlap():
    assert found(YARD, others=[metres(box(99.97, 0, 200, 80))]) == []
    assert kinds(found(YARD, others=[metres(box(99.8, 0, 200, 80))])) == [P.OVERLAP]


def test_a_boundary_inside_another_site_has_nothing_left_to_offer():
    (problem,) = found(YARD, others=[metres(box(-10, -10, 200, 200))])
    assert problem.share == pytest.approx(1)
    assert problem.solutions == ()


def test_a_part_outside_the_town_is_told_and_can_be_taken_off():
    town = metres(box(-1000, -1000, 60, 1000))
    (problem,) = found(YARD, town=town)
    assert problem.kind is P.OUTSIDE
    assert problem.area_m2 == pytest.approx(3200, rel=1e-3)
    assert found(problem.solutions[0].shape, town=town) == []


def test_without_a_towns_boundary_nothing_is_outside():
    assert found(metres(box(5000, 0, 5100, 80)), town=None) == []


def test_a_spike_and_a_crumb_are_slivers():
    spike = Polygon(
        [(0, 0), (100, 0), (100, 80), (60, 80), (60, 130), (59, 130), (59, 80), (0, 80)]
    )
    (problem,) = found(metres(spike))
    assert problem.kind is P.SLIVER
    assert problem.area_m2 == pytest.approx(50, rel=0.1)
    assert found(problem.solutions[0].shape) == []
    crumb = metres(MultiPolygon([box(0, 0, 100, 80), box(150, 0, 154, 4)]))
    (problem,) = found(crumb)
    assert (problem.kind, round(problem.area_m2)) == (P.SLIVER, 16)
    assert found(problem.solutions[0].shape) == []


def test_a_narrow_strip_between_two_sites_is_a_gap():
    other = metres(box(101, 0, 200, 80))
    (problem,) = found(YARD, others=[other])
    assert problem.kind is P.GAP
    assert problem.site_id == 0
    assert problem.area_m2 == pytest.approx(80, rel=0.1)
    assert problem.solutions[0].key is S.FILL
    assert found(problem.solutions[0].shape, others=[other]) == []
    assert found(YARD, others=[metres(box(104, 0, 200, 80))]) == []


def test_a_pinhole_and_a_notch_are_gaps_of_the_site_itself():
    hole = metres(box(0, 0, 100, 80).difference(box(50, 40, 53, 43)))
    (problem,) = found(hole)
    assert (problem.kind, problem.site_id) == (P.GAP, None)
    assert found(problem.solutions[0].shape) == []
    notch = metres(box(0, 0, 100, 80).difference(box(50, 40, 51, 80)))
    (problem,) = found(notch)
    assert problem.kind is P.GAP
    assert found(problem.solutions[0].shape) == []


def test_a_court_is_no_gap():
    assert found(metres(box(0, 0, 100, 80).difference(box(40, 30, 60, 50)))) == []


def test_a_ring_that_crosses_itself_is_told_where_and_repaired_only_on_request():
    bow = metres(Polygon([(0, 0), (100, 80), (100, 0), (0, 80)]))
    (problem,) = found(bow)
    assert problem.kind is P.INVALID
    assert problem.piece is not None
    assert problem.piece.distance(metres(Polygon([(49, 39), (51, 39), (50, 41)]))) < 1e-6
    repaired = problem.solutions[0].shape
    assert repaired.is_valid
    assert plane_of(repaired).area_m2(repaired) == pytest.approx(4000, rel=1e-3)


@pytest.mark.parametrize("shape", [Polygon(), MultiPolygon(), metres(box(0, 0, 0.5, 0.5))])
def test_nothing_is_no_boundary(shape):
    assert kinds(found(shape)) == [P.NO_AREA]


def test_sizes_that_no_site_has_are_mentioned():
    assert kinds(found(metres(box(0, 0, 1500, 1500)), town=None)) == [P.TOO_LARGE]
    assert kinds(found(metres(box(0, 0, 6, 6)))) == [P.TOO_SMALL]


def test_a_building_cut_in_two_can_be_taken_in_or_left_out():
    house = metres(box(90, 20, 110, 40))
    (problem,) = found(YARD, footprints=[house])
    assert problem.kind is P.FOOTPRINT_CUT
    assert problem.share == pytest.approx(0.5, rel=1e-2)
    assert [one.key for one in problem.solutions] == [S.INCLUDE, S.EXCLUDE]
    for one in problem.solutions:
        assert found(one.shape, footprints=[house]) == []
    # A wall that is drawn through by a hand's breadth is not cut in two.
    assert found(YARD, footprints=[metres(box(80, 20, 100.4, 40))]) == []


def test_a_building_of_a_neighbour_is_not_offered():
    house, other = metres(box(90, 20, 110, 40)), metres(box(100, 0, 200, 80))
    (problem,) = found(YARD, others=[other], footprints=[house])
    assert [one.key for one in problem.solutions] == [S.EXCLUDE]
