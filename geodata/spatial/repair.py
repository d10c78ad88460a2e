"""Outlines as a file holds them, brought to CGCS2000 and repaired where a person can see it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from pyproj import Geod
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from geodata.spatial.systems import CoordinateSystem, Pairs, moved
from geodata.spatial.vectors import as_multipolygon

_AT: Final = re.compile(r"\[([-\d.e+]+) ([-\d.e+]+)")
_ELLIPSOID: Final = Geod(ellps="GRS80")
_SAME_DEGREES: Final = 3e-7
"""About 3 cm: the rounding of files that went out and came back."""

OVERLAP_SHARE: Final = 0.005
_OVERLAP_M2: Final = 5.0


@dataclass(frozen=True, slots=True)
class Repaired:
    """One outline.

    Attributes:
        before: As the file holds it, EPSG:4490, however broken; ``None`` where it has none.
        after: Whole, or ``None`` where nothing can be made of it.
        code: What was wrong, ``None`` for nothing.
        reason: Where it was, degrees; in GEOS's words where it has no one place.
        area_before_m2: Of ``before``, rings taken as they run.
        area_after_m2: Of ``after``.
    """

    before: BaseGeometry | None
    after: MultiPolygon | None
    code: str | None
    reason: str | None
    area_before_m2: float
    area_after_m2: float


def repair(
    shape: BaseGeometry | None, system: CoordinateSystem, *, is_swapped: bool = False
) -> Repaired:
    """Bring an outline to EPSG:4490 and repair it.

    Args:
        shape: In numbers of the system.
        system: What they mean.
        is_swapped: Whether north stands before east.
    """
    if shape is None or shape.is_empty:
        return Repaired(None, None, "vector.geometry_empty", None, 0.0, 0.0)

    def convert(numbers: Pairs) -> Pairs:
        x, y = numbers[:, 0], numbers[:, 1]
        return np.column_stack(system.to_cgcs2000(*((y, x) if is_swapped else (x, y))))

    before = moved(shape, convert)
    if before is None:
        return Repaired(None, None, "vector.geometry_outside", None, 0.0, 0.0)
    after, code = as_multipolygon(before)
    return Repaired(before, after, code, _where(before), area_m2(before), area_m2(after))


def _where(shape: BaseGeometry) -> str | None:
    if shape.is_valid:
        return None
    said = str(shapely.is_valid_reason(shape))
    at = _AT.search(said)
    return f"{float(at[1]):.6f}, {float(at[2]):.6f}" if at else said


def area_m2(shape: BaseGeometry | None) -> float:
    """Return the area of a shape in EPSG:4490 on the ellipsoid, in square metres."""
    if shape is None or shape.is_empty:
        return 0.0
    area, _ = _ELLIPSOID.geometry_area_perimeter(shapely.orient_polygons(shape))
    return abs(float(area))


def is_same(one: BaseGeometry | None, other: BaseGeometry) -> bool:
    """Tell whether two outlines are one but for the rounding of a file."""
    if one is None or one.geom_type == "Point":
        return False
    return bool(one.equals(other)) or float(shapely.hausdorff_distance(one, other)) < _SAME_DEGREES


def overlaps(shapes: Sequence[BaseGeometry]) -> list[tuple[int, int, float]]:
    """Return the pairs of outlines that overlap by more than the breadth of a line.

    Args:
        shapes: Valid areas, EPSG:4490.

    Returns:
        Numbers of both, the lower first, and the area they share in square metres.
    """
    areas = np.array(shapes, dtype=object)
    tree = shapely.STRtree(areas)
    ones, others = tree.query(areas, predicate="intersects")
    found = []
    for one, other in zip(ones.tolist(), others.tolist(), strict=True):
        if one < other:
            shared = area_m2(_area_of(shapely.intersection(areas[one], areas[other])))
            least = min(area_m2(areas[one]), area_m2(areas[other]))
            if shared > max(_OVERLAP_M2, OVERLAP_SHARE * least):
                found.append((one, other, shared))
    return found


def _area_of(shape: BaseGeometry) -> BaseGeometry:
    """Return the part of a shape that has area; borders that only touch have none."""
    parts = [one for one in shapely.get_parts([shape]) if one.geom_type == "Polygon"]
    return MultiPolygon(parts)
