"""Files that prove facts of a site: sent, downloaded inside the scope, withdrawn."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from geodata.domain.errors import DomainError
from geodata.domain.governance import ContactSlot
from geodata.domain.ledger_rules import FIELDS
from geodata.domain.period import today
from geodata.domain.utility import SeparationItem, Utility
from geodata.store.hanging import add_row, get_row
from geodata.store.queries.state import within
from geodata.store.tables import Site, SiteEvidence, SiteMilestone
from server.actions.edit_site import change_beside
from server.api.preconditions import VersionSeen, mark_version
from server.api.received_files import Received, keep_received, sent_file
from server.auth import CurrentActor, ReadingSession, WritingActor

router = APIRouter(prefix="/api/sites/{site_id}/evidence", tags=["editing"])

_SLOTS: Final = {"contacts": ContactSlot, "utilities": Utility, "separation": SeparationItem}
_FORM: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "about"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "about": {"type": "string"},
                        "note": {"type": "string"},
                    },
                }
            }
        },
    }
}


@router.post("", status_code=201, openapi_extra=_FORM)
def add(
    site_id: int,
    actor: WritingActor,
    version: VersionSeen,
    received: Received,
    request: Request,
    response: Response,
) -> dict[str, Any]:
    """Keep a file as evidence of a fact: ``about`` is a field, or ``contacts.SLOT`` and so on."""
    state = request.app.state
    kept = keep_received(state.settings.files, received)

    def write(session: Session, site: Site) -> dict[str, Any]:
        _check_about(session, site.id, received.about)
        row = add_row(
            session,
            SiteEvidence,
            site.id,
            about=received.about,
            file_name=kept.name,
            media_type=kept.media_type,
            digest=kept.digest,
            size_bytes=kept.size_bytes,
            note=received.note,
            added_by=actor.username,
        )
        return {
            "id": row.id,
            "about": row.about,
            "file_name": kept.name,
            "media_type": kept.media_type,
        }

    told, standing = change_beside(state.engine, actor, site_id, version, "add_evidence", write)
    mark_version(response, standing)
    return {"evidence": told, "row_version": standing}


@router.get("/{evidence_id}", response_class=FileResponse)
def download(
    site_id: int,
    evidence_id: int,
    actor: CurrentActor,
    session: ReadingSession,
    request: Request,
) -> FileResponse:
    """Return a file, never to be shown inside a page of ours."""
    row = session.scalar(
        select(SiteEvidence)
        .join(Site, Site.id == SiteEvidence.site_id)
        .where(SiteEvidence.id == evidence_id, Site.id == site_id, within(actor.scope, Site))
        .where(SiteEvidence.withdrawn_on.is_(None))
    )
    if row is None:
        raise DomainError("evidence.not_found", evidence=evidence_id)
    return sent_file(
        request.app.state.settings.files,
        name=row.file_name,
        media_type=row.media_type,
        digest=row.digest,
    )


@router.delete("/{evidence_id}")
def withdraw(
    site_id: int,
    evidence_id: int,
    actor: WritingActor,
    version: VersionSeen,
    request: Request,
    response: Response,
) -> dict[str, Any]:
    """Withdraw a file: it is not shown any more, and nothing of it is deleted."""

    def write(session: Session, site: Site) -> dict[str, Any]:
        row = get_row(session, SiteEvidence, site.id, evidence_id)
        row.withdrawn_on = row.withdrawn_on or today()
        return {"id": row.id, "withdrawn_on": row.withdrawn_on}

    engine = request.app.state.engine
    told, standing = change_beside(engine, actor, site_id, version, "withdraw_evidence", write)
    mark_version(response, standing)
    return {"evidence": told, "row_version": standing}


def _check_about(session: Session, site_id: int, about: str) -> None:
    group, _, key = about.partition(".")
    if about in FIELDS or about == "management_type":
        return
    if group in _SLOTS and key in list(_SLOTS[group]):
        return
    if group == "milestones" and key.isdecimal():
        get_row(session, SiteMilestone, site_id, int(key))
        return
    raise DomainError("evidence.about", about=about)
