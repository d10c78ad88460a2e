"""Each record of the ledger."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from geodata.domain.access import WRITING_ROLES
from geodata.domain.category import Category
from geodata.domain.governance import ContactSlot, told_slots
from geodata.domain.inspection import InspectionStatus
from geodata.domain.leaving import LeavingKind
from geodata.domain.management import ManagementType
from geodata.domain.period import today
from geodata.domain.personal import mask_phone
from geodata.domain.site import ServiceStar
from geodata.domain.utility import SeparationItem, SeparationState, Utility
from geodata.domain.vocabulary import words
from geodata.store.queries.drawn import site_geometry
from geodata.store.queries.sites import SiteRecord, get_site
from geodata.store.tables import Site
from maps.assets import served
from maps.pages import map_files, site_map
from maps.symbology import COLOURS, UNREPORTED_COLOUR
from server.actions.export_map import map_subject
from server.api.parameters import Day
from server.api.sites import hanging_json, missing_of
from server.auth import Actor, CurrentActor, ReadingSession
from server.i18n import language_of
from server.pages.context import basemap_of, ground_addresses, shown
from server.pages.hanging import about_label, contacts_of, milestones_of
from server.pages.ledger import may_edit
from server.pages.render import page

router = APIRouter()


@router.get("/sites/{site_id}")
def site_page(
    site_id: int, request: Request, actor: CurrentActor, session: ReadingSession, on: Day
) -> Response:
    """Show one record whole, with where it stands and how it came about."""
    record = get_site(session, actor.scope, site_id, on=on)
    pieces = None
    shows = shown(actor, session, on, record.state["district_code"])
    geometry = site_geometry(session, actor.scope, site_id, on=record.told_on)
    if geometry is not None:
        pieces = site_map(
            _map_config(record, geometry),
            map_subject(session, actor.scope, shows.district, on, below=basemap_of(request)),
            language_of(request),
        )
    return page(
        request,
        "site.html",
        active="sites",
        pieces=pieces,
        files=served(map_files(pieces)) if pieces else "",
        may_edit=may_edit(shows) and record.left_on is None,
        missing=missing_of(record),
        hanging=hanging_json(record.hanging),
        milestones=milestones_of(record.hanging, record.told_on),
        slots_told=told_slots(contacts_of(record.hanging)),
        about_label=about_label,
        **_facts(record),
        **_standing(session, actor, record, on),
        **shows.head(),
    )


@router.get("/sites/{site_id}/card")
def site_card(
    site_id: int, request: Request, actor: CurrentActor, session: ReadingSession, on: Day
) -> Response:
    """Show one record beside the map."""
    record = get_site(session, actor.scope, site_id, on=on)
    return page(request, "_site_card.html", actor=actor, on=on, **_facts(record))


def _facts(record: SiteRecord) -> dict[str, Any]:
    category = record.state["category"]
    policy = words("policy").get(category or "")
    return {
        "record": record,
        "state": record.state,
        "site": record.site,
        "phone": mask_phone(record.site.phone),
        "policy": policy,
        **_enums(),
    }


def _standing(session: Session, actor: Actor, record: SiteRecord, on: date) -> dict[str, Any]:
    """Return what the forms need by which a site leaves the ledger or returns."""
    return {
        "can_write": actor.role in WRITING_ROLES,
        "is_today": on == today(),
        "standing_version": session.get_one(Site, record.state["site_id"]).row_version,
        "LeavingKind": LeavingKind,
    }


def _enums() -> dict[str, Any]:
    """Return the enumerations that turn keys of rows into members with labels."""
    return {
        "Category": Category,
        "ManagementType": ManagementType,
        "InspectionStatus": InspectionStatus,
        "ServiceStar": ServiceStar,
        "field_words": words("field"),
        "column_words": words("column"),
        "ContactSlot": ContactSlot,
        "Utility": Utility,
        "SeparationItem": SeparationItem,
        "SeparationState": SeparationState,
        "yes_no": words("yes_no"),
        "kind_words": words("inspection_kind"),
        "result_words": words("inspection_result"),
        "colours": {one.value: colour for one, colour in COLOURS.items()},
        "unreported_colour": UNREPORTED_COLOUR,
    }


def _map_config(record: SiteRecord, geometry: dict[str, Any]) -> dict[str, Any]:
    category = record.state["category"]
    return {
        "geometry": geometry,
        "colour": COLOURS[Category(category)] if category else UNREPORTED_COLOUR,
        **ground_addresses(record.state["district_code"]),
    }
