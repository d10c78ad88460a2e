"""Times and ways on roads: against a plain search, one-way streets, closed ways, no way at all."""

from __future__ import annotations

import heapq
import random

import numpy as np
import pytest
import shapely
from shapely import LineString, Point

from geodata.domain.travel import MODE_RULES, TravelBasis, TravelMode
from geodata.routing.network import RoadNetwork, road_network
from geodata.routing.problem import UNREACHABLE
from geodata.routing.travel import PlacedGraph, road_travel, straight_travel
from geodata.spatial.osm import read_osm
from tests.real_data import BAYREUTH, needs_real_data

STEP = 0.005
"""About 500 m."""
WEST, SOUTH = 117.85, 36.80


def _at(east: float, north: float) -> Point:
    return Point(WEST + east * STEP, SOUTH + north * STEP)


def _line(*places: tuple[float, float]) -> LineString:
    return LineString([_at(*one) for one in places])


def _roads(*lines, oneway=(), access=None, highway="residential", mode=TravelMode.CAR):
    many = len(lines)
    ways = [number in oneway for number in range(many)]
    return road_network(lines, [highway] * many, ways, access or [None] * many, mode)


def test_a_way_round_the_block_where_the_street_is_one_way() -> None:
    square = [
        _line((0, 0), (1, 0)),
        _line((1, 0), (1, 1)),
        _line((1, 1), (0, 1)),
        _line((0, 1), (0, 0)),
    ]
    places = [_at(0.2, 0), _at(0.8, 0)]
    both = road_travel(_roads(*square), places)
    assert both.duration_s[0, 1] == both.duration_s[1, 0]
    oneway = road_travel(_roads(*square, oneway={0}), places)
    assert oneway.duration_s[0, 1] == both.duration_s[0, 1]
    round_the_block = oneway.distance_m[1, 0] + oneway.distance_m[0, 1]
    assert round_the_block == pytest.approx(_around_m(square), abs=4)
    on_foot = road_travel(_roads(*square, oneway={0}, mode=TravelMode.FOOT), places)
    assert on_foot.duration_s[0, 1] == on_foot.duration_s[1, 0]


def _around_m(square: list[LineString]) -> float:
    return float(shapely.length(_roads(*square).flat).sum())


def test_ways_without_access_are_not_taken() -> None:
    lines = [_line((0, 0), (2, 0)), _line((0, 0), (1, 2), (2, 0))]
    places = [_at(0, 0.01), _at(2, 0.01)]
    short = road_travel(_roads(*lines), places)
    for closed in ("no", "private"):
        longer = road_travel(_roads(*lines, access=[closed, None]), places)
        assert longer.distance_m[0, 1] > short.distance_m[0, 1] * 1.5


def test_a_place_beyond_every_road_is_named() -> None:
    main = [_line((0, 0), (4, 0)), _line((2, 0), (2, 2))]
    island = [_line((10, 10), (11, 10))]
    found = road_travel(_roads(*main, *island), [_at(0, 0), _at(4, 0), _at(2, 2), _at(10.5, 10)])
    assert found.cut_off == (3,)
    assert found.duration_s[0, 3] == UNREACHABLE
    far = road_travel(_roads(*main), [_at(0, 0), _at(4, 0), _at(2, 2), _at(30, 30)])
    assert far.cut_off == (3,)


def test_a_road_that_leads_nowhere_is_left_for_the_main_network_near_by() -> None:
    main = [_line((0, 0), (4, 0))]
    yard = [_line((2, 0.1), (2, 0.3))]
    found = road_travel(_roads(*main, *yard), [_at(0, 0), _at(2, 0.3)])
    assert found.cut_off == ()


def test_a_bridge_does_not_join_the_road_below() -> None:
    found = road_travel(
        _roads(_line((0, 0), (2, 0)), _line((1, -9), (1, 9))), [_at(0, 0), _at(1, 9)]
    )
    assert found.duration_s[0, 1] == UNREACHABLE


def test_without_roads_the_line_is_longer_than_straight() -> None:
    places = [_at(0, 0), _at(10, 0)]
    found = straight_travel(places, TravelMode.FOOT)
    assert found.basis is TravelBasis.STRAIGHT_LINE
    metres = 10 * STEP * 111_320 * np.cos(np.radians(SOUTH))
    assert found.distance_m[0, 1] == pytest.approx(metres * 1.3, rel=0.001)
    assert found.duration_s[0, 1] == pytest.approx(found.distance_m[0, 1] / (4.8 / 3.6), rel=0.001)


def _grid(seed: int) -> RoadNetwork:
    rng = random.Random(seed)
    lines = [_line(*((east, north) for east in range(6))) for north in range(6)] + [
        _line(*((east, north) for north in range(6))) for east in range(6)
    ]
    kinds = [rng.choice(["residential", "tertiary", "primary", "service"]) for _ in lines]
    oneway = [rng.random() < 0.4 for _ in lines]
    access = [rng.choice([None, None, None, "private"]) for _ in lines]
    return road_network(lines, kinds, oneway, access, TravelMode.CAR)


@pytest.mark.parametrize("seed", range(12))
def test_random_grids_equal_a_plain_search(seed: int) -> None:
    network = _grid(seed)
    graph: dict[int, list[tuple[int, float]]] = {}
    for piece in range(len(network.tails)):
        tail, head = int(network.tails[piece]), int(network.heads[piece])
        seconds = np.ceil(10 * network.length_m[piece] / network.speed_ms[piece]) / 10
        graph.setdefault(tail, []).append((head, seconds))
        if not network.is_oneway[piece]:
            graph.setdefault(head, []).append((tail, seconds))
    junctions = [
        (int(network.tails[piece]), shapely.get_point(network.lines[piece], 0))
        for piece in np.flatnonzero(network.is_main)[::3]
    ]
    places = [point for _, point in junctions]
    found = road_travel(network, places)
    for a, (start, _) in enumerate(junctions):
        reached = _search(graph, start)
        for b, (goal, _) in enumerate(junctions):
            assert found.duration_s[a, b] == pytest.approx(reached.get(goal, UNREACHABLE), abs=2)


def _search(graph: dict[int, list[tuple[int, float]]], start: int) -> dict[int, float]:
    done: dict[int, float] = {}
    queue = [(0.0, start)]
    while queue:
        cost, node = heapq.heappop(queue)
        if node not in done:
            done[node] = cost
            for after, more in graph.get(node, []):
                heapq.heappush(queue, (cost + more, after))
    return done


@pytest.mark.parametrize("seed", range(6))
def test_the_course_is_as_long_as_the_matrix_says(seed: int) -> None:
    network = _grid(seed)
    rng = random.Random(seed)
    places = [_at(rng.uniform(0, 5), rng.uniform(0, 5)) for _ in range(8)]
    found, graph = road_travel(network, places), PlacedGraph.of(network, places)
    for (a, b), line in zip(
        zip(range(8), range(1, 8), strict=False), graph.course(range(8)), strict=True
    ):
        assert shapely.get_point(line, 0) == places[a]
        assert shapely.get_point(line, -1) == places[b]
        if found.duration_s[a, b] < UNREACHABLE:
            metres = float(shapely.length(network.flattened(line)))
            assert metres == pytest.approx(found.distance_m[a, b], abs=12)


@needs_real_data
def test_real_roads_lead_from_nearly_everywhere_to_nearly_everywhere() -> None:
    roads = read_osm(BAYREUTH).roads
    network = road_network(
        list(roads.geometry),
        list(roads.highway),
        list(roads.is_oneway),
        list(roads.access),
        TravelMode.CAR,
    )
    rng = np.random.default_rng(1)
    west, south, east, north = roads.total_bounds
    around = zip(rng.uniform(west, east, 60), rng.uniform(south, north, 60), strict=True)
    places = [Point(*one) for one in around]
    found, straight = road_travel(network, places), straight_travel(places, TravelMode.CAR)
    assert len(found.cut_off) <= 3
    known = (found.duration_s < UNREACHABLE) & (straight.distance_m > 1_000)
    longer = found.distance_m[known] / (straight.distance_m[known] / 1.3)
    assert 1.2 < float(np.median(longer)) < 1.8
    assert float(longer.min()) > 0.95
    assert set(MODE_RULES) == set(TravelMode)
