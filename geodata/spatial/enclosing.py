"""Draw a boundary round buildings that somebody picked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import shapely
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from geodata.domain.errors import DomainError
from geodata.spatial.plane import plane_of
from geodata.spatial.reshape import as_area, polygons

_MARGIN_M: Final = 3.0
_REACHES_M: Final = (8.0, 12.0, 18.0, 27.0, 40.0, 60.0)
"""Half the distance that is bridged between buildings, tried in turn until all hang together."""
_SIMPLER_M: Final = 0.5
_MITRE: Final = 2.0


def outline(
    footprints: Sequence[BaseGeometry],
    *,
    others: Sequence[BaseGeometry] = (),
    margin_m: float = _MARGIN_M,
) -> MultiPolygon:
    """Return an outline that keeps to the buildings and stays out of other sites.

    Morphological closing: the footprints are grown by a reach with mitred corners, joined, and
    shrunk by the reach less a margin, with the first reach that brings them into one piece;
    yards between them come along, courts inside are filled. Buildings over 120 m apart remain
    parts. The outline is simplified by half a metre, other sites are taken off, and what holds
    none of the footprints is dropped. Each footprint is covered whole, even where it lies in
    another site: then the check tells of the overlap.

    Args:
        footprints: Areas in degrees (EPSG:4490), at least one.
        others: Boundaries of other sites in degrees.
        margin_m: How far the outline stands off the outer walls.

    Raises:
        DomainError: ``boundary.no_footprints``.
    """
    if not footprints:
        raise DomainError("boundary.no_footprints")
    buildings = shapely.union_all(list(footprints))
    plane = plane_of(buildings)
    flat = plane.metres(buildings)
    closed = flat
    for reach in _REACHES_M:
        grown = flat.buffer(reach, join_style="mitre", mitre_limit=_MITRE)
        closed = grown.buffer(margin_m - reach, join_style="mitre", mitre_limit=_MITRE)
        if len(polygons(closed)) == 1:
            break
    filled = shapely.union_all([shapely.Polygon(one.exterior) for one in polygons(closed)])
    found = plane.degrees(filled.simplify(_SIMPLER_M))
    if others:
        found = found.difference(shapely.union_all(list(others)))
    # Simplifying and taking off may have gone through a wall.
    whole = found.union(buildings)
    return as_area(MultiPolygon([one for one in polygons(whole) if one.intersects(buildings)]))
