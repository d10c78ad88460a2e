"""Visits that are due, and plans of who makes them when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row
from sqlalchemy.orm import Session

from geodata.domain.due import VisitReason
from geodata.domain.period import today
from geodata.domain.vocabulary import Language
from geodata.spatial.navigation import navigation_links
from geodata.store.queries.due import DueFilter, DueSite, due_sites
from geodata.store.queries.visitors import find_visitors, names_of
from geodata.store.session import reading
from geodata.store.tables import VisitPlan
from geodata.store.visit_plans import find_visit_plans, get_visit_plan, stops_of
from server.actions.change_visits import DayChange, order_by_hand, replan
from server.actions.plan_visits import request_visit_plan, stop_visit_plan
from server.actions.shown import shown_district
from server.actions.visit_wish import Clock, Spot, VisitWish
from server.api.parameters import Wanted
from server.api.preconditions import VersionSeen, mark_version
from server.auth import CurrentActor, ReadingSession
from server.i18n import language_of, sentence
from server.visit_words import breach_sentence, due_sentence, left_out_sentence

router = APIRouter(prefix="/api", tags=["visits"])

_MOST: Final = 2_000
_PLACE: Final = ("town_name", "neighbourhood_name", "address", "category", "longitude", "latitude")


class Note(BaseModel):
    """A stop that is not made, and why."""

    model_config = ConfigDict(extra="forbid")

    site: int
    note: str = Field(default="", max_length=500)


class Replan(BaseModel):
    """What has become of an inspector's day."""

    model_config = ConfigDict(extra="forbid")

    inspector: str = Field(max_length=100)
    on: date
    position: Spot | None = None
    now_s: Clock | None = None
    skip: list[Note] = Field(default=[], max_length=100)
    postpone: list[Note] = Field(default=[], max_length=100)
    add: list[int] = Field(default=[], max_length=100)


class RouteOrder(BaseModel):
    """The stops of a route as a person wants them."""

    model_config = ConfigDict(extra="forbid")

    inspector: str = Field(max_length=100)
    on: date
    sites: list[int] = Field(max_length=200)


@router.get("/visits/due")
def due_route(
    request: Request,
    actor: CurrentActor,
    session: ReadingSession,
    wanted: Wanted,
    reason: Annotated[list[VisitReason] | None, Query()] = None,
    unseen_days: Annotated[int | None, Query(ge=0, le=5_000)] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 500,
) -> dict[str, Any]:
    """Return the sites that should be visited today, the most telling first, each with why."""
    on, language = today(), language_of(request)
    due = DueFilter(reasons=reason or (), unseen_days=unseen_days)
    found = due_sites(session, actor.scope, wanted, due, on=on)
    counts: dict[str, int] = {}
    for one in found:
        counts[one.visit.reason] = counts.get(one.visit.reason, 0) + 1
    return {
        "on": on,
        "total": len(found),
        "counts": counts,
        "visits": [due_json(one, language) for one in found[:limit]],
    }


@router.get("/visitors")
def visitors_route(
    actor: CurrentActor, session: ReadingSession, district: str | None = None
) -> list[dict[str, Any]]:
    """Return the accounts that may be sent to sites."""
    code = shown_district(session, actor.scope, district).code
    rows = find_visitors(session, actor.scope, district=code)
    return [dict(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


@router.post("/visit-plans", status_code=202)
def request_route(
    wish: VisitWish, actor: CurrentActor, request: Request, response: Response
) -> dict[str, Any]:
    """Ask for a plan; it is made in the background, its place is in ``Location``."""
    made = request_visit_plan(request.app.state.engine, actor, wish)
    response.headers["Location"] = f"/api/visit-plans/{made}"
    return {"id": made, "status": "queued"}


@router.get("/visit-plans")
def plans_route(
    actor: CurrentActor, session: ReadingSession, district: str | None = None
) -> list[dict[str, Any]]:
    """Return the plans of a district, the newest first."""
    code = shown_district(session, actor.scope, district).code
    return plan_heads(session, find_visit_plans(session, actor.scope, district=code))


@router.get("/visit-plans/{plan_id}")
def plan_route(
    plan_id: int,
    request: Request,
    response: Response,
    actor: CurrentActor,
    session: ReadingSession,
) -> dict[str, Any]:
    """Return how far a plan is, its routes, and why each visit left out is left out."""
    plan = get_visit_plan(session, actor.scope, plan_id)
    mark_version(response, plan.row_version)
    return plan_json(session, actor.scope, plan, language_of(request))


@router.post("/visit-plans/{plan_id}/stop")
def stop_route(plan_id: int, actor: CurrentActor, request: Request) -> dict[str, Any]:
    """Let the search end with the best plan it has."""
    stop_visit_plan(request.app.state.engine, actor, plan_id)
    return {"id": plan_id, "stopping": True}


@router.post("/visit-plans/{plan_id}/replan")
def replan_route(
    plan_id: int, asked: Replan, actor: CurrentActor, version: VersionSeen, request: Request
) -> dict[str, Any]:
    """Plan the rest of a day anew: what is done stays, from where the inspector is."""
    engine = request.app.state.engine
    change = DayChange(
        inspector=asked.inspector,
        on=asked.on,
        position=asked.position,
        now_s=asked.now_s,
        skip={one.site: one.note for one in asked.skip},
        postpone={one.site: one.note for one in asked.postpone},
        add=asked.add,
    )
    replan(engine, actor, plan_id, version, change)
    with reading(engine, actor.scope) as session:
        plan = get_visit_plan(session, actor.scope, plan_id)
        return plan_json(session, actor.scope, plan, language_of(request))


@router.put("/visit-plans/{plan_id}/routes")
def order_route(
    plan_id: int,
    asked: Annotated[list[RouteOrder], Field(min_length=1, max_length=20)],
    actor: CurrentActor,
    version: VersionSeen,
    request: Request,
) -> dict[str, Any]:
    """Put stops in just this order; times follow, what is then not kept is told."""
    engine, language = request.app.state.engine, language_of(request)
    orders = {(one.inspector, one.on): one.sites for one in asked}
    _, breaches = order_by_hand(engine, actor, plan_id, version, orders)
    with reading(engine, actor.scope) as session:
        plan = get_visit_plan(session, actor.scope, plan_id)
        told = plan_json(session, actor.scope, plan, language)
    told["breaches"] = [{**one, "sentence": breach_sentence(one, language)} for one in breaches]
    return told


def due_json(one: DueSite, language: Language) -> dict[str, Any]:
    """Return a visit that is due as the interface tells it."""
    visit = one.visit
    return {
        "site": one.site_id,
        "name": one.row["name"],
        "town": one.row["town_code"],
        **{name: one.row[name] for name in _PLACE},
        "last_inspected_on": one.row["last_inspected_on"],
        "reason": visit.reason,
        "days": visit.days,
        "value": visit.value,
        "required": visit.is_required,
        "sentence": due_sentence(visit.reason, visit.days, language),
    }


def plan_heads(session: Session, plans: Sequence[VisitPlan]) -> list[dict[str, Any]]:
    """Return what a list of plans tells of each."""
    names = names_of(session, (who for one in plans for who in _inspectors(one)))
    return [_head(one, names) for one in plans]


def _inspectors(plan: VisitPlan) -> list[str]:
    return [one["username"] for one in plan.asked["inspectors"]]


def _head(plan: VisitPlan, names: Mapping[str, str]) -> dict[str, Any]:
    found, who = plan.found or {}, _inspectors(plan)
    return {
        "id": plan.id,
        "status": plan.status,
        "progress": plan.progress or {"share": 0.0},
        "first_on": plan.first_on,
        "last_on": plan.last_on,
        "inspectors": who,
        "inspector_names": [names[one] for one in who],
        "mode": plan.asked["mode"],
        "basis": found.get("basis"),
        "row_version": plan.row_version,
        "created_by": plan.created_by,
        "created_at": plan.created_at,
    }


def plan_json(
    session: Session,
    scope: Any,  # noqa: ANN401 - `Scope`
    plan: VisitPlan,
    language: Language,
) -> dict[str, Any]:
    """Return a whole plan as the interface tells it."""
    stops = stops_of(session, scope, plan.id)
    found = plan.found or {}
    refusal = found.get("refusal")
    names = names_of(session, _inspectors(plan))
    told = (
        *("is_proven", "seconds", "beyond", "points", "most_points", "travel_s"),
        *("least_travel_s", "fewest"),
    )
    return {
        **_head(plan, names),
        **{name: found.get(name) for name in told},
        "routes": [
            {
                **route,
                "inspector_name": names.get(route["inspector"], route["inspector"]),
                "stops": _stops(stops, route, language),
            }
            for route in found.get("routes", [])
        ],
        "unassigned": [
            {
                "site": one["site"],
                "name": one["name"],
                "value": one["value"],
                "code": one["reason"],
                "facts": one["facts"],
                "reason": left_out_sentence(one, language),
            }
            for one in found.get("unassigned", [])
        ],
        "pins": found.get("pins", []),
        "error": None if refusal is None else sentence(refusal["code"], refusal["facts"], language),
    }


def _stops(
    stops: Sequence[Row[Any]], route: dict[str, Any], language: Language
) -> list[dict[str, Any]]:
    return [
        stop_json(one, language)
        for one in stops
        if (one.inspector, one.visits_on.isoformat()) == (route["inspector"], route["on"])
    ]


def stop_json(one: Row[Any], language: Language) -> dict[str, Any]:
    """Return a stop as the interface tells it."""
    times = ("arrives_s", "begins_s", "ends_s", "service_s", "travel_s", "distance_m")
    return {
        "site": one.site_id,
        "name": one.name,
        "town": one.town_code,
        **{name: getattr(one, name) for name in (*_PLACE, *times)},
        "position": one.position,
        "state": one.state,
        "note": one.note,
        "inspection": one.inspection_id,
        "links": navigation_links(one.longitude, one.latitude, one.name),
        "reason": one.reason,
        "sentence": due_sentence(VisitReason(one.reason), one.days, language),
    }
