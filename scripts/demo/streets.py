"""A warped street grid around the old town, its blocks, and parcels inside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely import LineString, Polygon

from scripts.demo.names import street_name
from scripts.demo.plane import Array, rotate, warp

BLOCK_M: Final = (400.0, 340.0)
TURN: Final = np.radians(-7.0)
_STEPS: Final = 6
_LEAST_PARCEL_M2: Final = 3000
_SPLIT_ALONG: Final = 0.75
_SPLIT_ACROSS: Final = 0.35
"""Shares of blocks that are split."""

_RANK: Final = {0: "primary", 3: "tertiary", 6: "secondary", 9: "tertiary"}
_CYCLE: Final = 12
_ACROSS_M: Final = 50.0
"""More than the half of any street is wide, so that the blocks of the grid close up."""
_HALF_WIDTH_M: Final = {"primary": 20.0, "secondary": 15.0, "tertiary": 11.0, "residential": 8.0}


@dataclass(frozen=True, slots=True)
class Street:
    """A street of the grid or a country road, in metres."""

    name: str | None
    highway: str
    line: LineString


@dataclass(frozen=True, slots=True)
class Grid:
    """The built-up core.

    Attributes:
        streets: Its streets.
        parcels: Ground between them, set back from the street, about two per block.
        turns: Direction of the long side of each parcel, radians.
    """

    streets: list[Street]
    parcels: list[Polygon]
    turns: list[float]


def lay_grid(random: np.random.Generator, parcels_wanted: int) -> Grid:
    """Lay blocks outwards from the centre until there are enough parcels."""
    side = int(np.sqrt(parcels_wanted)) + 8
    cells = [(i, j) for i in range(-side, side) for j in range(-side, side)]
    noise = random.normal(0, 0.9, len(cells))
    order = np.argsort([np.hypot(i + 0.5, (j + 0.5) * 0.9) for i, j in cells] + noise)
    parcels: list[Polygon] = []
    built: set[tuple[int, int]] = set()
    for index in order:
        if len(parcels) >= parcels_wanted:
            break
        cell = cells[index]
        built.add(cell)
        parcels.extend(_parcels(random, cell))
    turns = [_long_side(parcel) for parcel in parcels]
    return Grid(_streets(built), parcels, turns)


def _parcels(random: np.random.Generator, cell: tuple[int, int]) -> list[Polygon]:
    """Split a block in one to three parcels, leaving the streets' width."""
    i, j = cell
    spans = _split(random, i, i + 1) if random.random() < _SPLIT_ALONG else [(i, i + 1)]
    pieces = []
    for west, east in spans:
        halves = _split(random, j, j + 1) if random.random() < _SPLIT_ACROSS else [(j, j + 1)]
        pieces += [(west, south, east, north) for south, north in halves]
    out: list[Polygon] = []
    for west, south, east, north in pieces:
        ring = [
            *_edge((west, south), (east, south)),
            *_edge((east, south), (east, north)),
            *_edge((east, north), (west, north)),
            *_edge((west, north), (west, south)),
        ]
        width = _HALF_WIDTH_M["tertiary"] + random.uniform(2, 7)
        shape = Polygon(_to_plane(np.array(ring))).buffer(-width, join_style="mitre")
        # A corner cut for the sight of drivers, as streets have them.
        shape = shape.buffer(-6).buffer(6, quad_segs=2)
        plain = shape.simplify(0.5)
        if isinstance(plain, Polygon) and plain.area > _LEAST_PARCEL_M2:
            out.append(plain)
    return out


def _split(random: np.random.Generator, start: float, end: float) -> list[tuple[float, float]]:
    middle = start + (end - start) * random.uniform(0.38, 0.62)
    return [(start, middle), (middle, end)]


def _streets(built: set[tuple[int, int]]) -> list[Street]:
    streets = []
    for axis in (0, 1):
        runs: dict[int, set[int]] = {}
        for cell in built:
            for line in (cell[axis], cell[axis] + 1):
                runs.setdefault(line, set()).add(cell[1 - axis])
        for line, spans in sorted(runs.items()):
            highway = _RANK.get(line % _CYCLE, "residential")
            for first, last in _consecutive(sorted(spans)):
                ends = (
                    ((line, first), (line, last + 1))
                    if axis == 0
                    else ((first, line), (last + 1, line))
                )
                points = _edge(*ends, steps=_STEPS * (last + 1 - first))
                streets.append(
                    Street(
                        street_name(axis, line), highway, LineString(_to_plane(np.array(points)))
                    )
                )
    return streets


def _consecutive(numbers: list[int]) -> list[tuple[int, int]]:
    runs = [(numbers[0], numbers[0])]
    for number in numbers[1:]:
        if number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _edge(
    start: tuple[float, float], end: tuple[float, float], *, steps: int = _STEPS
) -> list[tuple[float, float]]:
    return [tuple(np.add(start, np.subtract(end, start) * t)) for t in np.linspace(0, 1, steps + 1)]


def _to_plane(points: Array) -> Array:
    metres = rotate(points * np.array(BLOCK_M), TURN)
    return warp(metres, amplitude_m=90, length_m=1500, turn=0.4)


def _long_side(parcel: Polygon) -> float:
    """Return the direction, near east, of a parcel's frame: rows of houses follow it."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(parcel))
    step = corners[1] - corners[0]
    angle = float(np.arctan2(step[1], step[0])) % (np.pi / 2)
    return angle - np.pi / 2 if angle > np.pi / 4 else angle


def country_roads(
    random: np.random.Generator,
    seats: dict[str, tuple[float, float]],
    villages: dict[str, tuple[float, float]],
    grid: Grid,
) -> list[Street]:
    """Join towns with the centre, and each village with a nearer one, up to the grid's edge."""
    core = shapely.union_all(grid.parcels).buffer(_ACROSS_M).buffer(-_ACROSS_M)
    shapely.prepare(core)
    roads = []
    for number, seat in enumerate(seats.values()):
        line = _bent(random, (0.0, 0.0), seat, 0.10)
        roads.append(Street(street_name(2, number), "primary", line))
    points = np.array(list(villages.values()))
    reach = np.hypot(points[:, 0], points[:, 1])
    for index, point in enumerate(points):
        nearer = np.flatnonzero(reach < reach[index])
        if len(nearer) == 0:
            continue
        gaps = np.hypot(*(points[nearer] - point).T)
        target = points[nearer[gaps.argmin()]]
        roads.append(Street(None, "tertiary", _bent(random, tuple(point), tuple(target), 0.12)))
    return [
        Street(road.name, road.highway, piece)
        for road in roads
        for piece in shapely.get_parts(road.line.difference(core))
        if piece.length > _ACROSS_M
    ]


def _bent(
    random: np.random.Generator, start: tuple[float, ...], end: tuple[float, ...], sway: float
) -> LineString:
    a, b = np.array(start), np.array(end)
    across = np.array([a[1] - b[1], b[0] - a[0]])
    t = np.linspace(0, 1, 13)[:, None]
    bow = np.sin(np.pi * t) * random.normal(0, sway) + np.sin(2 * np.pi * t) * random.normal(
        0, sway / 3
    )
    return LineString(a + (b - a) * t + across * bow)


def crossed(lines: Sequence[LineString]) -> list[LineString]:
    """Return the lines with a vertex wherever two of them meet, as surveyors draw roads."""
    some = np.array(lines, dtype=object)
    ones, others = shapely.STRtree(some).query(some, predicate="intersects")
    apart = ones != others
    meeting = shapely.get_coordinates(
        shapely.intersection(some[ones[apart]], some[others[apart]]), return_index=True
    )
    points, pair = meeting
    owner = ones[apart][pair]
    return [_with_vertices(line, points[owner == at]) for at, line in enumerate(lines)]


def _with_vertices(line: LineString, points: Array) -> LineString:
    own = shapely.get_coordinates(line)
    along = [line.project(shapely.Point(*one)) for one in (*own, *points)]
    return LineString(np.concatenate([own, points])[np.argsort(along, kind="stable")])
