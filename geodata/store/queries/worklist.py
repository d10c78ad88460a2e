"""The sites of a town whose boundary is missing or cannot be right, in the official order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geoalchemy2.shape import to_shape
from shapely import STRtree, prepare
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.boundary import BoundaryProblem
from geodata.spatial.boundaries import beyond, overlap
from geodata.spatial.plane import plane_of
from geodata.store.queries.state import within
from geodata.store.tables import Division, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """A site and what its boundary lacks.

    Attributes:
        site_id: Its id.
        name: Its name.
        address: Its address.
        neighbourhood: Name of its neighbourhood.
        has_boundary: Whether one was drawn.
        has_point: Whether it is known by a point at least.
        problems: What is wrong with the boundary that was drawn.
        explanation: The note that explains them, if somebody wrote one.
    """

    site_id: int
    name: str
    address: str | None
    neighbourhood: str | None
    has_boundary: bool
    has_point: bool
    problems: tuple[BoundaryProblem, ...]
    explanation: str | None

    @property
    def is_open(self) -> bool:
        """Whether somebody has to do something about it: explained problems are done."""
        return not self.has_boundary or (bool(self.problems) and not self.explanation)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a site stands among a town's open ones.

    Attributes:
        before: The open site before it, ``None`` if it is the first.
        after: The next open one.
        left: How many are open in all.
    """

    before: WorkItem | None
    after: WorkItem | None
    left: int


def boundary_worklist(session: Session, scope: Scope, town: str) -> list[WorkItem]:
    """Return all listed sites of a town with what their boundaries lack, in official order.

    Args:
        session: A reading session.
        scope: The actor's.
        town: Code of a town; of one outside the scope there are none.
    """
    rows = session.execute(
        select(
            Site.id,
            Site.name,
            Site.address,
            Site.geom,
            Site.point.is_not(None).label("has_point"),
            Site.geom_note,
            Division.name.label("neighbourhood"),
        )
        .outerjoin(Division, Division.code == Site.neighbourhood_code)
        .where(Site.delisted_on.is_(None), Site.town_code == town, within(scope, Site))
        .order_by(Division.sort_order.nulls_last(), Site.id)
    ).all()
    area = session.scalar(select(Division.geom).where(Division.code == town))
    shapes = {row.id: to_shape(row.geom) for row in rows if row.geom is not None}
    problems = _problems(shapes, None if area is None else to_shape(area))
    return [
        WorkItem(
            site_id=row.id,
            name=row.name,
            address=row.address,
            neighbourhood=row.neighbourhood,
            has_boundary=row.geom is not None,
            has_point=row.has_point,
            problems=problems.get(row.id, ()),
            explanation=row.geom_note,
        )
        for row in rows
    ]


def place_among(items: Sequence[WorkItem], site_id: int) -> Place:
    """Return the open sites before and after one in its town's list."""
    position = next(number for number, one in enumerate(items) if one.site_id == site_id)
    before = [one for one in items[:position] if one.is_open]
    after = [one for one in items[position + 1 :] if one.is_open]
    return Place(
        before[-1] if before else None,
        after[0] if after else None,
        sum(one.is_open for one in items),
    )


def count_unlocated(session: Session, scope: Scope, district: str) -> dict[str, int]:
    """Return the number of listed sites without a boundary by the code of their town."""
    rows = session.execute(
        select(Site.town_code, func.count())
        .where(
            Site.delisted_on.is_(None),
            Site.district_code == district,
            Site.geom.is_(None),
            within(scope, Site),
        )
        .group_by(Site.town_code)
    )
    return {town: count for town, count in rows}  # noqa: C416 - rows are no plain pairs


def _problems(
    shapes: Mapping[int, BaseGeometry], town: BaseGeometry | None
) -> dict[int, tuple[BoundaryProblem, ...]]:
    """Return overlaps of sites with each other and parts outside the town, by site."""
    if not shapes:
        return {}
    keys, areas = list(shapes), list(shapes.values())
    plane = plane_of(areas[0])
    found: defaultdict[int, set[BoundaryProblem]] = defaultdict(set)
    for one, other in STRtree(areas).query(areas, predicate="intersects").T.tolist():
        if one < other and not overlap(areas[one], areas[other], plane).is_empty:
            found[keys[one]].add(BoundaryProblem.OVERLAP)
            found[keys[other]].add(BoundaryProblem.OVERLAP)
    if town is not None:
        prepare(town)
        for key, area in shapes.items():
            if not town.contains(area) and not beyond(area, town, plane).is_empty:
                found[key].add(BoundaryProblem.OUTSIDE)
    return {
        key: tuple(kind for kind in BoundaryProblem if kind in kinds)
        for key, kinds in found.items()
    }
