"""A district on one screen, for programs: figures of a day, the course, and the map on paper."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response

from geodata.domain.indicator import Denominator
from geodata.store.batches import truth_by_town
from geodata.store.monthly import town_outlines
from geodata.store.queries.coverage_table import Breakdown, CoverageTable, coverage_table
from geodata.store.queries.divisions import DivisionRow
from geodata.store.queries.lapses import count_lapses, find_lapses
from geodata.store.queries.overview import course_to_deadline, uncovered_spots
from geodata.store.queries.state import SiteFilter
from server.actions.shown import shown_district
from server.api.figures import row_json
from server.api.lapses import lapse_json
from server.api.parameters import Day
from server.auth import CurrentActor, ReadingSession
from server.i18n import language_of, word
from server.reports.bulletin import ranked
from server.reports.coverage_sheet import DayOnPaper, Paper, coverage_sheet

router = APIRouter(prefix="/api/overview", tags=["coverage"])

_LAPSES: Final = 8


@router.get("")
def overview_route(
    request: Request,
    actor: CurrentActor,
    session: ReadingSession,
    on: Day,
    district: str | None = None,
) -> dict[str, Any]:
    """Return a day: total and towns by rank, claimed, approved and verified, lapses, gaps.

    ``spots`` are the sites that nobody manages, the largest first, each with its place in
    EPSG:4490 degrees where it has one.
    """
    scope = actor.scope
    wanted = SiteFilter(district=shown_district(session, scope, district).code)
    table = _table(request, actor, session, wanted, on)
    truth = truth_by_town(session, scope, wanted, on=on)
    counted = ("sites", "claimed", "approved", "verified")
    nothing = dict.fromkeys(counted, 0)
    told = {one.town_code: {name: getattr(one, name) for name in counted} for one in truth}
    return {
        "on": on,
        "total": row_json(table.total),
        "towns": [{**one, "truth": told.get(one["code"], nothing)} for one in ranked_towns(table)],
        "truth": {name: sum(getattr(one, name) for one in truth) for name in counted},
        "lapses": {
            "total": count_lapses(session, scope, wanted, on=on),
            "newest": [
                lapse_json(one) for one in find_lapses(session, scope, wanted, on=on, limit=_LAPSES)
            ],
        },
        "spots": [dict(one) for one in uncovered_spots(session, scope, wanted, on=on)],
    }


@router.get("/course")
def course_route(
    actor: CurrentActor, session: ReadingSession, on: Day, district: str | None = None
) -> dict[str, Any]:
    """Return how many sites were left by weeks, the deadline, and where the pace leads."""
    code = shown_district(session, actor.scope, district).code
    found = course_to_deadline(session, actor.scope, code, on=on)
    pace = found.forecast
    return {
        "first_on": found.period.first_on,
        "deadline": found.period.last_on,
        "is_campaign": found.is_campaign,
        "days": [{"on": day, "left": left, "sites": whole} for day, left, whole in found.left],
        "missing": pace.missing,
        "per_week": round(pace.per_week, 2),
        "needed_per_week": None if pace.needed_per_week is None else round(pace.needed_per_week, 2),
        "full_on": pace.full_on,
        "is_on_time": pace.is_on_time,
    }


@router.get("/map.{kind}", response_class=Response)
def sheet_route(
    kind: Literal["pdf", "png"],
    request: Request,
    actor: CurrentActor,
    session: ReadingSession,
    on: Day,
    district: str | None = None,
    paper: Annotated[Paper, Query()] = "a4",
) -> Response:
    """Return the map of a day to print: title, legend, scale, date, 内部使用, review number."""
    shown = shown_district(session, actor.scope, district)
    language = language_of(request)
    wanted = SiteFilter(district=shown.code)
    drawn = DayOnPaper(
        title=f"{shown.name} {word('overview.sheet_title', language)}",
        towns=ranked_towns(_table(request, actor, session, wanted, on)),
        outlines=town_outlines(session, shown.code),
        spots=[dict(one) for one in uncovered_spots(session, actor.scope, wanted, on=on)],
        on=on,
        mark=_mark(shown, request),
    )
    content = coverage_sheet(drawn, paper=paper, language=language, kind=kind)
    name = quote(f"{shown.name}_{word('overview.sheet_title', language)}_{on.isoformat()}.{kind}")
    media = {"pdf": "application/pdf", "png": "image/png"}[kind]
    headers = {"Content-Disposition": f"inline; filename*=UTF-8''{name}"}
    return Response(content, media_type=media, headers=headers)


def ranked_towns(table: CoverageTable) -> list[dict[str, Any]]:
    """Return the towns of a table by rank, as the bulletin ranks them."""
    told = [
        {
            "code": row.code,
            "name": row.label,
            "figures": {
                "sites": row.amounts[Denominator.SITES],
                "covered": row.covered[Denominator.SITES],
            },
            "rate": row.rate().share,
        }
        for row in table.rows
    ]
    return [dict(one) for one in ranked(told)]


def _table(
    request: Request, actor: CurrentActor, session: ReadingSession, wanted: SiteFilter, on: date
) -> CoverageTable:
    return coverage_table(
        session,
        actor.scope,
        by=Breakdown.TOWN,
        on=on,
        wanted=wanted,
        language=language_of(request),
    )


def _mark(district: DivisionRow, request: Request) -> str:
    language = language_of(request)
    sample = f" · {word('app.sample', language)}" if district.is_sample else ""
    return f"{word('sheet.internal', language)}{sample}"
