"""Times and ways between places: on a network of roads, or by the straight line without one."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from shapely.ops import substring

from geodata.domain.travel import (
    DETOUR_FACTOR,
    MODE_RULES,
    WALK_KMH,
    TravelBasis,
    TravelMode,
)
from geodata.routing.network import Floats, Integers, RoadNetwork
from geodata.routing.problem import UNREACHABLE, Matrix

_FARTHEST_M: Final = 1_500.0
"""A place farther from every road is on none."""
_RATHER_MAIN_M: Final = 300.0
"""So much farther away a road of the main network is still better than one that leads nowhere."""
_CORNER_M: Final = 10.0
"""Who stands so near a junction need not follow the one-way street round to it."""
_LENGTHS: Final = 2.0**24
"""Weights hold tenths of seconds and decimetres in one number, exactly: sums stay below 2**53."""
_AT_ONCE: Final = 128
"""Sources per search: bounds the memory for (sources, junctions)."""


@dataclass(frozen=True, slots=True)
class Travel:
    """Times and lengths between places.

    Attributes:
        duration_s: Whole seconds, shape (n, n); `UNREACHABLE` where there is no way.
        distance_m: Whole metres, shape (n, n).
        basis: What they were taken from.
        cut_off: Places that most others cannot be reached from, or that reach no other.
    """

    duration_s: Matrix
    distance_m: Matrix
    basis: TravelBasis
    cut_off: tuple[int, ...]


def straight_travel(places: Any, mode: TravelMode) -> Travel:  # noqa: ANN401 - points
    """Return an estimate: the straight line times `DETOUR_FACTOR`, at the mode's speed.

    Args:
        places: Points in EPSG:4490, shape (n,).
        mode: By what one goes.
    """
    at = shapely.get_coordinates(places)
    scale = np.array([np.cos(np.radians(at[:, 1].mean() if len(at) else 0)), 1.0]) * 111_320.0
    flat = at * scale
    metres = np.hypot(*(flat[:, None, :] - flat[None, :, :]).transpose(2, 0, 1)) * DETOUR_FACTOR
    seconds = metres / (MODE_RULES[mode].straight_kmh / 3.6)
    return Travel(_whole(seconds), _whole(metres), TravelBasis.STRAIGHT_LINE, ())


def road_travel(network: RoadNetwork, places: Any) -> Travel:  # noqa: ANN401 - points
    """Return times and lengths of the fastest ways on roads.

    Each place is reached from the road nearest to it, on foot for the last metres; from a road
    that leads nowhere only where no other is near.

    Args:
        network: Of a mode.
        places: Points in EPSG:4490, shape (n,).
    """
    graph = PlacedGraph.of(network, places)
    count = len(graph.off_road_m)
    seconds = np.full((count, count), float(UNREACHABLE))
    metres = np.full((count, count), float(UNREACHABLE))
    for first in range(0, count, _AT_ONCE):
        rows = np.arange(first, min(count, first + _AT_ONCE))
        weights = dijkstra(graph.weights, indices=graph.nodes[rows])[:, graph.nodes]
        reached = np.isfinite(weights)
        whole = weights[reached]
        aside = graph.off_road_m[rows][:, None] + graph.off_road_m[None, :]
        part_s, part_m = seconds[rows], metres[rows]
        part_s[reached] = whole // _LENGTHS / 10 + (aside / (WALK_KMH / 3.6))[reached]
        part_m[reached] = whole % _LENGTHS / 10 + aside[reached]
        seconds[rows], metres[rows] = part_s, part_m
    lost = ~np.isfinite(graph.off_road_m)
    seconds[lost, :] = seconds[:, lost] = metres[lost, :] = metres[:, lost] = UNREACHABLE
    np.fill_diagonal(seconds, 0)
    np.fill_diagonal(metres, 0)
    times = np.minimum(_whole(seconds), UNREACHABLE)
    return Travel(
        times, np.minimum(_whole(metres), UNREACHABLE), TravelBasis.ROADS, _cut_off(times)
    )


def _whole(values: Floats) -> Matrix:
    return np.ceil(values - 1e-9).astype(np.int64)


def _cut_off(times: Matrix) -> tuple[int, ...]:
    """Return places whose ways there or back fail for more than half of the others."""
    fails = (times >= UNREACHABLE) | (times.T >= UNREACHABLE)
    limit = max(1, (len(times) - 1) / 2)
    return tuple(int(one) for one in np.flatnonzero(fails.sum(axis=1) >= limit))


@dataclass(frozen=True, slots=True)
class PlacedGraph:
    """A network with places on it; a place cuts the piece of road that it stands at.

    Attributes:
        weights: Sparse, (junctions and places) squared: tenths of seconds and decimetres in one.
        nodes: The node of each place, shape (n,).
        off_road_m: From each place to its road, infinite for a place at none, shape (n,).
    """

    weights: Any
    nodes: Integers
    off_road_m: Floats
    _places: Any = field(repr=False)
    _network: RoadNetwork = field(repr=False)
    _arcs: dict[tuple[int, int], tuple[int, float, float]] = field(repr=False)
    _plain: Integers = field(repr=False)

    @classmethod
    def of(cls, network: RoadNetwork, places: Any) -> PlacedGraph:  # noqa: ANN401
        """Put places on a network."""
        flat = network.flattened(np.asarray(places, dtype=object))
        piece, aside = _nearest(network, flat)
        nodes = network.junctions + np.arange(len(flat))
        cuts: dict[int, list[tuple[float, int]]] = {}
        for number in np.flatnonzero(np.isfinite(aside)):
            on = int(piece[number])
            along = shapely.line_locate_point(network.flat[on], flat[number], normalized=True)
            cuts.setdefault(on, []).append((float(along), int(nodes[number])))
        arcs = _Arcs(network)
        for on, some in cuts.items():
            arcs.cut(on, sorted(some))
        weights, plain = arcs.matrix(network.junctions + len(flat), np.array(sorted(cuts), int))
        return cls(weights, nodes, aside, places, network, arcs.cut_arcs, plain)

    def course(self, order: Sequence[int]) -> list[Any]:
        """Return the way from each place of a sequence to the next, EPSG:4490 lines.

        Where there is no way on roads it is the straight line.
        """
        froms = sorted(set(order[:-1]))
        if not froms:
            return []
        _, before = dijkstra(self.weights, indices=self.nodes[froms], return_predecessors=True)
        row_of = {one: row for row, one in enumerate(froms)}
        return [self._way(before[row_of[a]], a, b) for a, b in itertools.pairwise(order)]

    def _way(self, before: Any, a: int, b: int) -> Any:  # noqa: ANN401
        ends = [self._places[a], self._places[b]]
        node, start, pieces = int(self.nodes[b]), int(self.nodes[a]), []
        while node != start:
            last = int(before[node])
            if last < 0:
                return shapely.LineString(shapely.get_coordinates(ends))
            pieces.append(self._piece(last, node))
            node = last
        coordinates = [shapely.get_coordinates(one) for one in reversed(pieces)]
        whole = [shapely.get_coordinates(ends[0]), *coordinates, shapely.get_coordinates(ends[1])]
        return shapely.LineString(np.concatenate(whole))

    def _piece(self, tail: int, head: int) -> Any:  # noqa: ANN401
        """Return the course of an arc."""
        network = self._network
        if (tail, head) in self._arcs:
            on, first, last = self._arcs[tail, head]
            line = network.flat[on]
            low, high = min(first, last), max(first, last)
            part = network.geographic(substring(line, low, high, normalized=True))
            return part if first <= last else part.reverse()
        between = self._plain[
            ((network.tails[self._plain] == tail) & (network.heads[self._plain] == head))
            | ((network.heads[self._plain] == tail) & (network.tails[self._plain] == head))
        ]
        usable = [on for on in between if network.tails[on] == tail or not network.is_oneway[on]]
        on = min(usable, key=lambda one: network.length_m[one] / network.speed_ms[one])
        line = network.lines[on]
        return line if network.tails[on] == tail else line.reverse()


def _nearest(network: RoadNetwork, flat: Any) -> tuple[Integers, Floats]:  # noqa: ANN401
    """Return the piece of road for each place, and how far it is; infinite for none."""
    piece = np.zeros(len(flat), dtype=np.int64)
    aside = np.full(len(flat), np.inf)
    if network.is_empty or not len(flat):
        return piece, aside
    main = np.flatnonzero(network.is_main)
    for candidates, allowance in ((main, 0.0), (np.arange(len(network.flat)), _RATHER_MAIN_M)):
        if not len(candidates):
            continue
        tree = shapely.STRtree(network.flat[candidates])
        (at, found), distance = tree.query_nearest(
            flat, max_distance=_FARTHEST_M, return_distance=True, all_matches=False
        )
        nearer = distance + allowance < aside[at]
        piece[at[nearer]] = candidates[found[nearer]]
        aside[at[nearer]] = distance[nearer]
    return piece, aside


class _Arcs:
    """Directed arcs, those of whole pieces and those that places cut."""

    def __init__(self, network: RoadNetwork) -> None:
        self._network = network
        self.cut_arcs: dict[tuple[int, int], tuple[int, float, float]] = {}

    def cut(self, on: int, places: list[tuple[float, int]]) -> None:
        network = self._network
        chain = [(0.0, int(network.tails[on])), *places, (1.0, int(network.heads[on]))]
        for (first, a), (last, b) in itertools.pairwise(chain):
            is_corner = (last - first) * network.length_m[on] <= _CORNER_M
            self.cut_arcs[a, b] = (on, first, last)
            if not network.is_oneway[on] or is_corner:
                self.cut_arcs[b, a] = (on, last, first)

    def matrix(self, size: int, cut: Integers) -> tuple[Any, Integers]:
        """Return all arcs as a sparse matrix, of parallel ones the fastest."""
        network = self._network
        plain = np.setdiff1d(np.arange(len(network.tails)), cut)
        both = plain[~network.is_oneway[plain]]
        parts = list(self.cut_arcs.items())
        on = np.array([one[0] for _, one in parts], dtype=np.int64)
        share = np.array([abs(one[2] - one[1]) for _, one in parts], dtype=float)
        ends = np.array([key for key, _ in parts], dtype=np.int64).reshape(-1, 2)
        tails = np.concatenate([network.tails[plain], network.heads[both], ends[:, 0]])
        heads = np.concatenate([network.heads[plain], network.tails[both], ends[:, 1]])
        pieces = np.concatenate([plain, both, on])
        shares = np.concatenate([np.ones(len(plain) + len(both)), share])
        decimetres = np.round(10 * network.length_m[pieces] * shares)
        tenths = np.ceil(10 * network.length_m[pieces] * shares / network.speed_ms[pieces])
        weight = np.maximum(tenths, 1) * _LENGTHS + decimetres
        order = np.lexsort((weight, heads, tails))
        tails, heads, weight = tails[order], heads[order], weight[order]
        first = np.ones(len(tails), dtype=bool)
        first[1:] = (np.diff(tails) != 0) | (np.diff(heads) != 0)
        chosen = (tails[first], heads[first])
        return csr_array((weight[first], chosen), shape=(size, size)), plain
