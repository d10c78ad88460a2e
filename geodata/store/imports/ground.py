"""Bring surveyed ground into the store: footprints, roads, landuse, site boundaries.

Rows go through COPY into a temporary table and from there in one statement, so that a million
outlines take minutes, not hours, and a failure leaves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import shapely
from geopandas import GeoDataFrame
from sqlalchemy import text
from sqlalchemy.orm import Session

from geodata.store.tables.base import SRID

_FOOTPRINT: Final = ("source_id", "use", "name", "floors", "height_m")
_ROAD: Final = ("source_id", "highway", "name", "is_oneway", "access")
_LANDUSE: Final = ("source_id", "kind", "name")
_PLACE: Final = ("town_code", "neighbourhood_code")
_TYPES: Final = {
    "floors": "integer",
    "height_m": "double precision",
    "is_oneway": "boolean",
    "key": "bigint",
}


def import_footprints(session: Session, district: str, footprints: GeoDataFrame) -> int:
    """Add or update footprints by ``source_id`` and tell each its town and its site.

    Args:
        session: A writing session.
        district: Code of the district.
        footprints: ``source_id``, ``use``, ``name``, ``floors``, ``height_m``; (multi)polygons
            in EPSG:4490.

    Returns:
        Number of rows taken.
    """
    _stage(session, footprints, _FOOTPRINT, found_later=_PLACE)
    session.execute(text("UPDATE incoming SET geom = usable_outline(geom)"))
    _place(session, district)
    count = _upsert(session, "footprint", district, footprints, (*_FOOTPRINT, *_PLACE), "r.geom")
    settle_footprints(session)
    return count


def import_roads(session: Session, district: str, roads: GeoDataFrame) -> int:
    """Add or update roads: ``source_id``, ``highway``, ``name``, ``is_oneway``, ``access``.

    Lines in EPSG:4490. Returns the number of rows taken.
    """
    _stage(session, roads, _ROAD)
    return _upsert(session, "road", district, roads, _ROAD, "r.geom")


def import_landuse(session: Session, district: str, landuse: GeoDataFrame) -> int:
    """Add or update areas: ``source_id``, ``kind``, ``name``; (multi)polygons in EPSG:4490.

    Returns the number of rows taken.
    """
    _stage(session, landuse, _LANDUSE)
    return _upsert(session, "landuse", district, landuse, _LANDUSE, "ST_Multi(r.geom)")


def import_boundaries(session: Session, boundaries: GeoDataFrame, *, source: str) -> int:
    """Give sites their boundaries; those that have just this one are left alone.

    Args:
        session: A writing session, signed.
        boundaries: ``site_id`` and (multi)polygons in EPSG:4490.
        source: Where they come from, kept beside each.

    Returns:
        Number of sites whose boundary changed.
    """
    frame = boundaries.rename(columns={"site_id": "key"})
    _stage(session, frame, ("key",))
    changed = session.execute(
        text(
            "UPDATE site AS s SET geom = ST_Multi(r.geom), geom_source = :source,"
            " row_version = s.row_version + 1 FROM incoming AS r WHERE s.id = r.key"
            " AND s.geom IS DISTINCT FROM ST_Multi(r.geom) RETURNING s.id"
        ),
        {"source": source},
    ).scalars()
    count = len(list(changed))
    settle_footprints(session)
    return count


def place_footprints(session: Session, district: str) -> None:
    """Tell footprints anew where they stand, after boundaries of divisions have moved.

    Args:
        session: A writing session.
        district: Code of the district.
    """
    session.execute(text("DROP TABLE IF EXISTS pg_temp.incoming"))
    session.execute(
        text(
            "CREATE TEMPORARY TABLE incoming ON COMMIT DROP AS SELECT id, geom,"
            " NULL::text AS town_code, NULL::text AS neighbourhood_code"
            " FROM footprint WHERE district_code = :district"
        ),
        {"district": district},
    )
    _place(session, district)
    session.execute(
        text(
            "UPDATE footprint AS f"
            " SET town_code = r.town_code, neighbourhood_code = r.neighbourhood_code"
            " FROM incoming AS r WHERE r.id = f.id AND (f.town_code, f.neighbourhood_code)"
            " IS DISTINCT FROM (r.town_code, r.neighbourhood_code)"
        )
    )
    settle_footprints(session)


def settle_footprints(session: Session) -> None:
    """Tell footprints now what else they are told just before the commit: site, class, candidate.

    The database notes by itself whose ground has changed (`store/sql/095_noting_footprints.sql`).
    """
    session.execute(text("SET CONSTRAINTS class_noted IMMEDIATE"))
    session.execute(text("SET CONSTRAINTS class_noted DEFERRED"))


def _place(session: Session, district: str) -> None:
    """Tell each outline that comes the neighbourhood, else the town, that holds a point of it.

    Before it is kept: afterwards each would be written, counted and told to maps once more.
    """
    session.execute(text("CREATE INDEX ON incoming USING gist (geom)"))
    session.execute(text("ANALYZE incoming"))
    for kind, column, parent in (
        ("neighbourhood", "neighbourhood_code", ", town_code = d.parent_code"),
        ("town", "town_code", ""),
    ):
        session.execute(
            text(
                f"UPDATE incoming AS r SET {column} = d.code{parent} FROM division AS d"  # noqa: S608
                f" WHERE d.district_code = :district AND d.kind = '{kind}'"
                " AND r.town_code IS NULL AND d.geom && r.geom"
                " AND ST_Contains(d.geom, ST_PointOnSurface(r.geom))"
            ),
            {"district": district},
        )


def _upsert(
    session: Session,
    table: str,
    district: str,
    frame: GeoDataFrame,
    columns: Sequence[str],
    geometry: str,
) -> int:
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(f'r."{name}"' for name in columns)
    fresh = ", ".join(f'"{name}" = excluded."{name}"' for name in (*columns[1:], "geom"))
    session.execute(
        text(
            f'INSERT INTO "{table}" (district_code, {names}, geom)'  # noqa: S608 - our own names
            # Neighbours lie together in the table too: a tile reads few of its pages.
            f" SELECT :district, {values}, {geometry} FROM incoming AS r ORDER BY r.geom"
            f" ON CONFLICT (district_code, source_id) DO UPDATE SET {fresh}"
        ),
        {"district": district},
    )
    return len(frame)


def _stage(
    session: Session,
    frame: GeoDataFrame,
    columns: Sequence[str],
    *,
    found_later: Sequence[str] = (),
) -> None:
    typed = ", ".join(f'"{name}" {_TYPES.get(name, "text")}' for name in (*columns, *found_later))
    session.execute(text("DROP TABLE IF EXISTS pg_temp.incoming"))
    session.execute(
        text(f"CREATE TEMPORARY TABLE incoming ({typed}, geom geometry) ON COMMIT DROP")
    )
    names = ", ".join(f'"{name}"' for name in columns)
    cursor = session.connection().connection.cursor()
    with cursor.copy(f"COPY incoming ({names}, geom) FROM STDIN") as copy:
        for row in _rows(frame, columns):
            copy.write_row(row)
    session.execute(text("ANALYZE incoming"))


def _rows(frame: GeoDataFrame, columns: Sequence[str]) -> Iterable[tuple[Any, ...]]:
    shapes = shapely.set_srid(frame.geometry.to_numpy(), SRID)
    cells = [_cells(frame, name) for name in columns]
    return zip(*cells, shapely.to_wkb(shapes, hex=True, include_srid=True), strict=True)


def _cells(frame: GeoDataFrame, name: str) -> list[Any]:
    if name not in frame:
        return [None] * len(frame)
    column = frame[name].astype(object)
    plain = column.where(column.notna(), None).tolist()
    if _TYPES.get(name) in ("integer", "bigint"):
        # A column with gaps arrives as floats; COPY wants whole numbers.
        return [None if one is None else int(one) for one in plain]
    return plain
