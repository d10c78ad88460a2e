"""Ground to draw on: metres east and north of a spot in Zhoucun, given as degrees."""

from __future__ import annotations

from shapely import Point
from shapely.affinity import translate

from geodata.spatial.plane import Shape, plane_of

ORIGIN = Point(117.8681, 36.8039)
_PLANE = plane_of(ORIGIN)
_AT = _PLANE.metres(ORIGIN)


def metres(shape: Shape) -> Shape:
    """Return a shape of metres from the spot as degrees (EPSG:4490)."""
    moved: Shape = translate(shape, _AT.x, _AT.y)
    return _PLANE.degrees(moved)
