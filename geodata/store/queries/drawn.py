"""What the map draws, as GeoJSON that PostgreSQL writes itself (degrees, EPSG:4490)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from sqlalchemy import JSON, Select, cast, func, literal, select, union_all
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from geodata.domain.access import Scope
from geodata.domain.road import SMALLEST_ROAD
from geodata.store.queries.divisions import Bounds, in_scope
from geodata.store.queries.sites import located
from geodata.store.queries.state import SiteFilter, filtered, site_state, within
from geodata.store.tables import Division, Footprint, Landuse, Road
from geodata.store.tables.base import SRID

FULL_DECIMALS: Final = 7
"""Digits of a degree in exports: about 1 cm."""
DRAWN_DECIMALS: Final = 6
"""Digits of a degree on screen: about 10 cm."""
MOST_FOOTPRINTS: Final = 8000
"""More outlines than this in one view are a blur; the map asks again when zoomed in."""


def sites_geojson(
    session: Session, scope: Scope, wanted: SiteFilter, *, on: date, decimals: int = FULL_DECIMALS
) -> bytes:
    """Return sites as a FeatureCollection: boundary, else point, else a null geometry.

    Properties are named as in the list of sites: name, address, category, effective_types,
    inspection_status, covered, town, neighbourhood, households, buildings, floor_area_m2,
    market_covered, verified, uncovered_since, located, company; no personal data.
    """
    state = site_state(on)
    c = state.c
    properties = _object(
        name=c.name,
        address=c.address,
        category=c.category,
        effective_types=func.to_json(c.effective_types),
        inspection_status=c.inspection_status,
        covered=c.is_covered,
        town=c.town_code,
        neighbourhood=c.neighbourhood_code,
        households=c.households,
        buildings=c.buildings,
        floor_area_m2=c.floor_area_m2,
        market_covered=c.is_market_covered,
        verified=c.is_verified,
        uncovered_since=c.uncovered_since,
        located=located(state),
        company=c.company,
    )
    feature = _feature(func.coalesce(c.geom, c.point), properties, decimals, key=c.site_id)
    statement = filtered(select(feature).select_from(state), state, scope, wanted)
    return _collect(session, statement.order_by(c.site_id))


def site_geometry(
    session: Session, scope: Scope, site_id: int, *, on: date
) -> dict[str, Any] | None:
    """Return where a site stands as a GeoJSON geometry, ``None`` where nobody knows."""
    state = site_state(on)
    somewhere = func.coalesce(state.c.geom, state.c.point)
    shape = cast(func.st_asgeojson(somewhere, FULL_DECIMALS, 0), JSON)
    statement = filtered(select(shape).select_from(state), state, scope, SiteFilter())
    found: dict[str, Any] | None = session.scalar(statement.where(state.c.site_id == site_id))
    return found


def divisions_geojson(session: Session, scope: Scope, district: str) -> bytes:
    """Return the divisions of a district in scope: code, kind, name, parent, sort_order."""
    properties = _object(
        code=Division.code,
        kind=Division.kind,
        name=Division.name,
        parent=Division.parent_code,
        sort_order=Division.sort_order,
    )
    statement = select(_feature(Division.geom, properties, DRAWN_DECIMALS))
    statement = statement.where(Division.district_code == district, in_scope(scope))
    return _collect(session, statement.order_by(Division.sort_order))


def ground_geojson(session: Session, scope: Scope, district: str) -> bytes:
    """Return roads, water, green and residential areas: layer, name, rank (1 main road … 5).

    These are no rows of any town: whoever sees a part of the district may see its streets.
    """
    visible = _sees_district(scope, district)
    area = _object(layer=Landuse.kind, name=Landuse.name, rank=literal(SMALLEST_ROAD))
    road = _object(layer=literal("road"), name=Road.name, rank=func.road_rank(Road.highway))
    areas = select(_feature(Landuse.geom, area, DRAWN_DECIMALS)).where(
        Landuse.district_code == district, visible
    )
    roads = select(_feature(Road.geom, road, DRAWN_DECIMALS)).where(
        Road.district_code == district, visible
    )
    return _collect(session, union_all(areas, roads))


def footprints_geojson(session: Session, scope: Scope, district: str, bbox: Bounds) -> bytes:
    """Return the building outlines in a box: use, floors, site (id of the site that holds it)."""
    properties = _object(use=Footprint.use, floors=Footprint.floors, site=Footprint.site_id)
    statement = select(_feature(Footprint.geom, properties, DRAWN_DECIMALS)).where(
        Footprint.district_code == district,
        within(scope, Footprint),
        Footprint.geom.op("&&")(func.st_makeenvelope(*bbox, SRID)),
    )
    return _collect(session, statement.limit(MOST_FOOTPRINTS))


def drawn_bounds(session: Session, scope: Scope, district: str) -> Bounds | None:
    """Return west, south, east, north of what is known of a district, ``None`` if nothing is."""
    boxes = [
        select(func.st_extent(Division.geom).label("box")).where(
            Division.district_code == district, in_scope(scope)
        )
    ]
    state = site_state(date.max)
    located_at = func.coalesce(state.c.geom, state.c.point)
    boxes.append(
        filtered(
            select(func.st_extent(located_at).label("box")),
            state,
            scope,
            SiteFilter(district=district),
        )
    )
    boxes.append(
        select(func.st_extent(Footprint.geom).label("box")).where(
            Footprint.district_code == district, within(scope, Footprint)
        )
    )
    for statement in boxes:
        box = statement.subquery()
        sides = [
            getattr(func, f"st_{side}")(box.c.box) for side in ("xmin", "ymin", "xmax", "ymax")
        ]
        row = session.execute(select(*sides)).one()
        if row[0] is not None:
            return row[0], row[1], row[2], row[3]
    return None


def _sees_district(scope: Scope, district: str) -> Any:  # noqa: ANN401 - SQL expression
    return select(Division.code).where(Division.code == district, in_scope(scope)).exists()


def _object(**pairs: Any) -> Any:  # noqa: ANN401 - SQL expressions
    flat: list[Any] = []
    for name, value in pairs.items():
        flat += [literal(name, Text), value]
    return func.json_build_object(*flat)


def _feature(geometry: Any, properties: Any, decimals: int, key: Any = None) -> Any:  # noqa: ANN401
    shape = cast(func.st_asgeojson(geometry, decimals, 0), JSON)
    pairs = {"type": literal("Feature", Text), "geometry": shape, "properties": properties}
    if key is not None:
        pairs["id"] = key
    # As text: PostgreSQL has written the JSON, nobody needs to read and write it again here.
    return cast(_object(**pairs), Text)


def _collect(session: Session, statement: Select[Any] | Any) -> bytes:  # noqa: ANN401
    return collection(row for (row,) in session.execute(statement))


def collection(features: Iterable[str]) -> bytes:
    """Return a FeatureCollection of features that are JSON text already."""
    return b'{"type":"FeatureCollection","features":[' + ",".join(features).encode() + b"]}"
