"""A site leaves the ledger, or comes back; what it said once is brought back."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from geodata.domain.leaving import LeavingKind
from server.actions.leaving import ListingOrder, delist, relist
from server.actions.restoring import RestoreOrder, restore
from server.api.preconditions import VersionNamed
from server.auth import WritingActor

router = APIRouter(prefix="/api/sites/{site_id}", tags=["sites"])


class Reasoned(BaseModel):
    """Why, in the actor's words."""

    reason: str = Field(min_length=1, max_length=500)


class Leaving(Reasoned):
    """A site leaves the ledger from a day on, today by default."""

    on: date | None = None
    kind: LeavingKind


class Return(Reasoned):
    """A site comes back from a day on, today by default."""

    on: date | None = None
    resumes: bool = False


class Restoration(Reasoned):
    """What a version of a site said is written again; no fields means all that can be."""

    version: int
    fields: list[str] = Field(default=[], max_length=60)
    note: str | None = Field(default=None, max_length=500)
    """Explains what is left open at a boundary that comes back."""


@router.post("/delist")
def delist_route(
    site_id: int, request: Request, actor: WritingActor, seen: VersionNamed, asked: Leaving
) -> dict[str, Any]:
    """Take a site out of the ledger; its record and its past stay."""
    order = ListingOrder(reason=asked.reason, on=asked.on, version=seen)
    version = delist(request.app.state.engine, actor, site_id, asked.kind, order)
    return {"id": site_id, "row_version": version}


@router.post("/relist")
def relist_route(
    site_id: int, request: Request, actor: WritingActor, seen: VersionNamed, asked: Return
) -> dict[str, Any]:
    """Take a site back into the ledger."""
    order = ListingOrder(reason=asked.reason, on=asked.on, version=seen)
    version = relist(request.app.state.engine, actor, site_id, order, resumes=asked.resumes)
    return {"id": site_id, "row_version": version}


@router.post("/restore")
def restore_route(
    site_id: int, request: Request, actor: WritingActor, seen: VersionNamed, asked: Restoration
) -> dict[str, Any]:
    """Write what an earlier version said, as a new version."""
    order = RestoreOrder(
        version=asked.version,
        reason=asked.reason,
        fields=asked.fields,
        seen=seen,
        note=asked.note or None,
    )
    changed, version = restore(request.app.state.engine, actor, site_id, order)
    return {"id": site_id, "row_version": version, "changed": sorted(changed)}
