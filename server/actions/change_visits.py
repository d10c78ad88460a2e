"""The day changes: what is done stays, the rest is planned anew, or ordered by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import Engine, Row
from sqlalchemy.orm import Session

from geodata.domain.errors import DomainError
from geodata.domain.period import today
from geodata.domain.visiting import StopState, VisitPlanStatus
from geodata.routing.argument import reasons
from geodata.routing.engine import Effort
from geodata.routing.solver import solve
from geodata.routing.timetable import Breach, ordered_timetable
from geodata.store.audit import audit
from geodata.store.session import writing
from geodata.store.tables import VisitPlan
from geodata.store.visit_plans import Route, get_visit_plan, mark_stop, stops_of, write_stops
from server.actions.plan_visits import PLANNING_ROLES, scope_of
from server.actions.visit_problem import Prepared, prepare
from server.actions.visit_result import left_out_json, route_json, stop_rows
from server.actions.visit_wish import InspectorWish, Spot, VisitWish
from server.auth import Actor

_QUICK: Final = Effort(1_500, 0.7)
"""For a person who stands in the street."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayChange:
    """What has become of a day.

    Attributes:
        inspector: Whose day.
        on: Which.
        position: Where the inspector is, ``None``: at the last stop that was done.
        now_s: What time it is, ``None``: when that was over.
        skip: Sites that are not visited today, with a note each.
        postpone: Sites that are left for another day, with a note each.
        add: Sites to visit in addition.
    """

    inspector: str
    on: date
    position: Spot | None = None
    now_s: int | None = None
    skip: Mapping[int, str] = field(default_factory=dict)
    postpone: Mapping[int, str] = field(default_factory=dict)
    add: Sequence[int] = ()


def replan(engine: Engine, actor: Actor, plan_id: int, version: int, change: DayChange) -> int:
    """Plan the rest of a day anew, at once; return the plan's new version.

    Raises:
        DomainError: ``visit_plan.not_found``, ``visit_plan.stale``, ``visit_plan.not_ready``;
            ``visit_plan.stop_not_found``; ``visit_plan.no_route``; as `solve`.
    """
    with writing(engine, actor.change("replan_visits")) as session:
        plan = _locked(session, actor, plan_id, version)
        route = (change.inspector, change.on)
        own = [one for one in stops_of(session, scope_of(plan), plan_id) if _is_of(one, route)]
        planned = {one.site_id for one in own if one.state == StopState.PLANNED}
        dropped = {**change.skip, **change.postpone}
        for site, note in dropped.items():
            if site not in planned:
                raise DomainError("visit_plan.stop_not_found", plan=plan_id, site=site)
            state = StopState.SKIPPED if site in change.skip else StopState.POSTPONED
            mark_stop(session, plan_id, site, state, note=note or None)
        left = [one for one in planned if one not in dropped] + list(change.add)
        _check_added(session, plan, change)
        wish = _rest_of_day(plan, change, own, left)
        prepared = prepare(session, scope_of(plan), wish, on=min(change.on, today()))
        solution = solve(prepared.problem, _QUICK)
        table = solution.timetables(prepared.problem)[0]
        kept = [one.position for one in own if one.site_id not in left]
        rows = stop_rows(prepared, 0, table, first=max(kept, default=0) + 1)
        write_stops(session, plan_id, rows, [route])
        out = [left_out_json(prepared, one) for one in reasons(prepared.problem, solution.orders)]
        _note(plan, [route_json(prepared, 0, table)], out)
        audit(
            session,
            actor.username,
            "replan_visits",
            str(plan_id),
            inspector=change.inspector,
            skipped=sorted(change.skip),
            postponed=sorted(change.postpone),
            added=list(change.add),
        )
        return plan.row_version


def order_by_hand(
    engine: Engine, actor: Actor, plan_id: int, version: int, orders: Mapping[Route, Sequence[int]]
) -> tuple[int, list[dict[str, Any]]]:
    """Put stops in an order that a person wants; return the plan's version and what breaks.

    Nothing is ordered otherwise than told; stops may go from one inspector to another.

    Raises:
        DomainError: As `replan`; ``visit_plan.order_differs`` where the stops are not those that
            are still planned in these routes.
    """
    with writing(engine, actor.change("order_visits")) as session:
        plan = _locked(session, actor, plan_id, version)
        own = [
            one
            for one in stops_of(session, scope_of(plan), plan_id)
            if (one.inspector, one.visits_on) in orders
        ]
        planned = sorted(one.site_id for one in own if one.state == StopState.PLANNED)
        wanted = sorted(site for order in orders.values() for site in order)
        if planned != wanted:
            raise DomainError("visit_plan.order_differs", plan=plan_id)
        told: list[dict[str, Any]] = []
        rows: list[dict[str, Any]] = []
        routes: list[dict[str, Any]] = []
        for route, order in orders.items():
            change = DayChange(inspector=route[0], on=route[1])
            of_route = [one for one in own if _is_of(one, route)]
            wish = _rest_of_day(plan, change, of_route, list(order), is_free=True)
            prepared = prepare(session, scope_of(plan), wish, on=min(route[1], today()))
            table, breaches = ordered_timetable(
                prepared.problem, prepared.problem.shifts[0], list(order)
            )
            kept = [one.position for one in of_route if one.state != StopState.PLANNED]
            rows += stop_rows(prepared, 0, table, first=max(kept, default=0) + 1)
            routes.append(route_json(prepared, 0, table))
            told += [_breach_json(prepared, route, one) for one in breaches]
        write_stops(session, plan_id, rows, list(orders))
        _note(plan, routes, [])
        audit(session, actor.username, "order_visits", str(plan_id), routes=len(orders))
        return plan.row_version, told


def _locked(session: Session, actor: Actor, plan_id: int, version: int) -> VisitPlan:
    if actor.role not in PLANNING_ROLES:
        raise DomainError("auth.forbidden", role=actor.role.value)
    plan = get_visit_plan(session, actor.scope, plan_id, locks=True)
    if plan.status != VisitPlanStatus.READY:
        raise DomainError("visit_plan.not_ready", plan=plan_id, status=plan.status)
    if plan.row_version != version:
        raise DomainError("visit_plan.stale", plan=plan_id)
    return plan


def _check_added(session: Session, plan: VisitPlan, change: DayChange) -> None:
    for one in stops_of(session, scope_of(plan), plan.id):
        if one.site_id in change.add and one.state in (StopState.PLANNED, StopState.DONE):
            raise DomainError("visit_plan.elsewhere", name=one.name)


def _is_of(stop: Row[Any], route: Route) -> bool:
    return (stop.inspector, stop.visits_on) == route


def _rest_of_day(
    plan: VisitPlan,
    change: DayChange,
    own: Sequence[Row[Any]],
    sites: Sequence[int],
    *,
    is_free: bool = False,
) -> VisitWish:
    """Return the wish for what is left of a route: from where and when its inspector is free."""
    asked = VisitWish.model_validate(plan.asked)
    who = next((one for one in asked.inspectors if one.username == change.inspector), None)
    if who is None:
        raise DomainError("visit_plan.no_route", inspector=change.inspector, on=str(change.on))
    done = [one for one in own if one.state == StopState.DONE]
    last = max(done, key=lambda one: one.ends_s, default=None)
    start, starts_s = who.start or asked.start, who.starts_s
    end = who.end or start
    if last is not None:
        starts_s = last.ends_s
        start = Spot(lon=last.longitude, lat=last.latitude)
    if change.now_s is not None:
        starts_s = max(starts_s if last is None else 0, change.now_s)
    rest = who.model_copy(
        update={
            "start": change.position or start,
            "end": end or _old_end(plan, change),
            "starts_s": starts_s,
            "ends_s": max(who.ends_s, starts_s + 1),
            "lunch": who.lunch and not _has_eaten(plan, change, who, starts_s),
        }
    )
    wishes = [one for one in asked.wishes if one.site in set(sites)]
    if is_free:
        wishes = [
            one.model_copy(update={"pin": None, "inspector": None, "on": None}) for one in wishes
        ]
    return asked.model_copy(
        update={
            "days": [change.on],
            "inspectors": [rest],
            "sites": list(sites),
            "exclude": [],
            "reasons": [],
            "unseen_days": None,
            "category": [],
            "inspection_status": [],
            "town": plan.town_code,
            "wishes": wishes,
            "most": max(1, len(sites)),
        }
    )


def _route_found(plan: VisitPlan, change: DayChange) -> dict[str, Any] | None:
    routes = (plan.found or {}).get("routes", [])
    key = (change.inspector, change.on.isoformat())
    return next((one for one in routes if (one["inspector"], one["on"]) == key), None)


def _old_end(plan: VisitPlan, change: DayChange) -> Spot | None:
    route = _route_found(plan, change)
    return None if route is None else Spot(lon=route["end"][0], lat=route["end"][1])


def _has_eaten(plan: VisitPlan, change: DayChange, who: InspectorWish, now_s: int) -> bool:
    """Tell whether lunch is over: by the plan, or because it is too late for it."""
    route = _route_found(plan, change)
    lunch_s = None if route is None else route["lunch_s"]
    return now_s > who.lunch_latest_s or (lunch_s is not None and lunch_s + who.lunch_s <= now_s)


def _note(plan: VisitPlan, routes: list[dict[str, Any]], out: list[dict[str, Any]]) -> None:
    """Put changed routes into what is kept of a plan."""
    found = dict(plan.found or {})
    changed = {(one["inspector"], one["on"]): one for one in routes}
    found["routes"] = [
        changed.pop((one["inspector"], one["on"]), one) for one in found.get("routes", [])
    ] + list(changed.values())
    named = {one["site"] for one in out}
    rest = [one for one in found.get("unassigned", []) if one["site"] not in named]
    found["unassigned"] = rest + out
    found["is_changed"] = True
    plan.found = found
    plan.row_version += 1


def _breach_json(prepared: Prepared, route: Route, breach: Breach) -> dict[str, Any]:
    name = None if breach.visit is None else prepared.sites[breach.visit].row["name"]
    return {
        "inspector": route[0],
        "on": route[1].isoformat(),
        "site": breach.visit,
        "name": name,
        "over_s": breach.over_s,
    }
