"""Change sites: one, a new one, many, and the slots that hang on one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response

from geodata.domain.governance import ContactSlot
from geodata.domain.period import today
from geodata.domain.utility import SeparationItem, Utility
from geodata.store.entries import Entry
from geodata.store.queries.sites import get_site
from geodata.store.session import reading
from server.actions.edit_site import Saved, add_new_site, edit_site, edit_sites, reveal_phone
from server.api.entries import (
    BulkChange,
    ContactIn,
    SeparationIn,
    SiteChange,
    UtilityPut,
    entry_of,
    slot_values,
)
from server.api.preconditions import VersionSeen, mark_version
from server.api.sites import record_json
from server.auth import Actor, WritingActor
from server.i18n import language_of, sentence

router = APIRouter(prefix="/api/sites", tags=["editing"])


@router.post("", status_code=HTTPStatus.CREATED)
def add(
    sent: SiteChange, request: Request, response: Response, actor: WritingActor
) -> dict[str, Any]:
    """Add a site to the ledger."""
    saved = add_new_site(request.app.state.engine, actor, entry_of(sent))
    response.headers["Location"] = f"/api/sites/{saved.site_id}"
    return _told(request, response, actor, saved)


@router.post("/bulk")
def change_many(sent: BulkChange, request: Request, actor: WritingActor) -> dict[str, Any]:
    """Make one change to many sites, all or nothing."""
    versions = {one.id: one.version for one in sent.sites}
    saved = edit_sites(request.app.state.engine, actor, versions, entry_of(sent.values))
    return {
        "sites": [
            {"site": one.site_id, "row_version": one.version, "changed": one.changed}
            for one in saved
        ]
    }


@router.patch("/{site_id}")
def change(
    site_id: int,
    actor: WritingActor,
    version: VersionSeen,
    sent: SiteChange,
    request: Request,
    response: Response,
) -> dict[str, Any]:
    """Change the fields that are sent; a stale ``If-Match`` changes nothing (412)."""
    saved = edit_site(request.app.state.engine, actor, site_id, version, entry_of(sent))
    return _told(request, response, actor, saved)


@router.put("/{site_id}/contacts/{slot}")
def put_contact(
    site_id: int,
    slot: ContactSlot,
    actor: WritingActor,
    version: VersionSeen,
    sent: ContactIn,
    request: Request,
    response: Response,
) -> dict[str, Any]:
    """Say who stands for one of 四位一体 (S06); what is left out stays."""
    entry = Entry(slots={"contacts": {slot.value: slot_values(sent)}})
    engine = request.app.state.engine
    saved = edit_site(engine, actor, site_id, version, entry, act="edit_contacts")
    return _told(request, response, actor, saved)


@router.put("/{site_id}/utilities/{utility}")
def put_utility(
    site_id: int,
    utility: Utility,
    actor: WritingActor,
    version: VersionSeen,
    sent: UtilityPut,
    request: Request,
    response: Response,
) -> dict[str, Any]:
    """Say how far the handover of one utility has gone (S46); what is left out stays."""
    entry = Entry(
        slots={"utilities": {utility.value: slot_values(sent)}}, sets_handover=sent.sets_handover
    )
    engine = request.app.state.engine
    saved = edit_site(engine, actor, site_id, version, entry, act="edit_utilities")
    return _told(request, response, actor, saved)


@router.put("/{site_id}/separation/{item}")
def put_separation(
    site_id: int,
    item: SeparationItem,
    actor: WritingActor,
    version: VersionSeen,
    sent: SeparationIn,
    request: Request,
    response: Response,
) -> dict[str, Any]:
    """Say how far one of 三供一业 has moved (S16); what is left out stays."""
    entry = Entry(slots={"separation": {item.value: slot_values(sent)}})
    engine = request.app.state.engine
    saved = edit_site(engine, actor, site_id, version, entry, act="edit_separation")
    return _told(request, response, actor, saved)


@router.post("/{site_id}/phone")
def whole_phone(
    site_id: int, request: Request, actor: WritingActor, slot: ContactSlot | None = None
) -> dict[str, str | None]:
    """Return the whole phone number; who saw it and when is in the audit."""
    key = None if slot is None else slot.value
    return {"phone": reveal_phone(request.app.state.engine, actor, site_id, key)}


def _told(request: Request, response: Response, actor: Actor, saved: Saved) -> dict[str, Any]:
    """Return the record as it stands now, what changed, and what should be looked at."""
    mark_version(response, saved.version)
    with reading(request.app.state.engine, actor.scope) as session:
        record = record_json(get_site(session, actor.scope, saved.site_id, on=today()))
    language = language_of(request)
    warnings = [
        {"field": one.field, "code": one.code, "detail": sentence(one.code, one.facts, language)}
        for one in saved.warnings
    ]
    return record | {"changed": saved.changed, "warnings": warnings}
