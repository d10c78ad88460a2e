"""The flat metres in which areas and distances are measured: CGCS2000, zones of 3 degrees."""

from __future__ import annotations

from functools import cache
from typing import Final, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

Shape = TypeVar("Shape", bound=BaseGeometry)

_DEGREES: Final = "EPSG:4490"
_FIRST_ZONE: Final = (75, 4534)
"""Central meridian and EPSG code of the westernmost zone; 117 E is 4548."""
_LAST_MERIDIAN: Final = 135
_ZONE_DEGREES: Final = 3


class Plane:
    """One zone's metres; a shape should lie within some degrees of its central meridian.

    Args:
        meridian: Degrees east, a multiple of 3 between 75 and 135.
    """

    def __init__(self, meridian: int) -> None:
        """Prepare both ways."""
        first, code = _FIRST_ZONE
        crs = f"EPSG:{code + (meridian - first) // _ZONE_DEGREES}"
        self._to_metres = Transformer.from_crs(_DEGREES, crs, always_xy=True)
        self._to_degrees = Transformer.from_crs(crs, _DEGREES, always_xy=True)

    def metres(self, shape: Shape) -> Shape:
        """Return a shape in EPSG:4490 degrees as metres of the zone."""
        return _moved(shape, self._to_metres)

    def degrees(self, shape: Shape) -> Shape:
        """Return a shape in metres of the zone as EPSG:4490 degrees."""
        return _moved(shape, self._to_degrees)

    def area_m2(self, shape: BaseGeometry) -> float:
        """Return the area of a shape in EPSG:4490 degrees, in square metres."""
        return float(self.metres(shape).area)


def plane_of(shape: BaseGeometry) -> Plane:
    """Return the plane of the zone whose central meridian is nearest to a shape in degrees."""
    west, _, east, _ = shape.bounds if not shape.is_empty else (117.0, 0.0, 117.0, 0.0)
    nearest = round((west + east) / 2 / _ZONE_DEGREES) * _ZONE_DEGREES
    return _plane(min(max(nearest, _FIRST_ZONE[0]), _LAST_MERIDIAN))


@cache
def _plane(meridian: int) -> Plane:
    return Plane(meridian)


def _moved(shape: Shape, transformer: Transformer) -> Shape:
    def move(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    return shapely.transform(shape, move)
