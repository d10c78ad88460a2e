"""Inspections and photos: recorded once each, however often a device sends them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from geodata.domain.checklist import (
    CHECKLIST,
    LEAST_SCORE,
    MOST_SCORE,
    CheckAnswer,
    CheckItem,
    SixScore,
)
from geodata.domain.inspection import InspectionKind, InspectionResult
from geodata.store.inspecting import get_inspection, get_photo, photos_of
from geodata.store.tables import Inspection, Photo
from server.actions.inspect_site import (
    FindingOrder,
    InspectionOrder,
    edit_inspection,
    record_inspection,
)
from server.actions.keep_photo import MOST_BYTES, PhotoOrder, keep_photo
from server.actions.visit_wish import Spot
from server.api.preconditions import VersionSeen, mark_version
from server.api.received_files import form_with_file, sent_file
from server.auth import CurrentActor, ReadingSession

router = APIRouter(prefix="/api", tags=["inspections"])

Clause = Annotated[str, Field(pattern=r"^S\d{2}$", description="Row of the notice")]


class FindingIn(BaseModel):
    """A problem."""

    model_config = ConfigDict(extra="forbid")

    client_id: UUID
    clause: Clause
    description: str = Field(min_length=1, max_length=1000)
    responsible: str | None = Field(default=None, max_length=200)
    due_on: date | None = None


class InspectionValues(BaseModel):
    """What was seen."""

    model_config = ConfigDict(extra="forbid")

    result: InspectionResult
    confirms_cover: bool
    note: str | None = Field(default=None, max_length=2000)
    checklist: dict[CheckItem, CheckAnswer] | None = None
    scores: dict[SixScore, Annotated[int, Field(ge=LEAST_SCORE, le=MOST_SCORE)]] | None = None
    off_site_reason: str | None = Field(default=None, max_length=300)

    def columns(self) -> dict[str, Any]:
        """Return them as columns of an inspection."""
        return self.model_dump(mode="json", include=set(InspectionValues.model_fields))


class InspectionIn(InspectionValues):
    """An inspection as a device records it."""

    client_id: UUID
    site: int
    kind: InspectionKind = InspectionKind.INSPECTION
    seen_at: AwareDatetime
    position: Spot | None = None
    findings: list[FindingIn] = Field(default=[], max_length=50)
    plan: int | None = None
    row_version: int | None = None


@router.post("/inspections", status_code=201)
def record_route(
    asked: InspectionIn, actor: CurrentActor, request: Request, response: Response
) -> dict[str, Any]:
    """Take an inspection in; sent again under the same ``client_id`` it changes nothing (200)."""
    order = InspectionOrder(
        client_id=asked.client_id,
        site=asked.site,
        kind=asked.kind,
        seen_at=asked.seen_at,
        values=asked.columns(),
        position=None if asked.position is None else (asked.position.lon, asked.position.lat),
        findings=[FindingOrder(**one.model_dump()) for one in asked.findings],
        plan=asked.plan,
        row_version=asked.row_version,
    )
    done = record_inspection(request.app.state.engine, actor, order)
    if not done.is_new:
        response.status_code = 200
    mark_version(response, done.row_version)
    return {
        "id": done.inspection,
        "row_version": done.row_version,
        "findings": done.findings,
        "off_site_m": done.off_site_m,
        "asks_reason": done.asks_reason,
    }


@router.get("/inspections/{inspection_id}")
def inspection_route(
    inspection_id: int, actor: CurrentActor, session: ReadingSession, response: Response
) -> dict[str, Any]:
    """Return an inspection with its photos."""
    found = get_inspection(session, actor.scope, inspection_id)
    mark_version(response, found.row_version)
    return inspection_json(found, photos_of(session, inspection=inspection_id))


@router.patch("/inspections/{inspection_id}")
def edit_route(
    inspection_id: int,
    asked: InspectionValues,
    actor: CurrentActor,
    version: VersionSeen,
    request: Request,
    response: Response,
) -> dict[str, Any]:
    """Change an inspection at the desk."""
    engine = request.app.state.engine
    standing = edit_inspection(engine, actor, inspection_id, version, asked.columns())
    mark_version(response, standing)
    return {"id": inspection_id, "row_version": standing}


@router.post("/inspections/{inspection_id}/photos", status_code=201)
async def photo_route(
    inspection_id: int, actor: CurrentActor, request: Request, response: Response
) -> dict[str, Any]:
    """Keep a photo of an inspection (form: ``file``, ``client_id``, ``taken_at``, …)."""
    return await received_photo(request, response, actor, inspection=inspection_id)


@router.get("/photos/{photo_id}")
def picture_route(
    photo_id: int, actor: CurrentActor, session: ReadingSession, request: Request
) -> FileResponse:
    """Return a photo."""
    found = get_photo(session, actor.scope, photo_id)
    answer = sent_file(
        request.app.state.settings.files,
        name=f"{found.id}.jpg",
        media_type=found.media_type,
        digest=found.digest,
    )
    # We wrote these pixels ourselves: they may be shown.
    answer.headers["Content-Disposition"] = "inline"
    return answer


async def received_photo(
    request: Request,
    response: Response,
    actor: Any,  # noqa: ANN401 - `Actor`
    *,
    inspection: int | None = None,
    finding: int | None = None,
) -> dict[str, Any]:
    """Read a form with a photo, once it is known who sends it and how large it is."""
    async with form_with_file(request, most_bytes=MOST_BYTES, most_fields=8) as (form, file):
        fields = PhotoFields.model_validate({k: v for k, v in form.items() if k != "file"})
        order = PhotoOrder(
            client_id=fields.client_id,
            content=file.file,
            name=file.filename or "",
            inspection=inspection,
            finding=finding if finding is not None else fields.finding,
            taken_at=fields.taken_at,
            position=None if fields.lon is None or fields.lat is None else (fields.lon, fields.lat),
            caption=fields.caption,
        )
        state = request.app.state
        made, is_new = await run_in_threadpool(
            keep_photo, state.engine, state.settings.files, actor, order
        )
    if not is_new:
        response.status_code = 200
    return {"id": made}


class PhotoFields(BaseModel):
    """What comes with a photo."""

    model_config = ConfigDict(extra="ignore")

    client_id: UUID
    finding: int | None = None
    taken_at: AwareDatetime | None = None
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    caption: str | None = Field(default=None, max_length=300)


def inspection_json(found: Inspection, photos: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return an inspection as the interface tells it; where somebody stood is not told."""
    names = (
        *("id", "client_id", "site_id", "inspected_on", "kind", "result", "confirms_cover"),
        *("note", "inspector", "seen_at", "off_site_m", "off_site_reason", "checklist"),
        *("scores", "row_version"),
    )
    return {
        **{name: getattr(found, name) for name in names},
        "clauses": {item.value: rule.clause for item, rule in CHECKLIST.items()},
        "photos": [photo_json(one) for one in photos],
    }


def photo_json(one: Photo) -> dict[str, Any]:
    """Return a photo as the interface tells it."""
    return {
        "id": one.id,
        "address": f"/api/photos/{one.id}",
        "finding": one.finding_id,
        "taken_at": one.taken_at,
        "caption": one.caption,
    }
