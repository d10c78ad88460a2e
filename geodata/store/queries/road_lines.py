"""Roads of a district, to travel on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy.typing as npt
import shapely
from sqlalchemy import BigInteger, Text, cast, column, func, select
from sqlalchemy.orm import Session

from geodata.store.tables import Road
from geodata.store.tables.base import SRID

_MOST_DRAWN = 5_000


@dataclass(frozen=True, slots=True)
class RoadLines:
    """Roads: EPSG:4490 lines with what says who may use them, each shape (n,)."""

    lines: npt.NDArray[Any]
    highways: list[str]
    oneway: list[bool]
    access: list[str | None]


def road_version(session: Session, district: str) -> tuple[int, int, int]:
    """Return what is another after any change of a district's roads."""
    written = cast(cast(column("xmin"), Text), BigInteger)
    newest = func.coalesce(func.max(written), 0)
    row = session.execute(
        select(func.count(), func.coalesce(func.max(Road.id), 0), newest)
        .select_from(Road)
        .where(Road.district_code == district)
    ).one()
    return int(row[0]), int(row[1]), int(row[2])


def roads_around(
    session: Session, district: str, bounds: tuple[float, float, float, float]
) -> list[list[tuple[float, float]]]:
    """Return the courses of a district's roads that meet a box of EPSG:4490 degrees."""
    box = func.st_makeenvelope(*bounds, SRID)
    rows = session.scalars(
        select(func.st_asbinary(func.st_intersection(Road.geom, box)))
        .where(Road.district_code == district, Road.geom.op("&&")(box))
        .order_by(Road.id)
        .limit(_MOST_DRAWN)
    )
    shapes = shapely.get_parts(shapely.from_wkb([bytes(one) for one in rows]))
    return [
        [(float(x), float(y)) for x, y in shapely.get_coordinates(one)]
        for one in shapes
        if shapely.get_dimensions(one) == 1
    ]


def road_lines(session: Session, district: str) -> RoadLines:
    """Return the roads of a district."""
    rows = session.execute(
        select(func.st_asbinary(Road.geom), Road.highway, Road.is_oneway, Road.access)
        .where(Road.district_code == district)
        .order_by(Road.id)
    ).all()
    return RoadLines(
        shapely.from_wkb([bytes(row[0]) for row in rows]),
        [row.highway for row in rows],
        [row.is_oneway for row in rows],
        [row.access for row in rows],
    )
