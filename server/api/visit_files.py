"""A plan of visits to take along: printed sheet, workbook, calendar, track."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session

from geodata.domain.errors import DomainError
from geodata.domain.vocabulary import Language
from geodata.store.queries.divisions import get_division
from geodata.store.queries.road_lines import roads_around
from geodata.store.visit_plans import get_visit_plan
from server.api.visit_plans import plan_json
from server.auth import Actor, CurrentActor, ReadingSession
from server.i18n import language_of, word
from server.reports.visit_files import visit_calendar, visit_track, visit_workbook
from server.reports.visit_map import bounds_of
from server.reports.visit_sheet import visit_sheets
from server.settings import address_of

router = APIRouter(prefix="/api/visit-plans", tags=["visits"])

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_AROUND: Final = 0.02
"""Degrees of streets beyond the stops, as the picture may show them."""


def plan_told(
    plan_id: int,
    request: Request,
    actor: CurrentActor,
    session: ReadingSession,
    inspector: str | None = None,
    on: date | None = None,
) -> dict[str, Any]:
    """Return a plan, cut to one inspector or day where one is named.

    Raises:
        DomainError: ``visit_plan.not_found``; ``visit_plan.no_route`` where nothing is left.
    """
    plan = get_visit_plan(session, actor.scope, plan_id)
    told = plan_json(session, actor.scope, plan, language_of(request))
    told["routes"] = [
        one
        for one in told["routes"]
        if one["stops"]
        and inspector in (None, one["inspector"])
        and on in (None, date.fromisoformat(one["on"]))
    ]
    if not told["routes"]:
        raise DomainError("visit_plan.no_route", inspector=inspector, on=on and on.isoformat())
    told["district"] = plan.district_code
    return told


Told = Annotated[dict[str, Any], Depends(plan_told)]


@router.get("/{plan_id}.xlsx", response_class=Response)  # noqa: FAST003 - read by `plan_told`
def workbook_route(told: Told, request: Request) -> Response:
    """Return a plan as a workbook."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "visits.xlsx"
        visit_workbook(told, path, language_of(request))
        return _sent(told, path.read_bytes(), "xlsx", _XLSX, language_of(request))


@router.get("/{plan_id}.ics", response_class=Response)  # noqa: FAST003 - read by `plan_told`
def calendar_route(told: Told, request: Request) -> Response:
    """Return a plan as a calendar."""
    host = request.url.hostname or "fugai"
    return _sent(told, visit_calendar(told, host), "ics", "text/calendar", language_of(request))


@router.get("/{plan_id}.gpx", response_class=Response)  # noqa: FAST003 - read by `plan_told`
def track_route(told: Told, request: Request) -> Response:
    """Return a plan as GPX."""
    content = visit_track(told).encode()
    return _sent(told, content, "gpx", "application/gpx+xml", language_of(request))


@router.get("/{plan_id}.pdf", response_class=Response)  # noqa: FAST003 - read by `plan_told`
def sheet_route(
    told: Told, request: Request, actor: CurrentActor, session: ReadingSession
) -> Response:
    """Return the printed sheets of a plan."""
    content = _sheets(told, request, actor, session)
    name = _name(told, "pdf", language_of(request))
    headers = {"Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type="application/pdf", headers=headers)


def _sheets(told: dict[str, Any], request: Request, actor: Actor, session: Session) -> bytes:
    language = language_of(request)
    district = get_division(session, actor.scope, told["district"])
    sample = f" · {word('app.sample', language)}" if district.is_sample else ""
    routes = []
    for route in told["routes"]:
        west, south, east, north = bounds_of(route)
        box = (west - _AROUND, south - _AROUND, east + _AROUND, north + _AROUND)
        routes.append((route, roads_around(session, district.code, box)))
    (content,) = visit_sheets(
        told,
        routes,
        address=address_of(request),
        mark=f"{word('sheet.internal', language)}{sample}",
        language=language,
    )
    return content


def _name(told: dict[str, Any], suffix: str, language: Language) -> str:
    who = "-".join(dict.fromkeys(one["inspector_name"] for one in told["routes"]))
    return f"{word('sheet.workbook', language)}_{who[:60]}_{told['first_on']}.{suffix}"


def _sent(
    told: dict[str, Any], content: bytes, suffix: str, kind: str, language: Language
) -> Response:
    name = quote(_name(told, suffix, language))
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(content, media_type=kind, headers=headers)
