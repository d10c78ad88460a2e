"""What lies round a site: its town, other sites, buildings, streets (degrees, EPSG:4490)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from geoalchemy2.shape import from_shape, to_shape
from shapely import box
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, Select, case, func, literal, null, select
from sqlalchemy.orm import Session, undefer

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.spatial.boundaries import Neighbour, Outline
from geodata.store.queries.divisions import Bounds
from geodata.store.queries.drawn import collection
from geodata.store.queries.state import within
from geodata.store.session import seeing_all
from geodata.store.tables import Division, Footprint, Landuse, Road, Site, SiteVersion
from geodata.store.tables.base import SRID

_EDITED_DECIMALS: Final = 9
"""Digits of a degree that are edited: 0.1 mm, so that a line snapped to another stays on it."""
_AROUND_DEGREES: Final = 0.004
"""Some 400 m."""
_CLOSE_DEGREES: Final = 0.0005
_MOST_FOOTPRINTS: Final = 3000
_MOST_ROADS: Final = 1000
_MOST_AREAS: Final = 500
RESIDENTIAL: Final = "residential"


@dataclass(frozen=True, slots=True)
class CheckGround:
    """What a boundary is checked against.

    Attributes:
        town: The town's boundary, ``None`` where it is unknown.
        others: Boundaries of all other listed sites near it. Those outside the scope count
            too, since ground belongs to one site, but without id and name.
        footprints: Buildings near it, in scope.
    """

    town: BaseGeometry | None
    others: list[Neighbour]
    footprints: list[Outline]


@dataclass(frozen=True, slots=True)
class LastChange:
    """Who wrote the record's standing version, and when."""

    by: str
    at: datetime


def get_listed_site(session: Session, scope: Scope, site_id: int) -> Site:
    """Return a listed site with its geometry.

    Raises:
        DomainError: ``site.not_found``, also outside the scope.
    """
    site = session.scalar(
        select(Site)
        .options(undefer(Site.geom), undefer(Site.point))
        .where(Site.id == site_id, Site.delisted_on.is_(None), within(scope, Site))
    )
    if site is None:
        raise DomainError("site.not_found", site=site_id)
    return site


def shape_of(stored: Any) -> BaseGeometry | None:  # noqa: ANN401 - a WKBElement or nothing
    """Return a stored geometry as a shape."""
    return None if stored is None else to_shape(stored)


def town_shape(session: Session, site: Site) -> BaseGeometry | None:
    """Return the boundary of a site's town, ``None`` where it is unknown."""
    return shape_of(_division_shape(session, site.town_code))


def check_ground(
    session: Session, scope: Scope, site: Site, shape: BaseGeometry, *, without: Sequence[int] = ()
) -> CheckGround:
    """Return what a boundary drawn for a site has to be checked against.

    Args:
        session: Any session.
        scope: The actor's.
        site: Whose boundary it is to be.
        shape: The boundary, in degrees.
        without: Other sites that get their boundary in the same act.
    """
    if shape.is_empty:
        return CheckGround(town_shape(session, site), [], [])
    close = box(*shape.bounds).buffer(_CLOSE_DEGREES)
    return CheckGround(
        town=town_shape(session, site),
        others=neighbours(session, scope, close, but=(site.id, *without)),
        footprints=[
            Outline(key, to_shape(geom))
            for key, geom in session.execute(
                select(Footprint.id, Footprint.geom)
                .where(within(scope, Footprint), _touches(Footprint.geom, close.bounds))
                .limit(_MOST_FOOTPRINTS)
            )
        ],
    )


def neighbours(
    session: Session, scope: Scope, around: BaseGeometry, *, but: Sequence[int]
) -> list[Neighbour]:
    """Return the boundaries of listed sites in the box of an area, but for some sites.

    Sites outside the scope come without id and name.
    """
    is_known = within(scope, Site)
    statement = (
        select(
            case((is_known, Site.id)).label("id"),
            case((is_known, Site.name)).label("name"),
            Site.geom,
        )
        .where(Site.delisted_on.is_(None), Site.id.not_in(but), _touches(Site.geom, around.bounds))
        .order_by(Site.id)
    )
    with seeing_all(session):
        rows = session.execute(statement).all()
    return [Neighbour(row.id, row.name, to_shape(row.geom)) for row in rows]


def footprint_shapes(
    session: Session, scope: Scope, district: str, ids: Sequence[int]
) -> list[BaseGeometry]:
    """Return the outlines of some buildings; those outside the scope do not exist."""
    statement = select(Footprint.geom).where(
        Footprint.district_code == district, within(scope, Footprint), Footprint.id.in_(ids)
    )
    return [to_shape(geom) for geom in session.scalars(statement.order_by(Footprint.id))]


def count_footprints(session: Session, scope: Scope, district: str, shape: BaseGeometry) -> int:
    """Return how many buildings an area would hold, told as the link to a site is made."""
    area = from_shape(shape, SRID)
    statement = select(func.count()).where(
        Footprint.district_code == district,
        within(scope, Footprint),
        Footprint.geom.op("&&")(area),
        func.st_contains(area, func.st_pointonsurface(Footprint.geom)),
    )
    return session.scalar(statement) or 0


def last_change(session: Session, site: Site) -> LastChange:
    """Return who wrote the standing version of a site's record."""
    row = session.execute(
        select(SiteVersion.changed_by, SiteVersion.recorded_at)
        .where(SiteVersion.site_id == site.id, SiteVersion.subject == "site")
        .order_by(SiteVersion.id.desc())
        .limit(1)
    ).one()
    return LastChange(row.changed_by, row.recorded_at)


def start_bounds(session: Session, site: Site) -> Bounds | None:
    """Return where to look for a site: some 400 m round it, else its neighbourhood or town."""
    for stored, around in (
        (site.geom, _AROUND_DEGREES),
        (site.point, _AROUND_DEGREES),
        (_division_shape(session, site.neighbourhood_code), 0.0),
        (_division_shape(session, site.town_code), 0.0),
    ):
        if stored is not None:
            west, south, east, north = to_shape(stored).bounds
            return west - around, south - around, east + around, north + around
    return None


def surroundings_geojson(session: Session, scope: Scope, site: Site, bbox: Bounds | None) -> bytes:
    """Return what lies round a site as a FeatureCollection.

    Properties: ``layer`` (town, site, footprint, residential, road), ``id``, ``name``; of a
    footprint ``floors`` and ``site``, the site that holds it.

    Args:
        session: A reading session.
        scope: The actor's; town and streets are no rows of anybody.
        site: In scope.
        bbox: Where to look; by default as `start_bounds` says.
    """
    features: list[str] = []
    for statement in _layers(scope, site, bbox or start_bounds(session, site)):
        layer = statement.subquery()
        as_feature = func.st_asgeojson(layer.table_valued(), "geom", _EDITED_DECIMALS)
        features += session.scalars(select(as_feature))
    return collection(features)


def _layers(scope: Scope, site: Site, around: Bounds | None) -> Iterator[Select[Any]]:
    yield _layer("town", Division, null()).where(
        Division.code == site.town_code, Division.geom.is_not(None)
    )
    yield _layer("site", Site, Site.id).where(
        Site.delisted_on.is_(None),
        Site.id != site.id,
        within(scope, Site),
        _touches(Site.geom, around),
    )
    for layer, table, most in ((RESIDENTIAL, Landuse, _MOST_AREAS), ("road", Road, _MOST_ROADS)):
        statement = _layer(layer, table, table.id).where(
            table.district_code == site.district_code, _touches(table.geom, around)
        )
        if table is Landuse:
            statement = statement.where(Landuse.kind == RESIDENTIAL)
        yield statement.limit(most)
    yield (
        _layer("footprint", Footprint, Footprint.id)
        .add_columns(Footprint.floors, Footprint.site_id.label("site"))
        .where(
            Footprint.district_code == site.district_code,
            within(scope, Footprint),
            _touches(Footprint.geom, around),
        )
        .limit(_MOST_FOOTPRINTS)
    )


def _layer(layer: str, table: Any, key: Any) -> Select[Any]:  # noqa: ANN401 - five tables
    return select(
        literal(layer).label("layer"), key.label("id"), table.name.label("name"), table.geom
    )


def _touches(geom: Any, around: Bounds | None) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    """Return the predicate that a geometry's box touches another; where none is known, any."""
    if around is None:
        is_known: ColumnElement[bool] = geom.is_not(None)
        return is_known
    touches: ColumnElement[bool] = geom.op("&&")(func.st_makeenvelope(*around, SRID))
    return touches


def _division_shape(session: Session, code: str | None) -> Any:  # noqa: ANN401 - as stored
    return session.scalar(select(Division.geom).where(Division.code == code))
