"""Boundaries to propose for a site: a mapped residential area, or buildings that belong together.

A proposal is taken by a person or not at all. 一期 and 二期, 东区 and 西区 are different sites
(`geodata.ledger.identity`), so the one's area is never proposed for the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import shapely
from geoalchemy2.shape import from_shape, to_shape
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.boundary import BoundarySource
from geodata.domain.category import Category
from geodata.domain.vocabulary import squeeze
from geodata.ledger.identity import are_siblings, name_similarity
from geodata.spatial.enclosing import outline
from geodata.spatial.plane import Plane, plane_of
from geodata.spatial.reshape import polygons
from geodata.store.queries.boundary import RESIDENTIAL, neighbours, shape_of, town_shape
from geodata.store.queries.state import within
from geodata.store.tables import Division, Footprint, Landuse, Site
from geodata.store.tables.base import SRID

_ALIKE: Final = 0.7
_NEAR_M: Final = 200.0
_WEIGHTS: Final = (0.55, 0.25, 0.2)
"""Of the name (or address), the point, and the neighbourhood in a score."""
_MOST: Final = 5
_TAKEN_SHARE: Final = 0.5
_REACH_M: Final = 12.5
"""Half of what may lie between two buildings of one cluster."""
_TO_POINT_M: Final = 30.0
_ROUND_POINT_DEGREES: Final = 0.003
_AROUND_DEGREES: Final = 0.001
_MOST_BUILDINGS: Final = 120
_HOUSE_NUMBER: Final = re.compile(r"[\da-zA-Z一二三四五六七八九十#-]+(号楼|楼|栋|幢|座|号|#)?$")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A boundary that may be the site's.

    Attributes:
        source: What it is made of.
        shape: In degrees (EPSG:4490).
        score: 0-1, for the order only.
        reason: Code of the sentence that says why.
        facts: What the sentence names.
        footprints: Buildings it was drawn round.
    """

    source: BoundarySource
    shape: MultiPolygon
    score: float
    reason: str
    facts: dict[str, object] = field(default_factory=dict)
    footprints: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    """What a site is known by."""

    site: Site
    point: BaseGeometry | None
    neighbourhood: BaseGeometry | None
    plane: Plane

    def likeness(self, name: str | None) -> float:
        """Return 0-1 how much a name is the site's, 0 for that of a sibling."""
        if not name or are_siblings(name, self.site.name):
            return 0.0
        return name_similarity(name, self.site.name)

    def is_at_address(self, name: str | None) -> bool:
        address = squeeze(self.site.address or "")
        return bool(name) and len(name or "") > 1 and squeeze(name or "") in address

    def nearness(self, shape: BaseGeometry) -> float:
        """Return 1 where the site's point lies inside, falling to 0 at 200 m."""
        if self.point is None:
            return 0.0
        away = self.plane.metres(shape).distance(self.plane.metres(self.point))
        return max(0.0, 1 - float(away) / _NEAR_M)

    def score(self, likeness: float, shape: BaseGeometry) -> float:
        """Return the weighted sum of what speaks for a shape."""
        is_home = self.neighbourhood is not None and self.neighbourhood.intersects(
            shape.representative_point()
        )
        parts = (likeness, self.nearness(shape), float(is_home))
        return round(sum(w * part for w, part in zip(_WEIGHTS, parts, strict=True)), 3)


def propose_boundaries(session: Session, scope: Scope, site: Site) -> list[Proposal]:
    """Return boundaries to propose for a site, the likeliest first, at most five.

    Proposed are mapped residential areas whose name is like the site's, stands in its address,
    or that hold its point; and outlines round free buildings that bear its name, or that stand
    together at its point. What another site holds by half is not proposed.

    Args:
        session: A reading session.
        scope: The actor's; buildings outside it are not taken.
        site: A listed site in scope, with its geometry.
    """
    town = town_shape(session, site)
    point = shape_of(site.point)
    home = session.scalar(select(Division.geom).where(Division.code == site.neighbourhood_code))
    ground = point or town
    known = _Known(site, point, shape_of(home), plane_of(ground or shapely.Point(117, 36)))
    found = [*_areas(session, known, town), *_clusters(session, scope, known)]
    kept = [one for one in found if not _is_taken(session, scope, site, one)]
    kept.sort(key=lambda one: -one.score)
    return kept[:_MOST]


def _areas(session: Session, known: _Known, town: BaseGeometry | None) -> Iterator[Proposal]:
    statement = select(Landuse.name, Landuse.geom).where(
        Landuse.district_code == known.site.district_code, Landuse.kind == RESIDENTIAL
    )
    if town is not None:
        statement = statement.where(func.st_intersects(Landuse.geom, from_shape(town, SRID)))
    for name, geom in session.execute(statement.order_by(Landuse.id)):
        shape = to_shape(geom)
        likeness = known.likeness(name)
        holds_point = known.point is not None and shape.intersects(known.point)
        facts: dict[str, object] = {"name": name}
        if likeness >= _ALIKE:
            reason = "proposal.area_named_at_point" if holds_point else "proposal.area_named"
        elif known.is_at_address(name):
            reason, likeness = "proposal.area_in_address", max(likeness, _ALIKE)
        elif holds_point and not (name and are_siblings(name, known.site.name)):
            reason = "proposal.area_at_point"
        else:
            continue
        area = MultiPolygon(polygons(shape))
        yield Proposal(BoundarySource.OSM, area, known.score(likeness, shape), reason, facts)


def _clusters(session: Session, scope: Scope, known: _Known) -> Iterator[Proposal]:
    free = _free_footprints(session, scope, known)
    named = [
        (key, shape)
        for key, name, shape in free
        if known.likeness(_HOUSE_NUMBER.sub("", name or "")) >= _ALIKE
    ]
    if named:
        yield _round(session, scope, known, named, 1.0, "proposal.buildings_named")
    at_point = _at_point(known, [(key, shape) for key, _, shape in free])
    if at_point and {key for key, _ in at_point} != {key for key, _ in named}:
        yield _round(session, scope, known, at_point, 0.3, "proposal.buildings_at_point")


def _round(
    session: Session,
    scope: Scope,
    known: _Known,
    buildings: Sequence[tuple[int, BaseGeometry]],
    likeness: float,
    reason: str,
) -> Proposal:
    shapes = [shape for _, shape in buildings]
    around = shapely.union_all(shapes).envelope.buffer(_AROUND_DEGREES)
    others = neighbours(session, scope, around, but=(known.site.id,))
    shape = outline(shapes, others=[one.shape for one in others])
    return Proposal(
        BoundarySource.FOOTPRINTS,
        shape,
        known.score(likeness, shape),
        reason,
        {"count": len(buildings)},
        tuple(key for key, _ in buildings),
    )


def _free_footprints(
    session: Session, scope: Scope, known: _Known
) -> list[tuple[int, str | None, BaseGeometry]]:
    """Return the buildings of no other site that bear a name or stand near the point."""
    near: list[Any] = [Footprint.name.is_not(None)]
    if known.point is not None:
        box = from_shape(known.point.buffer(_ROUND_POINT_DEGREES).envelope, SRID)
        near.append(Footprint.geom.op("&&")(box))
    rows = session.execute(
        select(Footprint.id, Footprint.name, Footprint.geom).where(
            Footprint.town_code == known.site.town_code,
            within(scope, Footprint),
            or_(Footprint.site_id.is_(None), Footprint.site_id == known.site.id),
            or_(*near),
        )
    )
    return [(key, name, to_shape(geom)) for key, name, geom in rows]


def _at_point(
    known: _Known, free: Sequence[tuple[int, BaseGeometry]]
) -> list[tuple[int, BaseGeometry]]:
    """Return the buildings that stand together at the point; of a lone building only itself."""
    if known.point is None or not free:
        return []
    point = known.plane.metres(known.point)
    flat = [known.plane.metres(shape) for _, shape in free]
    nearest = min(range(len(free)), key=lambda index: flat[index].distance(point))
    if flat[nearest].distance(point) > _TO_POINT_M:
        return []
    if known.site.category == Category.STANDALONE_BUILDING.value:
        return [free[nearest]]
    blocks = polygons(shapely.union_all([one.buffer(_REACH_M) for one in flat]))
    home = next(block for block in blocks if block.intersects(flat[nearest]))
    together = [index for index, one in enumerate(flat) if home.intersects(one)]
    together.sort(key=lambda index: flat[index].distance(point))
    return [free[index] for index in together[:_MOST_BUILDINGS]]


def _is_taken(session: Session, scope: Scope, site: Site, proposal: Proposal) -> bool:
    others = neighbours(session, scope, proposal.shape, but=(site.id,))
    if not others:
        return False
    shared = proposal.shape.intersection(shapely.union_all([one.shape for one in others]))
    return bool(shared.area > _TAKEN_SHARE * proposal.shape.area)
