"""Into which community a gap may go: near, on the same side of the main road, managed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import shapely
from geoalchemy2.shape import from_shape, to_shape
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.footprint import MAIN_ROAD_RANK
from geodata.domain.gap import GapKind
from geodata.domain.period import today
from geodata.spatial.enclosing import outline
from geodata.spatial.plane import plane_of
from geodata.spatial.reshape import as_area, polygons
from geodata.store.queries.boundary import neighbours
from geodata.store.queries.gaps.told import GapKey
from geodata.store.queries.state import site_state, within
from geodata.store.tables import Footprint, Road, Site
from geodata.store.tables.base import SRID

NEAR_M: Final = 300.0
"""Nobody looks after a house farther away."""
_MOST: Final = 5
_DEGREES_PER_M: Final = 1 / 80_000
"""Generous for a box: a metre is less than this many degrees, east or north, up to 44 N."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeProposal:
    """A community that may take a gap in.

    Attributes:
        site_id: Its id.
        name: Its name.
        version: Its ``row_version``.
        distance_m: Between the nearest walls and border.
        is_same_side: Whether no main road lies between.
        is_same_neighbourhood: Whether both lie in one neighbourhood.
        is_managed: Whether an effective type is in force there.
        management_types: Effective types.
        shape: The boundary that it would have, in degrees (EPSG:4490).
    """

    site_id: int
    name: str
    version: int
    distance_m: float
    is_same_side: bool
    is_same_neighbourhood: bool
    is_managed: bool
    management_types: Sequence[str]
    shape: MultiPolygon


def merge_proposals(
    session: Session, scope: Scope, key: GapKey, neighbourhood: str | None
) -> list[MergeProposal]:
    """Return the communities in scope that may take a gap in, the best first, at most five.

    Managed ones come before others, those on the same side of the main road before those across,
    those of the same neighbourhood before others, then the nearest.

    Args:
        session: Any session.
        scope: The actor's.
        key: A missing building's, or a site's.
        neighbourhood: Code of the one it lies in.
    """
    houses = gap_outlines(session, scope, key)
    if not houses:
        return []
    area = shapely.union_all(houses)
    found = [
        _proposal(session, scope, row, houses, area, neighbourhood)
        for row in _near(session, scope, key, area)
    ]
    within_reach = [one for one in found if one.distance_m <= NEAR_M]
    within_reach.sort(
        key=lambda one: (
            not one.is_managed,
            not one.is_same_side,
            not one.is_same_neighbourhood,
            one.distance_m,
        )
    )
    return within_reach[:_MOST]


def merged_boundary(
    session: Session, scope: Scope, target: Site, houses: Sequence[BaseGeometry]
) -> MultiPolygon:
    """Return the boundary of a site with buildings taken in, kept out of other sites.

    What stands stays as it is; an outline round the buildings is added (`outline`).

    Args:
        session: Any session.
        scope: The actor's.
        target: Its geometry is read.
        houses: Outlines in degrees, at least one.
    """
    old = None if target.geom is None else to_shape(target.geom)
    around = shapely.union_all([*houses, *([] if old is None else [old])])
    others = [one.shape for one in neighbours(session, scope, around, but=(target.id,))]
    added = outline(houses, others=others)
    return as_area(added if old is None else shapely.union_all([old, added]))


def gap_outlines(session: Session, scope: Scope, key: GapKey) -> list[BaseGeometry]:
    """Return the outlines of a gap's buildings in degrees: of a candidate, or inside a site.

    A site without footprints counts by its own boundary.
    """
    f = Footprint
    belongs = f.candidate_id if key.kind is GapKind.MISSING else f.site_id
    mine = select(f.geom).where(belongs == key.subject, within(scope, f)).order_by(f.id)
    houses = [to_shape(geom) for geom in session.scalars(mine)]
    if not houses and key.kind is not GapKind.MISSING:
        own = select(Site.geom).where(Site.id == key.subject, within(scope, Site))
        houses = [to_shape(geom) for geom in session.scalars(own) if geom is not None]
    return [one for one in houses if polygons(one)]


def _near(session: Session, scope: Scope, key: GapKey, area: BaseGeometry) -> Sequence[Any]:
    reach = NEAR_M * _DEGREES_PER_M
    box = from_shape(shapely.box(*area.bounds).buffer(reach, join_style="mitre"), SRID)
    state = site_state(today()).c
    itself = None if key.kind is GapKind.MISSING else key.subject
    return session.execute(
        select(Site, state.is_covered, state.effective_types, state.geom)
        .join(Site, Site.id == state.site_id)
        .where(within(scope, Site), state.geom.op("&&")(box), Site.id.is_distinct_from(itself))
        .order_by(Site.id)
    ).all()


def _proposal(
    session: Session,
    scope: Scope,
    row: Any,  # noqa: ANN401 - of `_near`
    houses: Sequence[BaseGeometry],
    area: BaseGeometry,
    neighbourhood: str | None,
) -> MergeProposal:
    site, is_covered, types, geom = row
    shape = to_shape(geom)
    plane = plane_of(area)
    line = shapely.shortest_line(area, shape)
    return MergeProposal(
        site_id=site.id,
        name=site.name,
        version=site.row_version,
        distance_m=round(plane.metres(area).distance(plane.metres(shape)), 1),
        is_same_side=not _is_crossed(session, line),
        is_same_neighbourhood=neighbourhood is not None
        and site.neighbourhood_code == neighbourhood,
        is_managed=is_covered,
        management_types=types,
        shape=merged_boundary(session, scope, site, houses),
    )


def _is_crossed(session: Session, line: BaseGeometry) -> bool:
    drawn = from_shape(line, SRID)
    main = func.road_rank(Road.highway) <= MAIN_ROAD_RANK
    crossing = select(Road.id).where(
        main, Road.geom.op("&&")(drawn), func.st_intersects(Road.geom, drawn)
    )
    return session.scalar(crossing.limit(1)) is not None
