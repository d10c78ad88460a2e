"""Whether points lie in a district, and where in it."""

from __future__ import annotations

from collections.abc import Sequence

from geoalchemy2.shape import to_shape
from shapely import STRtree, contains_xy, points, prepare
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from geodata.domain.division import DivisionKind
from geodata.store.tables import Division

_EDGE_DEGREES = 0.002
"""About 200 m: a point this close to the border may have been read off a coarse map."""


Position = tuple[float, float]


def points_outside(session: Session, district: str, positions: Sequence[Position]) -> list[int]:
    """Return the indices of the points that lie outside a district.

    Args:
        session: Any session.
        district: Code of a district; one without a boundary has no outside.
        positions: Longitude and latitude in degrees (EPSG:4490).
    """
    found = session.scalar(select(Division.geom).where(Division.code == district))
    if found is None or not positions:
        return []
    area = to_shape(found).buffer(_EDGE_DEGREES)
    prepare(area)
    inside = contains_xy(area, [x for x, _ in positions], [y for _, y in positions])
    return [index for index, is_inside in enumerate(inside) if not is_inside]


def places_of_points(
    session: Session, district: str, positions: Sequence[Position]
) -> list[tuple[str, str | None] | None]:
    """Return the names of the town and neighbourhood that hold each point.

    Args:
        session: Any session.
        district: Code of a district.
        positions: Longitude and latitude in degrees (EPSG:4490).

    Returns:
        ``None`` for a point in no town with a boundary; without a neighbourhood where none of
        the town's has a boundary around it.
    """
    towns = _holders(session, district, DivisionKind.TOWN, positions)
    neighbourhoods = _holders(session, district, DivisionKind.NEIGHBOURHOOD, positions)
    rows = session.execute(
        select(Division.code, Division.name).where(Division.district_code == district)
    )
    names = {row.code: row.name for row in rows}
    places: list[tuple[str, str | None] | None] = []
    for town, neighbourhood in zip(towns, neighbourhoods, strict=True):
        if neighbourhood is not None:
            places.append((names[neighbourhood.parent_code or ""], neighbourhood.name))
        else:
            places.append(None if town is None else (town.name, None))
    return places


def _holders(
    session: Session, district: str, kind: DivisionKind, positions: Sequence[Position]
) -> list[Division | None]:
    divisions = session.scalars(
        select(Division)
        .options(undefer(Division.geom))
        .where(
            Division.district_code == district,
            Division.kind == kind.value,
            Division.geom.is_not(None),
        )
        .order_by(Division.sort_order)
    ).all()
    found: list[Division | None] = [None] * len(positions)
    if divisions and positions:
        tree = STRtree([to_shape(one.geom) for one in divisions])
        hits = tree.query(points(positions), predicate="intersects")
        for position, holder in zip(*hits.tolist(), strict=True):
            # On a border the first in the official order.
            first = found[position]
            if first is None or divisions[holder].sort_order < first.sort_order:
                found[position] = divisions[holder]
    return found
