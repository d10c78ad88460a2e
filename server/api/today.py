"""An inspector's day as a phone takes it along."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.category import Category
from geodata.domain.checklist import CHECKLIST, items_for
from geodata.domain.inspection import InspectionKind
from geodata.domain.period import today
from geodata.domain.personal import mask_phone
from geodata.domain.visiting import OFF_SITE_M
from geodata.domain.vocabulary import Language, label, words
from geodata.store.queries.field_sites import field_sites, open_findings
from geodata.store.visit_plans import get_visit_plan, stops_on
from server.actions.plan_visits import scope_of
from server.actions.visit_problem import prepare
from server.actions.visit_wish import VisitWish
from server.api.visit_plans import stop_json
from server.auth import CurrentActor, ReadingSession
from server.i18n import language_of

router = APIRouter(prefix="/api/visits", tags=["visits"])

_FACTS: Final = {
    **{name: name for name in ("address", "category", "company", "buildings", "households")},
    "effective_types": "management_type",
}
"""What is told of a record, and the field of the form that names it."""


@router.get("/today")
def today_route(
    request: Request,
    actor: CurrentActor,
    session: ReadingSession,
    on: Annotated[date | None, Query(description="Today by default")] = None,
) -> dict[str, Any]:
    """Return the stops of a day with all that is needed to record them without a network.

    ``travel_s`` holds seconds between the stops as listed, then the end; row by row.
    """
    day, language = on or today(), language_of(request)
    stops = stops_on(session, actor.scope, actor.username, day)
    ids = [one.site_id for one in stops]
    records = field_sites(session, actor.scope, ids, on=today())
    findings = open_findings(session, actor.scope, ids, on=today())
    plan_id = stops[0].plan_id if stops else None
    return {
        "on": day,
        "inspector": actor.username,
        "name": actor.display_name,
        "off_site_m": OFF_SITE_M,
        **_plan(session, actor.scope, plan_id, actor.username, day, ids),
        "stops": [
            {
                **stop_json(one, language),
                "outline": json.loads(records[one.site_id]["outline"] or "null"),
                "site_version": records[one.site_id]["row_version"],
                "facts": _facts(records[one.site_id], language),
                "items": [
                    {"key": item, "label": label(item, language), "clause": CHECKLIST[item].clause}
                    for item in _items(one.category)
                ],
                "findings": [
                    {
                        "id": finding.id,
                        "clause": finding.clause,
                        "description": finding.description,
                        "due_on": finding.due_on,
                        "status": words("finding_status")[finding.status].label(language),
                    }
                    for finding in findings
                    if finding.site_id == one.site_id
                ],
            }
            for one in stops
            if one.site_id in records
        ],
    }


def _items(category: str | None) -> list[Any]:
    return items_for(None if category is None else Category(category), InspectionKind.INSPECTION)


def _plan(
    session: Session, scope: Scope, plan_id: int | None, who: str, on: date, sites: list[int]
) -> dict[str, Any]:
    if plan_id is None:
        return {"plan": None, "route": None, "travel_s": []}
    plan = get_visit_plan(session, scope, plan_id)
    key = (who, on.isoformat())
    routes = (plan.found or {}).get("routes", [])
    route = next((one for one in routes if (one["inspector"], one["on"]) == key), None)
    return {
        "plan": {"id": plan.id, "row_version": plan.row_version, "basis": plan.found["basis"]}
        if plan.found
        else None,
        "route": route,
        "travel_s": _between(session, plan, who, on, sites),
    }


def _between(session: Session, plan: Any, who: str, on: date, sites: list[int]) -> list[list[int]]:  # noqa: ANN401
    """Return seconds from each stop to each other, and to the end of the route."""
    asked = VisitWish.model_validate(plan.asked)
    own = [one for one in asked.inspectors if one.username == who]
    wish = asked.model_copy(
        update={
            "inspectors": own,
            "days": [on],
            "sites": sites,
            "exclude": [],
            "wishes": [],
            "most": max(1, len(sites)),
            "category": [],
            "inspection_status": [],
            "reasons": [],
            "unseen_days": None,
        }
    )
    prepared = prepare(session, scope_of(plan), wish, on=min(on, today()))
    problem = prepared.problem
    known = {one.id: one.place for one in problem.visits}
    places = [known.get(one) for one in sites] + [problem.shifts[0].end_place]
    return [
        [0 if a is None or b is None else int(problem.duration_s[a, b]) for b in places]
        for a in places
    ]


def _facts(record: dict[str, Any], language: Language) -> list[dict[str, str]]:
    """Return what the ledger says of a site, labelled; phones are masked."""

    def shown(name: str) -> str:
        value = record[name]
        if value is None or value == []:
            return "—"
        if name == "category":
            return words("category")[value].label(language)
        if name == "effective_types":
            return "、".join(words("management_type")[one].label(language) for one in value)
        return str(value)

    def named(field: str) -> str:
        return words("field")[field].label(language, short=True)

    told = [{"label": named(_FACTS[name]), "value": shown(name)} for name in _FACTS]
    return [*told, {"label": named("phone"), "value": mask_phone(record["phone"]) or "—"}]
