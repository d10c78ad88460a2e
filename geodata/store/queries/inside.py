"""Whether points lie in a district."""

from __future__ import annotations

from collections.abc import Sequence

from geoalchemy2.shape import to_shape
from shapely import contains_xy, prepare
from sqlalchemy import select
from sqlalchemy.orm import Session

from geodata.store.tables import Division

_EDGE_DEGREES = 0.002
"""About 200 m: a point this close to the border may have been read off a coarse map."""


def points_outside(
    session: Session, district: str, points: Sequence[tuple[float, float]]
) -> list[int]:
    """Return the indices of the points that lie outside a district.

    Args:
        session: Any session.
        district: Code of a district; one without a boundary has no outside.
        points: Longitude and latitude in degrees (EPSG:4490).
    """
    found = session.scalar(select(Division.geom).where(Division.code == district))
    if found is None or not points:
        return []
    area = to_shape(found).buffer(_EDGE_DEGREES)
    prepare(area)
    inside = contains_xy(area, [x for x, _ in points], [y for _, y in points])
    return [index for index, is_inside in enumerate(inside) if not is_inside]
