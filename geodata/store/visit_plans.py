"""Plans of visits and their stops, written and read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, tuple_, update
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.domain.visiting import StopState
from geodata.store.queries.state import within
from geodata.store.tables import Division, PlannedStop, Site, VisitPlan


def get_visit_plan(
    session: Session, scope: Scope, plan_id: int, *, locks: bool = False
) -> VisitPlan:
    """Return a plan in scope.

    Raises:
        DomainError: ``visit_plan.not_found``.
    """
    statement = select(VisitPlan).where(VisitPlan.id == plan_id, within(scope, VisitPlan))
    plan = session.scalar(statement.with_for_update() if locks else statement)
    if plan is None:
        raise DomainError("visit_plan.not_found", plan=plan_id)
    return plan


def find_visit_plans(
    session: Session, scope: Scope, *, district: str, limit: int = 50
) -> Sequence[VisitPlan]:
    """Return the plans of a district in scope, the newest first."""
    statement = (
        select(VisitPlan)
        .where(VisitPlan.district_code == district, within(scope, VisitPlan))
        .order_by(VisitPlan.id.desc())
        .limit(limit)
    )
    return session.scalars(statement).all()


def stops_of(session: Session, scope: Scope, plan_id: int) -> Sequence[Row[Any]]:
    """Return the stops of a plan with their sites, route by route in order.

    Each row: the columns of `PlannedStop`, and ``name``, ``address``, ``category``,
    ``town_name``, ``neighbourhood_name``, ``longitude``, ``latitude``, ``service_s``.
    """
    statement = _told(scope).where(PlannedStop.plan_id == plan_id)
    return session.execute(statement).all()


def stops_on(session: Session, scope: Scope, inspector: str, on: date) -> Sequence[Row[Any]]:
    """Return what an inspector is to visit on a day, of the newest plan for it; as `stops_of`."""
    newest = (
        select(func.max(PlannedStop.plan_id))
        .where(PlannedStop.inspector == inspector, PlannedStop.visits_on == on)
        .scalar_subquery()
    )
    statement = _told(scope).where(
        PlannedStop.plan_id == newest,
        PlannedStop.inspector == inspector,
        PlannedStop.visits_on == on,
    )
    return session.execute(statement).all()


def _told(scope: Scope) -> Any:  # noqa: ANN401 - a selection
    stop, town = PlannedStop, Division.__table__.alias("t")
    neighbourhood = Division.__table__.alias("n")
    place = func.coalesce(func.st_pointonsurface(Site.geom), Site.point)
    return (
        select(
            *stop.__table__.columns,
            (stop.ends_s - stop.begins_s).label("service_s"),
            *(Site.name, Site.address, Site.category, Site.town_code, Site.buildings),
            town.c.name.label("town_name"),
            neighbourhood.c.name.label("neighbourhood_name"),
            func.st_x(place).label("longitude"),
            func.st_y(place).label("latitude"),
        )
        .join(Site, Site.id == stop.site_id)
        .join(town, town.c.code == Site.town_code)
        .outerjoin(neighbourhood, neighbourhood.c.code == Site.neighbourhood_code)
        .where(within(scope, Site))
        .order_by(stop.visits_on, stop.inspector, stop.position, stop.id)
    )


Route = tuple[str, date]
"""An inspector on a day."""


def write_stops(
    session: Session,
    plan_id: int,
    stops: Iterable[Mapping[str, Any]],
    routes: Sequence[Route] | None = None,
) -> None:
    """Put new planned stops in place of the planned ones; what was done stays.

    Args:
        session: A writing session.
        plan_id: Which plan; it is locked.
        stops: Columns of `PlannedStop`.
        routes: Only the stops of these routes give way, ``None`` for all.
    """
    old = delete(PlannedStop).where(
        PlannedStop.plan_id == plan_id, PlannedStop.state == StopState.PLANNED.value
    )
    if routes is not None:
        old = old.where(tuple_(PlannedStop.inspector, PlannedStop.visits_on).in_(routes))
    session.execute(old)
    rows = [{"plan_id": plan_id, "state": StopState.PLANNED.value, **one} for one in stops]
    if not rows:
        return
    again = delete(PlannedStop).where(
        PlannedStop.plan_id == plan_id,
        PlannedStop.site_id.in_([one["site_id"] for one in rows]),
        PlannedStop.state.in_([StopState.SKIPPED.value, StopState.POSTPONED.value]),
    )
    session.execute(again)
    session.execute(insert(PlannedStop), rows)


def mark_stop(
    session: Session, plan_id: int, site_id: int, state: StopState, **columns: object
) -> None:
    """Say what became of a stop.

    Raises:
        DomainError: ``visit_plan.stop_not_found``.
    """
    done = session.execute(
        update(PlannedStop)
        .where(PlannedStop.plan_id == plan_id, PlannedStop.site_id == site_id)
        .values(state=state.value, state_at=func.now(), **columns)
    )
    if not done.rowcount:  # type: ignore[attr-defined] # a cursor's result has it
        raise DomainError("visit_plan.stop_not_found", plan=plan_id, site=site_id)
