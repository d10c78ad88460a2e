"""Campaigns, monthly reports, closed months, bulletins, assessment."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from geodata.domain.campaign import RecordKind
from geodata.domain.errors import DomainError
from geodata.domain.monthly import NARRATIVES, ReportState, timing
from geodata.domain.period import month_of, now, report_deadline, today
from geodata.store.campaigns import find_campaigns, get_campaign, node_board
from geodata.store.monthly import get_report, get_snapshot, referred_rows
from geodata.store.queries.divisions import DivisionRow, get_division
from geodata.store.session import reading
from server.actions.campaign_records import (
    RecordOrder,
    add_record,
    attach_scan,
    find_records,
    get_record,
)
from server.actions.run_campaign import (
    Filled,
    close_month,
    filled_reports,
    load_campaign,
    mark_node,
    return_report,
    submit_report,
)
from server.actions.shown import shown_district
from server.actions.tell_bulletin import ToldBulletin, assess, told_bulletin
from server.api.received_files import Received, keep_received, sent_file
from server.auth import CurrentActor, ReadingSession, WritingActor
from server.settings import address_of

router = APIRouter(prefix="/api", tags=["campaign"])

_DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LONGEST: Final = 4_000
SCAN_FORM: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CampaignIn(_Strict):
    """A campaign's file."""

    content: str = Field(min_length=1, max_length=200_000)
    district: str | None = None


class MarkIn(_Strict):
    """A unit has done its part."""

    node: str = Field(max_length=60)
    unit: str = Field(max_length=20)
    note: str | None = Field(default=None, max_length=500)


class ReportIn(_Strict):
    """What a town types; all figures come from the ledger."""

    progress: str = Field(max_length=_LONGEST)
    problems: str = Field(max_length=_LONGEST)
    next_steps: str = Field(max_length=_LONGEST)


class ReturnIn(_Strict):
    """Why a report goes back."""

    comment: str = Field(min_length=1, max_length=1000)


class RecordIn(_Strict):
    """A letter, a broadcast, a meeting, a document."""

    kind: RecordKind
    held_on: date
    title: str = Field(min_length=1, max_length=300)
    unit: str | None = Field(default=None, max_length=20)
    told: dict[str, Annotated[str, Field(max_length=1000)]] = Field(default={}, max_length=20)


def month(month: str) -> date:
    """Return the month that a path names: 2017-11."""
    return month_of(month)


Month = Annotated[date, Depends(month)]


@router.post("/campaigns", status_code=201)
def load_route(asked: CampaignIn, actor: CurrentActor, request: Request) -> dict[str, Any]:
    """Load a campaign from its file (TOML), in place of one of the same key."""
    engine = request.app.state.engine
    return {"id": load_campaign(engine, actor, asked.district, asked.content)}


@router.get("/campaigns")
def campaigns_route(
    actor: CurrentActor, session: ReadingSession, district: str | None = None
) -> list[dict[str, Any]]:
    """Return the campaigns of a district with stages and the contradictions that are flagged."""
    code = shown_district(session, actor.scope, district).code
    return [
        {
            "id": one.id,
            "key": one.campaign.key,
            "name": one.campaign.name,
            "document": one.campaign.document,
            "year": one.campaign.year,
            "stages": [
                {
                    "key": stage.key,
                    "name": stage.name,
                    "first_on": stage.period.first_on,
                    "last_on": stage.period.last_on,
                }
                for stage in one.campaign.stages
            ],
            "flags": [{"clause": flag.clause, "text": flag.text} for flag in one.campaign.flags],
        }
        for one in find_campaigns(session, actor.scope, code)
    ]


@router.get("/campaigns/{campaign_id}/nodes")
def nodes_route(
    campaign_id: int, actor: CurrentActor, session: ReadingSession
) -> list[dict[str, Any]]:
    """Return how each unit in scope stands at each node."""
    loaded = get_campaign(session, actor.scope, campaign_id)
    return [
        {
            "node": one.node.key,
            "name": one.node.name,
            "clause": one.node.clause,
            "stage": one.node.stage,
            "unit": one.unit.code,
            "unit_name": one.unit.name,
            "due_at": one.node.due_at,
            "state": one.state,
            "done_at": one.done_at,
            "reminded_days_left": one.reminded,
        }
        for one in node_board(session, actor.scope, loaded, now=now())
    ]


@router.post("/campaigns/{campaign_id}/nodes", status_code=204)
def mark_route(campaign_id: int, asked: MarkIn, actor: CurrentActor, request: Request) -> Response:
    """Say that a unit has done what a node asks for."""
    engine = request.app.state.engine
    mark_node(engine, actor, campaign_id, asked.node, asked.unit, asked.note)
    return Response(status_code=204)


@router.get("/campaign-records")
def records_route(
    actor: CurrentActor,
    session: ReadingSession,
    district: str | None = None,
    kind: RecordKind | None = None,
) -> dict[str, Any]:
    """Return letters, broadcasts, meetings and documents, and the tree of who has signed."""
    code = shown_district(session, actor.scope, district).code
    return find_records(session, actor.scope, code, kind)


@router.post("/campaign-records", status_code=201)
def add_record_route(asked: RecordIn, actor: CurrentActor, request: Request) -> dict[str, Any]:
    """Note a letter, a broadcast, a meeting or a document."""
    order = RecordOrder(asked.kind, asked.held_on, asked.title, asked.unit, asked.told)
    return {"id": add_record(request.app.state.engine, actor, order)}


@router.put("/campaign-records/{record_id}/scan", status_code=204, openapi_extra=SCAN_FORM)
def scan_route(
    record_id: int, actor: WritingActor, received: Received, request: Request
) -> Response:
    """Put a scan to a record: a picture or a PDF, in place of an earlier one."""
    state = request.app.state
    with reading(state.engine, actor.scope) as session:
        get_record(session, actor.scope, record_id)
    kept = keep_received(state.settings.files, received)
    attach_scan(
        state.engine,
        actor,
        record_id,
        name=kept.name,
        media_type=kept.media_type,
        digest=kept.digest,
    )
    return Response(status_code=204)


@router.get("/campaign-records/{record_id}/scan", response_class=FileResponse)
def sent_scan_route(
    record_id: int, actor: CurrentActor, session: ReadingSession, request: Request
) -> FileResponse:
    """Return the scan of a record, never to be shown inside a page of ours."""
    record = get_record(session, actor.scope, record_id)
    if record.digest is None or record.file_name is None or record.media_type is None:
        raise DomainError("campaign.no_such_record", record=record_id)
    return sent_file(
        request.app.state.settings.files,
        name=record.file_name,
        media_type=record.media_type,
        digest=record.digest,
    )


@router.get("/monthly-reports/{month}/{town}")
def report_route(
    month: Month, town: str, actor: CurrentActor, session: ReadingSession
) -> dict[str, Any]:
    """Return a town's report of a month: figures filled from the ledger, with the difference."""
    division = get_division(session, actor.scope, town)
    filled = filled_reports(session, actor, division.district_code, month)
    if town not in filled:
        raise DomainError("division.not_found", division=town)
    return report_json(session, division, month, filled[town])


@router.post("/monthly-reports/{month}/{town}", status_code=201)
def submit_route(
    month: Month, town: str, asked: ReportIn, actor: CurrentActor, request: Request
) -> dict[str, Any]:
    """Send a town's report: on time up to the 26th, 23:59:59 in Shanghai."""
    engine = request.app.state.engine
    came = submit_report(engine, actor, town, month, asked.model_dump())
    return {"town": town, "month": f"{month:%Y-%m}", "timing": came}


@router.post("/monthly-reports/{month}/{town}/return", status_code=204)
def return_route(
    month: Month, town: str, asked: ReturnIn, actor: CurrentActor, request: Request
) -> Response:
    """Send a report back with a comment."""
    return_report(request.app.state.engine, actor, town, month, asked.comment)
    return Response(status_code=204)


@router.post("/months/{month}/close", status_code=201)
def close_route(
    month: Month, actor: CurrentActor, request: Request, district: str | None = None
) -> dict[str, Any]:
    """Freeze a month: figures, the rows behind them, the version of the rules."""
    made = close_month(request.app.state.engine, actor, district, month)
    return {"snapshot": made, "month": f"{month:%Y-%m}"}


def asked_bulletin(
    month: Month,
    actor: CurrentActor,
    session: ReadingSession,
    request: Request,
    district: str | None = None,
) -> ToldBulletin:
    """Return the bulletin that a request asks for."""
    shown = shown_district(session, actor.scope, district)
    issuer = request.app.state.settings.issuer
    return told_bulletin(session, actor.scope, shown, month, issuer)


Asked = Annotated[ToldBulletin, Depends(asked_bulletin)]


@router.get("/months/{month}/bulletin.docx", response_class=Response)  # noqa: FAST003 - `asked`
def word_route(asked: Asked, request: Request) -> Response:
    """Return the bulletin of a closed month as Word; made again it is the same."""
    return _sent(asked.word(address_of(request)), f"{asked.name}.docx", _DOCX)


@router.get("/months/{month}/bulletin.pdf", response_class=Response)  # noqa: FAST003 - `asked`
def pdf_route(asked: Asked) -> Response:
    """Return the bulletin of a closed month as PDF."""
    return _sent(asked.pdf(), f"{asked.name}.pdf", "application/pdf")


@router.get("/snapshots/{snapshot_id}/rows")
def rows_route(
    snapshot_id: int,
    actor: CurrentActor,
    session: ReadingSession,
    ref: Annotated[
        str, Query(max_length=60, description="{town or total}.{figure}")
    ] = "total.sites",
) -> dict[str, Any]:
    """Return exactly the rows that a figure of a closed month counts, as they stood then."""
    snapshot = get_snapshot(session, actor.scope, snapshot_id)
    rows = referred_rows(session, snapshot_id, ref)
    names = ("site_id", "town_code", "name", "category", "households", "is_covered", "is_verified")
    return {
        "snapshot": snapshot_id,
        "month": f"{snapshot.month:%Y-%m}",
        "rules_version": snapshot.rules_version,
        "ref": ref,
        "count": len(rows),
        "rows": [{name: getattr(one, name) for name in names} for one in rows],
    }


@router.get("/assessment")
def assessment_route(
    actor: CurrentActor,
    session: ReadingSession,
    year: Annotated[int, Query(ge=2000, le=2200)],
    district: str | None = None,
) -> dict[str, Any]:
    """Return the points of towns in scope by item, each with the two numbers behind it."""
    code = shown_district(session, actor.scope, district).code
    loaded, scores = assess(session, actor.scope, code, year, now=now())
    return {
        "year": year,
        "campaign": None if loaded is None else loaded.campaign.name,
        "towns": [
            {
                "town": one.town.code,
                "name": one.town.name,
                "points": one.points,
                "items": [
                    {
                        "item": scored.item.key,
                        "name": scored.item.name,
                        "clause": scored.item.clause,
                        "of": scored.item.points,
                        "part": scored.part,
                        "whole": scored.whole,
                        "points": scored.points,
                    }
                    for scored in one.scored
                ],
            }
            for one in scores
        ],
    }


def report_json(session: Session, town: DivisionRow, month: date, filled: Filled) -> dict[str, Any]:
    """Return a town's report as the interface tells it."""
    report = get_report(session, town.code, month)
    is_sent = report is not None and report.state == ReportState.SUBMITTED
    return {
        "town": town.code,
        "name": town.name,
        "month": f"{month:%Y-%m}",
        "on": min(today(), report_deadline(month).date()),
        "state": ReportState.OPEN if report is None else report.state,
        "timing": timing(month, report.submitted_at if is_sent else None, now()),
        "deadline": report_deadline(month),
        "figures": report.figures if is_sent else filled.figures,
        "change": filled.change,
        "narrative": {
            name: "" if report is None else report.narrative.get(name, "") for name in NARRATIVES
        },
        "comment": None if report is None else report.comment,
        "submitted_at": None if report is None else report.submitted_at,
        "submitted_by": None if report is None else report.submitted_by,
    }


def _sent(content: bytes, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type=kind, headers=headers)
