"""Give a site its boundary: checked again here, saved whole or not at all."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.boundary import (
    TO_EXPLAIN,
    UNSAVABLE,
    USUAL_ACCURACY_M,
    BoundarySource,
)
from geodata.domain.errors import DomainError
from geodata.domain.vocabulary import label
from geodata.spatial.boundaries import Problem, check
from geodata.spatial.plane import plane_of
from geodata.spatial.reshape import as_area
from geodata.store.audit import audit
from geodata.store.boundary_edits import (
    StoredBoundary,
    previous_boundary,
    take_turn,
    write_boundary,
)
from geodata.store.edits import lock_site
from geodata.store.queries.boundary import check_ground, count_footprints
from geodata.store.session import writing
from geodata.store.tables import Site
from server.auth import Actor

_UNDONE: Final = "恢复上一版边界"


@dataclass(frozen=True, slots=True)
class Given:
    """The other part of a split boundary, for a site that has none yet."""

    site_id: int
    shape: BaseGeometry


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryOrder:
    """What a person wants to save.

    Attributes:
        shape: In degrees (EPSG:4490); ``None`` takes the boundary away.
        source: How it was come by.
        accuracy_m: How far a line may lie off; by default what is usual for the source.
        note: Explains the problems that are left, or why the boundary is taken away.
        given: What another site gets in the same act.
    """

    shape: BaseGeometry | None
    source: BoundarySource
    accuracy_m: float | None = None
    note: str | None = None
    given: Given | None = None


@dataclass(frozen=True, slots=True)
class SavedBoundary:
    """What stands now: ``area_m2`` and ``footprints`` are 0 where no boundary does."""

    site_id: int
    row_version: int
    area_m2: float
    footprints: int


def save_boundary(
    engine: Engine, actor: Actor, site_id: int, version: int, order: BoundaryOrder
) -> SavedBoundary:
    """Save a boundary, in one transaction with its version and audit line.

    Args:
        engine: Of the database.
        actor: Who draws; the site has to lie in the scope.
        site_id: Whose boundary it is.
        version: The version of the record that the actor saw.
        order: What to save.

    Raises:
        DomainError: ``site.not_found``; ``site.stale``; ``boundary.unsavable`` and
            ``boundary.unexplained`` with the problems; ``boundary.reason_needed``;
            ``boundary.given_has_one``.
    """
    reason = order.note or label(order.source, "zh")
    with writing(engine, actor.change(reason)) as session:
        take_turn(session)
        site = lock_site(session, actor.scope, site_id, version=version)
        if order.shape is None:
            return _remove(session, actor, site, order)
        others = () if order.given is None else (order.given.site_id,)
        saved = draw_boundary(session, actor, site, order, without=others)
        if order.given is not None:
            _give(session, actor, order, order.given)
        return saved


def undo_boundary(
    engine: Engine, actor: Actor, site_id: int, version: int, note: str | None
) -> SavedBoundary:
    """Restore the boundary that stood before its last change, as a new version.

    Raises:
        DomainError: As `save_boundary`, since the ground round it may have changed; and
            ``boundary.nothing_to_undo``.
    """
    with writing(engine, actor.change(note or _UNDONE)) as session:
        take_turn(session)
        site = lock_site(session, actor.scope, site_id, version=version)
        before = previous_boundary(session, site_id)
        if before is None:
            raise DomainError("boundary.nothing_to_undo")
        problems: list[Problem] = []
        if before.shape is not None:
            problems = problems_left(session, actor.scope, site, before.shape, note)
        kept = StoredBoundary(before.shape, before.source, before.accuracy_m, note or before.note)
        return _write(session, actor, site, kept, "undo_boundary", problems)


def problems_left(
    session: Session,
    scope: Scope,
    site: Site,
    shape: BaseGeometry,
    note: str | None,
    *,
    without: tuple[int, ...] = (),
) -> list[Problem]:
    """Return the problems that a note explains.

    Args:
        session: A writing session that has its turn.
        scope: The actor's.
        site: Whose boundary it is to be, locked.
        shape: The boundary, in degrees.
        note: Explains what is left.
        without: Other sites that get their boundary in the same act.

    Raises:
        DomainError: ``boundary.unsavable`` and ``boundary.unexplained`` with the problems.
    """
    ground = check_ground(session, scope, site, shape, without=without)
    problems = check(shape, town=ground.town, others=ground.others, footprints=ground.footprints)
    graves = [one for one in problems if one.kind in UNSAVABLE]
    if graves:
        raise DomainError("boundary.unsavable", problems=[problem_facts(one) for one in graves])
    open_ones = [one for one in problems if one.kind in TO_EXPLAIN]
    if open_ones and not note:
        raise DomainError(
            "boundary.unexplained",
            count=len(open_ones),
            problems=[problem_facts(one) for one in open_ones],
        )
    return open_ones


def problem_facts(problem: Problem) -> dict[str, Any]:
    """Return a problem as JSON: its kind, measures, the other site, and where it is."""
    return {
        "kind": problem.kind.value,
        "area_m2": round(problem.area_m2, 1),
        "share": round(problem.share, 4),
        "site": problem.site_id,
        "name": problem.name,
        "footprint": problem.footprint_id,
        "piece": None if problem.piece is None else geojson(problem.piece),
    }


def geojson(shape: BaseGeometry) -> dict[str, Any]:
    """Return a shape as a GeoJSON geometry with all its digits."""
    found: dict[str, Any] = json.loads(shapely.to_geojson(shape))
    return found


def draw_boundary(
    session: Session,
    actor: Actor,
    site: Site,
    order: BoundaryOrder,
    *,
    without: tuple[int, ...] = (),
) -> SavedBoundary:
    """Give a locked site a boundary inside a larger act that has its turn; as `save_boundary`."""
    assert order.shape is not None  # noqa: S101 - whoever calls has looked
    note = order.note or None
    problems = problems_left(session, actor.scope, site, order.shape, note, without=without)
    kept = StoredBoundary(
        as_area(order.shape),
        order.source.value,
        order.accuracy_m or USUAL_ACCURACY_M[order.source],
        note,
    )
    return _write(session, actor, site, kept, "draw_boundary", problems)


def _give(session: Session, actor: Actor, order: BoundaryOrder, given: Given) -> None:
    other = lock_site(session, actor.scope, given.site_id, version=None)
    if other.geom is not None:
        raise DomainError("boundary.given_has_one", name=other.name)
    rest = BoundaryOrder(
        shape=given.shape,
        source=BoundarySource.SPLIT,
        accuracy_m=order.accuracy_m,
        note=order.note,
    )
    draw_boundary(session, actor, other, rest)


def _remove(session: Session, actor: Actor, site: Site, order: BoundaryOrder) -> SavedBoundary:
    if not order.note:
        raise DomainError("boundary.reason_needed")
    nothing = StoredBoundary(None, None, None, None)
    return _write(session, actor, site, nothing, "remove_boundary", [], reason=order.note)


def _write(
    session: Session,
    actor: Actor,
    site: Site,
    kept: StoredBoundary,
    action: str,
    problems: list[Problem],
    *,
    reason: str | None = None,
) -> SavedBoundary:
    write_boundary(session, site, kept)
    shape = kept.shape
    saved = SavedBoundary(
        site_id=site.id,
        row_version=site.row_version,
        area_m2=0.0 if shape is None else plane_of(shape).area_m2(shape),
        footprints=0
        if shape is None
        else count_footprints(session, actor.scope, site.district_code, shape),
    )
    audit(
        session,
        actor.username,
        action,
        f"site/{site.id}",
        row_version=saved.row_version,
        source=kept.source,
        area_m2=round(saved.area_m2, 1),
        footprints=saved.footprints,
        explained=[one.kind.value for one in problems],
        note=kept.note or reason,
    )
    return saved
