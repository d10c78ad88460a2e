"""Roads as a graph: junctions and the pieces of road between them.

Roads join where they share a vertex, as in OpenStreetMap, and where one ends at another, as in
surveys; a bridge that only crosses another road on the map does not join it. Coordinates are
EPSG:4490 degrees, lengths metres on a plane that is true at the roads' middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geodata.domain.travel import CLOSED_ACCESS, MODE_RULES, TravelMode

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_SAME_PLACE: Final = 7
"""Decimals of a degree: vertices within a centimetre are one."""
_BESIDE_M: Final = 0.5
"""A road that ends so near another one ends at it."""
_METRES_PER_DEGREE: Final = 111_320.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadNetwork:
    """The roads that a mode may use; arrays run over pieces of road.

    Attributes:
        mode: Which.
        tails: Junction at which a piece begins, shape (p,).
        heads: Junction at which it ends, shape (p,).
        length_m: Metres, shape (p,).
        speed_ms: Metres a second, shape (p,).
        is_oneway: Whether it may be used from tail to head only, shape (p,).
        lines: Its course in EPSG:4490, shape (p,).
        flat: The same in metres, shape (p,).
        is_main: Whether it belongs to the largest part that hangs together both ways.
        junctions: How many there are.
        scale: Metres per degree of longitude and of latitude.
    """

    mode: TravelMode
    tails: Integers
    heads: Integers
    length_m: Floats
    speed_ms: Floats
    is_oneway: npt.NDArray[np.bool_]
    lines: npt.NDArray[Any]
    flat: npt.NDArray[Any]
    is_main: npt.NDArray[np.bool_]
    junctions: int
    scale: tuple[float, float]

    @property
    def is_empty(self) -> bool:
        """Whether the mode has no road at all."""
        return not len(self.tails)

    def flattened(self, shapes: Any) -> Any:  # noqa: ANN401 - one shape or many
        """Return shapes of EPSG:4490 in the network's metres."""
        return shapely.transform(shapes, lambda at: at * np.array(self.scale))

    def geographic(self, shapes: Any) -> Any:  # noqa: ANN401 - one shape or many
        """Return shapes in the network's metres in EPSG:4490."""
        return shapely.transform(shapes, lambda at: at / np.array(self.scale))


def road_network(
    lines: Any,  # noqa: ANN401 - a sequence or an array of them
    highways: Sequence[str],
    oneway: Sequence[bool],
    access: Sequence[str | None],
    mode: TravelMode,
) -> RoadNetwork:
    """Return the graph of roads for a mode.

    Args:
        lines: LineStrings in EPSG:4490, one a road; shared vertices and ends at roads are
            junctions.
        highways: OpenStreetMap's class of each.
        oneway: Whether each may be used in the direction of its vertices only.
        access: OpenStreetMap's ``access`` of each; ``no`` and ``private`` close a road.
        mode: By what one goes.
    """
    rules = MODE_RULES[mode]
    kmh = np.array([rules.road_kmh.get(one, 0.0) for one in highways], dtype=float)
    is_open = np.array([one not in CLOSED_ACCESS for one in access], dtype=bool)
    roads = np.asarray(lines, dtype=object)
    usable = (kmh > 0) & is_open & ~shapely.is_missing(roads)
    roads, kmh = roads[usable], kmh[usable]
    binding = np.array(oneway, dtype=bool)[usable] & rules.keeps_oneway
    return _network(roads, kmh / 3.6, binding, mode)


def _network(roads: npt.NDArray[Any], speed: Floats, oneway: Any, mode: TravelMode) -> RoadNetwork:  # noqa: ANN401
    points = shapely.get_coordinates(roads)
    middle = float(np.median(points[:, 1])) if len(points) else 0.0
    scale = (_METRES_PER_DEGREE * float(np.cos(np.radians(middle))), _METRES_PER_DEGREE)
    points, road = shapely.get_coordinates(_ended_at(roads, np.array(scale)), return_index=True)
    _, vertex = np.unique(points.round(_SAME_PLACE), axis=0, return_inverse=True)
    begins, ends = _pieces(vertex.ravel(), road)
    lines = [shapely.LineString(points[a : b + 1]) for a, b in zip(begins, ends, strict=True)]
    made = np.array(lines, dtype=object)
    flat = shapely.transform(made, lambda at: at * np.array(scale)) if len(made) else made
    used, ids = np.unique(vertex.ravel()[np.concatenate([begins, ends])], return_inverse=True)
    tails, heads = ids[: len(begins)], ids[len(begins) :]
    along = road[begins]
    return RoadNetwork(
        mode=mode,
        tails=tails,
        heads=heads,
        length_m=shapely.length(flat).astype(float) if len(made) else np.zeros(0),
        speed_ms=speed[along],
        is_oneway=oneway[along],
        lines=made,
        flat=flat,
        is_main=_is_main(tails, heads, oneway[along], len(used)),
        junctions=len(used),
        scale=scale,
    )


def _ended_at(roads: npt.NDArray[Any], scale: Floats) -> npt.NDArray[Any]:
    """Return the roads with a vertex wherever another one ends beside them."""
    points, road = shapely.get_coordinates(roads, return_index=True)
    if not len(points):
        return roads
    _, vertex = np.unique(points.round(_SAME_PLACE), axis=0, return_inverse=True)
    is_end = np.ones(len(points), dtype=bool)
    is_end[1:-1] = (np.diff(road)[:-1] != 0) | (np.diff(road)[1:] != 0)
    loose = np.flatnonzero(is_end & (np.bincount(vertex.ravel())[vertex.ravel()] == 1))
    flat = shapely.transform(roads, lambda at: at * scale)
    ends = shapely.points(points[loose] * scale)
    which, beside = shapely.STRtree(flat).query(ends, predicate="dwithin", distance=_BESIDE_M)
    other = beside != road[loose[which]]
    whole = roads.copy()
    for at in np.unique(beside[other]):
        new = loose[which[other & (beside == at)]]
        whole[at] = _with_vertices(flat[at], roads[at], points[new], scale)
    return whole


def _with_vertices(flat: Any, line: Any, new: Floats, scale: Floats) -> Any:  # noqa: ANN401
    """Return a line with further vertices where they lie along it."""
    own = shapely.get_coordinates(line)
    steps = np.hypot(*np.diff(own * scale, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    places = shapely.line_locate_point(flat, shapely.points(new * scale))
    order = np.argsort(np.concatenate([along, places]), kind="stable")
    return shapely.LineString(np.concatenate([own, new])[order])


def _pieces(vertex: Integers, road: Integers) -> tuple[Integers, Integers]:
    """Return first and last place, in the list of all vertices, of each piece of road."""
    if not len(vertex):
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing
    changes = np.flatnonzero(np.diff(road)) + 1
    starts = np.concatenate([[0], changes])
    stops = np.concatenate([changes - 1, [len(vertex) - 1]])
    is_junction = np.bincount(vertex)[vertex] > 1
    is_junction[starts] = True
    is_junction[stops] = True
    places = np.flatnonzero(is_junction)
    same = road[places[:-1]] == road[places[1:]]
    return places[:-1][same], places[1:][same]


def _is_main(tails: Integers, heads: Integers, oneway: Any, junctions: int) -> Any:  # noqa: ANN401
    """Tell which pieces lie in the largest part in which each junction reaches each other."""
    if not len(tails):
        return np.zeros(0, dtype=bool)
    both = ~oneway
    rows = np.concatenate([tails, heads[both]])
    columns = np.concatenate([heads, tails[both]])
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(junctions, junctions))
    _, part = connected_components(graph.tocsr(), directed=True, connection="strong")
    largest = np.bincount(part).argmax()
    return (part[tails] == largest) & (part[heads] == largest)
