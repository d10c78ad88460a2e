"""Change a boundary as a person asks for it: split, merge, cut, trim, fill, repair.

All shapes are in degrees (EPSG:4490). Lines between two corners are straight in degrees here and
straight in metres where areas are measured; over a kilometre the two lie 2 cm apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import shapely
from shapely import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geodata.domain.errors import DomainError
from geodata.spatial.plane import plane_of

CRUMB_M2: Final = 0.5
"""A part or hole smaller than this is left by arithmetic, not by a person."""

_OVERLAPS_ITSELF_M: Final = 0.02


def polygons(shape: BaseGeometry) -> list[Polygon]:
    """Return the polygons of any geometry; points and lines have none."""
    if isinstance(shape, Polygon):
        return [] if shape.is_empty else [shape]
    return [one for part in getattr(shape, "geoms", ()) for one in polygons(part)]


def as_area(shape: BaseGeometry) -> MultiPolygon:
    """Return the areas of a geometry, its crumbs left out; empty where it has none."""
    plane = plane_of(shape)
    kept = [_without_pinholes(one) for one in polygons(shape) if plane.area_m2(one) >= CRUMB_M2]
    whole = MultiPolygon(kept)
    # A pinhole may have held a part of its own, which lies inside another now.
    return whole if whole.is_valid else MultiPolygon(polygons(shapely.union_all(kept)))


def split(shape: BaseGeometry, line: LineString) -> list[MultiPolygon]:
    """Cut an area apart along a line; what the line does not cross stays whole.

    Args:
        shape: A valid area in degrees.
        line: In degrees; ends that dangle inside cut nothing.

    Returns:
        Two parts or more, the largest first; their areas add up to that of the whole.

    Raises:
        DomainError: ``boundary.line_misses`` when the line leaves everything whole.
    """
    parts: list[Polygon] = []
    for one in polygons(shape):
        edges = shapely.union_all([one.boundary, line])
        faces = [
            face
            for face in polygons(shapely.polygonize([edges]))
            if one.contains(face.representative_point())
        ]
        parts += faces or [one]
    if len(parts) <= len(polygons(shape)):
        raise DomainError("boundary.line_misses")
    parts.sort(key=lambda part: -part.area)
    return [MultiPolygon([part]) for part in parts]


def merge(shapes: Iterable[BaseGeometry]) -> MultiPolygon:
    """Return the areas as one; parts that do not touch stay parts of it."""
    return as_area(shapely.union_all(list(shapes)))


def cut(shape: BaseGeometry, hole: BaseGeometry) -> MultiPolygon:
    """Return an area without what another covers.

    Raises:
        DomainError: ``boundary.nothing_left``.
    """
    return _left(shape.difference(hole))


def trim_to(shape: BaseGeometry, town: BaseGeometry) -> MultiPolygon:
    """Return the part of an area that lies in a town.

    Raises:
        DomainError: ``boundary.nothing_left``.
    """
    return _left(shape.intersection(town))


def fill(
    shape: BaseGeometry, gap: BaseGeometry, *, others: Sequence[BaseGeometry] = ()
) -> MultiPolygon:
    """Return an area with a gap filled up, as far as no other site lies there.

    The gap is taken 2 cm wider, so that no hair is left between the two.
    """
    plane = plane_of(shape)
    wide = plane.degrees(plane.metres(gap).buffer(_OVERLAPS_ITSELF_M, join_style="mitre"))
    near = [one for one in others if one.intersects(wide)]
    grown = wide.difference(shapely.union_all(near)) if near else wide
    return as_area(shape.union(grown))


def repair(shape: BaseGeometry) -> MultiPolygon:
    """Return the valid area nearest to one whose rings cross, by GEOS' "structure" method.

    The caller shows both: what was inside twice stays inside, what is a line only goes.
    """
    return as_area(shapely.make_valid(shape, method="structure", keep_collapsed=False))


def _left(shape: BaseGeometry) -> MultiPolygon:
    area = as_area(shape)
    if area.is_empty:
        raise DomainError("boundary.nothing_left")
    return area


def _without_pinholes(polygon: Polygon) -> Polygon:
    plane = plane_of(polygon)
    holes: list[Any] = [
        ring for ring in polygon.interiors if plane.area_m2(Polygon(ring)) >= CRUMB_M2
    ]
    return Polygon(polygon.exterior, holes)
