"""Sites whose boundary is missing, lies outside their town, or shares ground with another's.

PostgreSQL finds the few shapes that touch what they should not; what of it counts is told by
the rules that a drawn boundary is checked by (`geodata.spatial.boundaries`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from geoalchemy2.shape import to_shape
from sqlalchemy import ARRAY, BigInteger, Select, any_, cast, func, not_, select, true
from sqlalchemy.orm import Session, aliased

from geodata.domain.access import Scope
from geodata.domain.boundary import BoundaryProblem
from geodata.domain.gap import GapKind
from geodata.spatial.boundaries import beyond, overlap
from geodata.spatial.plane import plane_of
from geodata.store.queries.gaps.places import chosen_sites
from geodata.store.queries.gaps.told import Found, GapKey
from geodata.store.queries.state import SiteFilter
from geodata.store.session import seeing_all
from geodata.store.tables import Division, Site

NO_BOUNDARY: Final = "no_boundary"
"""Beside the members of `BoundaryProblem`: nobody has drawn one."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Ground that two listed sites both claim.

    Attributes:
        one: Id of the first site.
        other: Of the second, a larger number.
        share: Of the smaller site's area, 0-1.
    """

    one: int
    other: int
    share: float


def boundary_gaps(session: Session, scope: Scope, wanted: SiteFilter) -> list[Found]:
    """Return the sites in scope whose boundary nobody drew, or that cannot be right.

    What a note explains is no gap.

    Args:
        session: A reading session.
        scope: The actor's.
        wanted: Which sites to tell.
    """
    chosen = chosen_sites(scope, wanted)
    lacks: dict[int, list[str]] = {one: [NO_BOUNDARY] for one in _undrawn(session, chosen)}
    for site_id in _outside(session, chosen):
        lacks.setdefault(site_id, []).append(BoundaryProblem.OUTSIDE.value)
    others: dict[int, int] = {}
    for pair in overlaps(session, scope, wanted):
        for site_id, other in ((pair.one, pair.other), (pair.other, pair.one)):
            others.setdefault(site_id, other)
    for site_id in _still_open(session, chosen, others):
        lacks.setdefault(site_id, []).append(BoundaryProblem.OVERLAP.value)
    return [
        Found(GapKey(GapKind.OUTSIDE_BOUNDARY, site_id), tuple(kinds), others.get(site_id))
        for site_id, kinds in sorted(lacks.items())
    ]


def overlaps(session: Session, scope: Scope, wanted: SiteFilter) -> list[Overlap]:
    """Return the pairs of listed sites, one of them chosen, that share ground.

    What the precision of coordinates makes of a common border is no ground.
    """
    chosen = list(session.scalars(chosen_sites(scope, wanted)))
    one, other = aliased(Site), aliased(Site)
    # Each looks its neighbours up by itself (OFFSET 0): without figures of the tables, as after
    # a first import, the planner would compare each with each.
    near = (
        select(other.id, other.geom)
        .where(
            other.geom.op("&&")(one.geom),
            other.id != one.id,
            other.district_code == one.district_code,
            other.delisted_on.is_(None),
            func.st_relate(other.geom, one.geom, "T********"),
        )
        .offset(0)
        .lateral()
    )
    with seeing_all(session):
        rows = session.execute(
            select(one.id, near.c.id, one.geom, near.c.geom)
            .join(near, true())
            .where(one.id == any_(cast(chosen, ARRAY(BigInteger))), one.geom.is_not(None))
        ).all()
    pairs = {(min(row[:2]), max(row[:2])): row for row in rows}
    found = []
    for (first, second), (*_, geom, other_geom) in sorted(pairs.items()):
        shape, other_shape = to_shape(geom), to_shape(other_geom)
        plane = plane_of(shape)
        shared = plane.area_m2(overlap(shape, other_shape, plane))
        if shared:
            smaller = min(plane.area_m2(shape), plane.area_m2(other_shape))
            found.append(Overlap(first, second, shared / smaller))
    return found


def _undrawn(session: Session, chosen: Select[Any]) -> list[int]:
    return list(session.scalars(select(Site.id).where(Site.id.in_(chosen), Site.geom.is_(None))))


def _outside(session: Session, chosen: Select[Any]) -> list[int]:
    rows = session.execute(
        select(Site.id, Site.geom, Division.geom)
        .join(Division, Division.code == Site.town_code)
        .where(Site.id.in_(chosen), _NO_NOTE, not_(func.st_coveredby(Site.geom, Division.geom)))
    )
    shapes = ((site_id, to_shape(geom), to_shape(town)) for site_id, geom, town in rows)
    return [
        site_id
        for site_id, shape, town in shapes
        if not beyond(shape, town, plane_of(shape)).is_empty
    ]


def _still_open(session: Session, chosen: Select[Any], site_ids: Iterable[int]) -> list[int]:
    known = any_(cast(list(site_ids), ARRAY(BigInteger)))
    return list(
        session.scalars(select(Site.id).where(Site.id == known, Site.id.in_(chosen), _NO_NOTE))
    )


_NO_NOTE: Final = func.coalesce(Site.geom_note, "") == ""
"""A note explains what is left open at a boundary."""
