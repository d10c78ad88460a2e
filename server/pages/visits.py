"""Visits: what is due and the wish for a plan, and a plan with its routes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from geodata.domain.category import Category
from geodata.domain.division import DivisionKind
from geodata.domain.due import VisitReason
from geodata.domain.period import today
from geodata.domain.travel import TravelBasis, TravelMode
from geodata.domain.visiting import StopState, VisitPlanStatus
from geodata.domain.vocabulary import Language
from geodata.store.queries.divisions import find_divisions
from geodata.store.queries.visitors import find_visitors
from geodata.store.visit_plans import find_visit_plans, get_visit_plan
from maps.assets import served
from maps.pages import gaps_files, gaps_map, routes_files, routes_map
from maps.symbology import VISIT_COLOURS
from server.actions.export_map import map_subject
from server.actions.plan_visits import PLANNING_ROLES
from server.api.visit_plans import plan_heads
from server.auth import CurrentActor, ReadingSession
from server.i18n import catalogue, language_of
from server.pages.context import ShownDistrict, basemap_of, ground_addresses, shown
from server.pages.record_fields import labels_of
from server.pages.render import page

router = APIRouter()

_PLANS_SHOWN: Final = 20


@router.get("/visits")
def visits_page(request: Request, shown: ShownDistrict, session: ReadingSession) -> Response:
    """Show what should be visited, to choose from and to plan."""
    scope, district, actor = shown.actor.scope, shown.district, shown.actor
    language = language_of(request)
    subject = map_subject(session, scope, district, today(), below=basemap_of(request))
    ground = ground_addresses(district.code)
    pieces = gaps_map({**ground, "colours": VISIT_COLOURS}, subject, language)
    visitors = find_visitors(session, scope, district=district.code)
    plans = find_visit_plans(session, scope, district=district.code, limit=_PLANS_SHOWN)
    return page(
        request,
        "visits.html",
        active="visits",
        may_plan=actor.role in PLANNING_ROLES,
        is_visitor=any(one.username == actor.username for one in visitors),
        visitors=visitors,
        plans=[
            {**one, "status": VisitPlanStatus(one["status"])} for one in plan_heads(session, plans)
        ],
        tomorrow=today() + timedelta(days=1),
        towns=find_divisions(session, scope, kind=DivisionKind.TOWN, district=district.code),
        Category=Category,
        VisitReason=VisitReason,
        TravelMode=TravelMode,
        config={"district": district.code, "words": visit_words(language)},
        pieces=pieces,
        files=served(gaps_files(pieces)),
        **{key: value for key, value in shown.head().items() if key != "on"},
    )


@router.get("/visits/{plan_id}")
def plan_page(
    plan_id: int, request: Request, actor: CurrentActor, session: ReadingSession
) -> Response:
    """Show a plan: how far it is, its routes, what was left out and why."""
    plan = get_visit_plan(session, actor.scope, plan_id)
    shows = shown(actor, session, today(), plan.district_code)
    language = language_of(request)
    subject = map_subject(session, actor.scope, shows.district, today(), below=basemap_of(request))
    pieces = routes_map(ground_addresses(plan.district_code), subject, language)
    return page(
        request,
        "visit_plan.html",
        active="visits",
        plan=plan,
        config={
            "plan": plan.id,
            "mayPlan": actor.role in PLANNING_ROLES,
            "words": visit_words(language),
            "labels": {
                "mode": labels_of(TravelMode, language),
                "basis": labels_of(TravelBasis, language),
                "state": labels_of(StopState, language),
            },
        },
        pieces=pieces,
        files=served(routes_files(pieces)),
        **{key: value for key, value in shows.head().items() if key != "on"},
    )


def visit_words(language: Language) -> dict[str, Any]:
    """Return the words of visits that scripts say."""
    said = catalogue("words")
    return {
        key.removeprefix("visits."): told[language]
        for key, told in said.items()
        if key.startswith("visits.")
    }
