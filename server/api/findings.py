"""Findings: listed, told, and followed to their close."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from geodata.domain.access import Role
from geodata.domain.finding_steps import FindingEvent, Slip, open_steps
from geodata.domain.inspection import FindingStatus
from geodata.domain.period import today
from geodata.store.inspecting import get_finding, photos_of, steps_of
from geodata.store.queries.findings import FindingFilter, count_findings, find_findings
from server.actions.follow_finding import FindingStepOrder, take_step
from server.api.inspections import photo_json, received_photo
from server.api.preconditions import VersionSeen, mark_version
from server.auth import CurrentActor, ReadingSession

router = APIRouter(prefix="/api", tags=["inspections"])


class StepIn(BaseModel):
    """What happens to a finding."""

    model_config = ConfigDict(extra="forbid")

    event: FindingEvent
    note: str | None = Field(default=None, max_length=1000)
    due_on: date | None = None


def finding_filter(
    district: str | None = None,
    town: str | None = None,
    site: int | None = None,
    status: FindingStatus | None = None,
    slip: Slip | None = None,
    is_open: Annotated[bool, Query(alias="open")] = False,  # noqa: FBT002 - a query parameter
) -> FindingFilter:
    """Return the filter that a request's query writes."""
    return FindingFilter(
        district=district or None,
        town=town or None,
        site=site,
        status=status,
        slip=slip,
        is_open=is_open,
    )


@router.get("/findings")
def findings_route(
    actor: CurrentActor,
    session: ReadingSession,
    wanted: Annotated[FindingFilter, Depends(finding_filter)],
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    skip: Annotated[int, Query(ge=0)] = 0,
) -> dict[str, Any]:
    """Return findings, the most pressing first, with the slip each carries."""
    on = today()
    rows = find_findings(session, actor.scope, wanted, on=on, limit=limit, skip=skip)
    return {
        "on": on,
        "counts": count_findings(session, actor.scope, wanted, on=on),
        "findings": [finding_json(row, actor.role) for row in rows],
    }


@router.get("/findings/{finding_id}")
def finding_route(
    finding_id: int, actor: CurrentActor, session: ReadingSession, response: Response
) -> dict[str, Any]:
    """Return a finding, what happened to it, its photos, and what may happen next."""
    finding = get_finding(session, actor.scope, finding_id)
    mark_version(response, finding.row_version)
    wanted = FindingFilter(site=finding.site_id)
    rows = find_findings(session, actor.scope, wanted, on=today(), limit=1000)
    row = next(one for one in rows if one.id == finding_id)
    return {
        **finding_json(row, actor.role),
        "steps": [
            {
                name: getattr(one, name)
                for name in ("event", "before", "after", "taken_on", "taken_by", "note", "due_on")
            }
            for one in steps_of(session, finding_id)
        ],
        "photos": [photo_json(one) for one in photos_of(session, finding=finding_id)],
    }


@router.post("/findings/{finding_id}/events")
def step_route(
    finding_id: int,
    asked: StepIn,
    actor: CurrentActor,
    version: VersionSeen,
    request: Request,
    response: Response,
) -> dict[str, Any]:
    """Let something happen to a finding; only the district closes it."""
    order = FindingStepOrder(asked.event, asked.note, asked.due_on)
    standing = take_step(request.app.state.engine, actor, finding_id, version, order)
    mark_version(response, standing)
    return {"id": finding_id, "row_version": standing}


@router.post("/findings/{finding_id}/photos", status_code=201)
async def proof_route(
    finding_id: int, actor: CurrentActor, request: Request, response: Response
) -> dict[str, Any]:
    """Keep a photo of what was put right."""
    return await received_photo(request, response, actor, finding=finding_id)


def finding_json(row: Any, role: Role) -> dict[str, Any]:  # noqa: ANN401 - see `find_findings`
    """Return a finding as the interface tells it."""
    names = (
        *("id", "site_id", "site_name", "town_code", "town_name", "neighbourhood_name"),
        *("inspection_id", "clause", "description", "responsible", "opened_on", "due_on"),
        *("started_on", "handed_in_on", "rejected_on", "closed_on", "status", "slip"),
        *("row_version",),
    )
    return {
        **{name: getattr(row, name) for name in names},
        "photo_count": row.photos,
        "events": open_steps(FindingStatus(row.status), role),
    }
