"""Batches, self-checks, the truth layer, and the pack for acceptance."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask

from geodata.domain.access import Scope
from geodata.domain.inspection import InspectionKind
from geodata.domain.period import today
from geodata.domain.sampling import Estimate, estimate
from geodata.store.batches import (
    batch_sites,
    find_batches,
    find_self_checks,
    get_batch,
    seen_strata,
    truth_by_town,
)
from geodata.store.queries.state import SiteFilter
from geodata.store.tables import InspectionBatch
from server.actions.acceptance_pack import acceptance_pack
from server.actions.draw_batch import BatchOrder, draw_batch, sign_self_check
from server.actions.shown import shown_district
from server.auth import CurrentActor, ReadingSession
from server.i18n import language_of, word

router = APIRouter(prefix="/api", tags=["inspections"])


class BatchIn(BaseModel):
    """What is to be inspected."""

    model_config = ConfigDict(extra="forbid")

    division: str = Field(max_length=20)
    kind: InspectionKind = InspectionKind.INSPECTION
    sample: int | None = Field(default=None, ge=1, le=100_000)
    until: date | None = None
    override_reason: str | None = Field(default=None, max_length=300)


class SignatureIn(BaseModel):
    """A town's word that it has checked itself."""

    model_config = ConfigDict(extra="forbid")

    town: str = Field(max_length=20)
    note: str | None = Field(default=None, max_length=500)


@router.post("/inspection-batches", status_code=201)
def draw_route(
    asked: BatchIn, actor: CurrentActor, request: Request, response: Response
) -> dict[str, Any]:
    """Draw a sample with a new seed, which is kept, or take all sites."""
    made = draw_batch(request.app.state.engine, actor, BatchOrder(**asked.model_dump()))
    response.headers["Location"] = f"/api/inspection-batches/{made}"
    return {"id": made}


@router.get("/inspection-batches")
def batches_route(
    actor: CurrentActor, session: ReadingSession, district: str | None = None
) -> list[dict[str, Any]]:
    """Return the batches of a district, the newest first."""
    code = shown_district(session, actor.scope, district).code
    return [batch_json(session, one) for one in find_batches(session, actor.scope, code)]


@router.get("/inspection-batches/{batch_id}")
def batch_route(batch_id: int, actor: CurrentActor, session: ReadingSession) -> dict[str, Any]:
    """Return a batch with its drawn sites, and what it says about the real rate."""
    batch = get_batch(session, actor.scope, batch_id)
    rows = batch_sites(session, actor.scope, batch_id)
    told = batch_json(session, batch)
    told["sites"] = [dict(one._mapping) for one in rows]  # noqa: SLF001 - SQLAlchemy's public name
    return told


@router.post("/self-checks", status_code=201)
def sign_route(asked: SignatureIn, actor: CurrentActor, request: Request) -> dict[str, Any]:
    """Sign a town's self-check of this year."""
    made = sign_self_check(request.app.state.engine, actor, asked.town, asked.note)
    return {"id": made}


@router.get("/self-checks")
def signed_route(
    actor: CurrentActor,
    session: ReadingSession,
    district: str | None = None,
    year: Annotated[int | None, Query(ge=2000, le=2200)] = None,
) -> list[dict[str, Any]]:
    """Return the towns that have signed."""
    code = shown_district(session, actor.scope, district).code
    found = find_self_checks(session, actor.scope, code, year or today().year)
    names = ("town_code", "year", "signed_on", "signed_by", "note")
    return [{name: getattr(one, name) for name in names} for one in found]


@router.get("/truth")
def truth_route(
    actor: CurrentActor, session: ReadingSession, district: str | None = None
) -> dict[str, Any]:
    """Return what is claimed, approved and verified side by side, and what a sample says."""
    code = shown_district(session, actor.scope, district).code
    return truth_json(session, actor.scope, code)


@router.get("/acceptance-pack.zip", response_class=FileResponse)
def pack_route(
    request: Request, actor: CurrentActor, session: ReadingSession, district: str | None = None
) -> FileResponse:
    """Return ledger, findings and proof of their closure as one zip."""
    shown = shown_district(session, actor.scope, district)
    folder = Path(mkdtemp(prefix="fugai-pack-"))
    target = folder / "pack.zip"
    language, on = language_of(request), today()
    acceptance_pack(
        session,
        actor.scope,
        shown,
        request.app.state.settings.files,
        target,
        on=on,
        language=language,
    )
    name = quote(f"{shown.name}_{word('pack.title', language)}_{on.isoformat()}.zip")
    return FileResponse(
        target,
        media_type="application/zip",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
        background=BackgroundTask(rmtree, folder, ignore_errors=True),
    )


def batch_json(session: Session, batch: InspectionBatch) -> dict[str, Any]:
    """Return a batch as the interface tells it."""
    names = ("id", "town_code", "kind", "seed", "drawn_on", "until_on", "override_reason")
    strata = seen_strata(session, batch)
    said = estimate(one.stratum for one in strata) if batch.seed else None
    return {
        **{name: getattr(batch, name) for name in names},
        "created_by": batch.created_by,
        "drawn": sum(one.drawn for one in strata),
        "inspected": sum(one.stratum.inspected for one in strata),
        "strata": [
            {
                "stratum": one.name,
                "sites": one.stratum.size,
                "drawn": one.drawn,
                "inspected": one.stratum.inspected,
                "confirmed": one.stratum.confirmed,
            }
            for one in strata
        ],
        "estimate": None if said is None else estimate_json(said),
    }


def truth_json(session: Session, scope: Scope, district: str) -> dict[str, Any]:
    """Return the three rates by town and in all, and the newest estimate, of all where there is."""
    on = today()
    rows = truth_by_town(session, scope, SiteFilter(district=district), on=on)
    counted = ("sites", "claimed", "approved", "verified")
    samples = [one for one in find_batches(session, scope, district) if one.seed]
    of_all = (one for one in samples if one.town_code is None)
    newest = next(of_all, samples[0] if samples else None)
    return {
        "on": on,
        "rows": [
            {
                "town": one.town_code,
                "name": one.town_name,
                **{name: getattr(one, name) for name in counted},
            }
            for one in rows
        ],
        "total": {name: sum(getattr(one, name) for one in rows) for name in counted},
        "sample": None if newest is None else batch_json(session, newest),
    }


def estimate_json(said: Estimate) -> dict[str, float]:
    """Return an estimate as the interface tells it: shares 0-1."""
    return {
        "rate": said.rate,
        "standard_error": said.standard_error,
        "low": said.low,
        "high": said.high,
    }
