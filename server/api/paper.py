"""Photographed sheets read back into drafts that a person confirms; nothing is saved here."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from geodata.domain.access import Scope
from geodata.domain.inspection import InspectionResult
from geodata.store.session import reading
from geodata.store.visit_plans import get_visit_plan, stops_of
from server.apart import apart
from server.api.received_files import form_with_file
from server.auth import CurrentActor
from server.reports.paper import ReadStop, read_sheet

router = APIRouter(prefix="/api", tags=["inspections"])

MOST_BYTES: Final = 25 << 20


@router.post("/paper-sheets")
async def read_route(actor: CurrentActor, request: Request) -> dict[str, Any]:
    """Read a photo or scan of a printed sheet (form: ``file``) into drafts.

    Each draft is to be looked at, completed, and sent to ``POST /api/inspections``.
    """
    async with form_with_file(request, most_bytes=MOST_BYTES, most_fields=2) as (_, file):
        content = await file.read()
        name = file.filename or ""
    found = await run_in_threadpool(apart, read_sheet, content, name, file=name)

    def told() -> dict[str, Any]:
        with reading(request.app.state.engine, actor.scope) as session:
            return {"drafts": _drafts(session, actor.scope, found)}

    return await run_in_threadpool(told)


def _drafts(session: Session, scope: Scope, found: list[ReadStop]) -> list[dict[str, Any]]:
    """Return drafts of the stops that the actor may see."""
    drafts: list[dict[str, Any]] = []
    for plan in dict.fromkeys(one.plan for one in found):
        get_visit_plan(session, scope, plan)
        stops = {one.site_id: one for one in stops_of(session, scope, plan)}
        drafts += [
            _draft(one, stops[one.site]) for one in found if one.plan == plan and one.site in stops
        ]
    return drafts


def _draft(one: ReadStop, stop: Any) -> dict[str, Any]:  # noqa: ANN401 - see `stops_of`
    ticks = one.ticks
    result = None
    if ticks["passed"] != ticks["problems"]:
        result = InspectionResult.PASSED if ticks["passed"] else InspectionResult.PROBLEMS
    checked = ("cleaning", "security", "order")
    return {
        "plan": one.plan,
        "site": one.site,
        "name": stop.name,
        "inspector": stop.inspector,
        "on": stop.visits_on,
        "state": stop.state,
        "result": result,
        "not_seen": ticks["not_seen"],
        "confirms_cover": ticks["covered"],
        "checklist": {key: "yes" if ticks[key] else "no" for key in checked},
        "ticks": ticks,
        "unsure": list(one.unsure),
    }
