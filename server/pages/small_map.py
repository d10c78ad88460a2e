"""A small map as paths of an SVG picture, for print: no tiles, no network, sharp on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import cos, radians
from typing import Final

import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from geodata.store.queries.gaps.surroundings import Surroundings

WIDTH: Final = 300.0
HEIGHT: Final = 200.0
_METRES_PER_DEGREE: Final = 111_320.0
_BARS_M: Final = (20, 50, 100, 200, 500, 1000, 2000, 5000)
_LONGEST_BAR: Final = 90.0

Place = Callable[[float, float], str]


@dataclass(frozen=True, slots=True)
class SmallMap:
    """Paths of a picture `WIDTH` by `HEIGHT`, and its scale bar.

    Attributes:
        gap: The gap's outline; a cross where only a point is known.
        footprints: Buildings.
        roads: Lines.
        sites: Boundaries of listed sites.
        bar: Length of the scale bar in the picture.
        bar_m: What it stands for in metres.
    """

    gap: str
    footprints: str
    roads: str
    sites: str
    bar: float
    bar_m: int


def small_map(around: Surroundings) -> SmallMap | None:
    """Return the map, ``None`` where nobody knows where the gap is."""
    if around.box is None or around.gap is None:
        return None
    west, south, east, north = around.box
    shrink = cos(radians((south + north) / 2))
    scale = min(WIDTH / ((east - west) * shrink), HEIGHT / (north - south))
    middle_x, middle_y = (west + east) / 2, (south + north) / 2

    def place(x: float, y: float) -> str:
        across = WIDTH / 2 + (x - middle_x) * shrink * scale
        return f"{across:.1f} {HEIGHT / 2 - (y - middle_y) * scale:.1f}"

    per_metre = scale / _METRES_PER_DEGREE
    bar_m = max((one for one in _BARS_M if one * per_metre <= _LONGEST_BAR), default=_BARS_M[0])
    return SmallMap(
        gap=_paths([around.gap], place),
        footprints=_paths(around.footprints, place),
        roads=_paths(around.roads, place),
        sites=_paths(around.sites, place),
        bar=round(bar_m * per_metre, 1),
        bar_m=bar_m,
    )


def _paths(shapes: Iterable[BaseGeometry], place: Place) -> str:
    return "".join(_path(one, place) for shape in shapes for one in shapely.get_parts(shape))


def _path(shape: BaseGeometry, place: Place) -> str:
    if isinstance(shape, Point):
        x, y = shape.x, shape.y
        size = 0.0002
        ends = [(x - size, y), (x + size, y)], [(x, y - size), (x, y + size)]
        return "".join(_line(end, place) for end in ends)
    if isinstance(shape, Polygon):
        rings = (shape.exterior, *shape.interiors)
        return "".join(f"{_line(ring.coords, place)}Z" for ring in rings)
    return _line(shape.coords, place)


def _line(points: Iterable[tuple[float, ...]], place: Place) -> str:
    return "M" + "L".join(place(point[0], point[1]) for point in points)
