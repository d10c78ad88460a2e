"""A record as a form to fill in."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from geodata.domain.category import Category
from geodata.domain.division import DivisionKind
from geodata.domain.governance import ContactSlot, told_slots
from geodata.domain.management import ManagementType
from geodata.domain.period import today
from geodata.domain.personal import mask_phone
from geodata.domain.utility import SeparationItem, SeparationState, Utility
from geodata.domain.vocabulary import UNREPORTED, Language, words
from geodata.store.queries.divisions import find_divisions
from geodata.store.queries.sites import get_site
from server.actions.file_kinds import MEDIA_TYPES
from server.api.received_files import MOST_BYTES
from server.api.sites import hanging_json, missing_of
from server.auth import ReadingSession, WritingActor
from server.i18n import language_of, word
from server.pages.context import Shown, shown
from server.pages.hanging import about_label, contacts_of, milestones_of
from server.pages.policy_panel import verdict_of
from server.pages.record_fields import GROUPS, SHOWN_FOR, empty_values, labels_of, values_of
from server.pages.render import page

router = APIRouter()

_WORDS: Final = (
    *("edit.saved", "edit.saved_warnings", "edit.unsaved", "edit.failed", "edit.not_a_number"),
    *("edit.mine", "edit.standing", "edit.by_at", "edit.not_asked", "edit.choose_all"),
    *("edit.faults", "edit.nothing_changed", "edit.done"),
    *("edit.effective_on", "edit.follow", "edit.asked_anew"),
)
_GROUP_WORDS: Final = (
    *("edit.group_basic", "edit.group_category", "edit.group_management", "edit.group_star"),
    *("edit.group_company", "edit.group_rules", "edit.group_contacts", "edit.group_utilities"),
    *("edit.group_separation", "edit.group_roadmap", "edit.group_evidence"),
)
"""Headings of the form, in its order."""

_ALONE: Final = ("contacts", "utilities", "separation", "roadmap", "evidence")
"""Groups that a site must be there for."""


@router.get("/sites/new")
def new_site_page(
    request: Request,
    actor: WritingActor,
    session: ReadingSession,
    district: str | None = None,
) -> Response:
    """Show an empty form."""
    shows = shown(actor, session, today(), district)
    towns, neighbourhoods = _places(session, shows)
    values = empty_values()
    if len(towns) == 1:
        values["town"] = towns[0].code
    if len(neighbourhoods) == 1:
        values["neighbourhood"] = neighbourhoods[0].code
    return page(
        request,
        "site_edit.html",
        active="sites",
        record=None,
        values=values,
        missing=(),
        verdict=None,
        config=_config(language_of(request), values, {}, None),
        towns=towns,
        neighbourhoods=neighbourhoods,
        **_lists(is_new=True),
        **shows.head(),
    )


@router.get("/sites/{site_id}/edit")
def edit_page(
    site_id: int, request: Request, actor: WritingActor, session: ReadingSession
) -> Response:
    """Show a record's form."""
    record = get_site(session, actor.scope, site_id, on=today())
    shows = shown(actor, session, today(), record.state["district_code"])
    towns, neighbourhoods = _places(session, shows)
    language, values = language_of(request), values_of(record)
    hanging = hanging_json(record.hanging)
    values["phone"] = mask_phone(record.site.phone)
    return page(
        request,
        "site_edit.html",
        active="sites",
        record=record,
        values=values,
        hanging=hanging,
        slots_told=told_slots(contacts_of(record.hanging)),
        milestones=milestones_of(record.hanging, today()),
        missing=missing_of(record),
        verdict=verdict_of(record),
        in_force=[
            one
            for one in record.arrangements
            if one.ends_on is None and one.management_type != ManagementType.NONE
        ],
        ManagementType=ManagementType,
        config=_config(language, values, hanging, record),
        towns=towns,
        neighbourhoods=neighbourhoods,
        **_lists(is_new=False),
        **shows.head(),
    )


def _places(session: ReadingSession, shows: Shown) -> tuple[list[Any], list[Any]]:
    scope, district = shows.actor.scope, shows.district.code
    towns, neighbourhoods = (
        find_divisions(session, scope, kind=kind, district=district)
        for kind in (DivisionKind.TOWN, DivisionKind.NEIGHBOURHOOD)
    )
    return towns, neighbourhoods


def _lists(*, is_new: bool) -> dict[str, Any]:
    """Return the lists that the form is made of."""
    keys = [one.removeprefix("edit.group_") for one in _GROUP_WORDS]
    return {
        "is_new": is_new,
        "group_keys": [key for key in keys if not (is_new and key in _ALONE)],
        "groups": GROUPS,
        "shown_for": SHOWN_FOR,
        "none_type": ManagementType.NONE.value,
        "ContactSlot": ContactSlot,
        "Utility": Utility,
        "SeparationItem": SeparationItem,
        "SeparationState": SeparationState,
        "Category": Category,
        "field_words": words("field"),
        "column_words": words("column"),
        "yes_no": words("yes_no"),
        "about_label": about_label,
        "accepted": ",".join(f".{one}" for one in MEDIA_TYPES),
        "most_mb": MOST_BYTES >> 20,
    }


def _config(
    language: Language,
    values: dict[str, Any],
    hanging: dict[str, Any],
    record: Any,  # noqa: ANN401
) -> dict[str, Any]:
    """Return what the form's script needs to know."""
    fields = {one.key: one.label(language) for some in GROUPS.values() for one in some}
    enums = {"category": Category, "service_star": None, "ticked_types": ManagementType}
    choices = {
        field.key: labels_of(field.options, language)
        for some in GROUPS.values()
        for field in some
        if field.key in enums
    }
    groups = {"contacts": ContactSlot, "utilities": Utility, "separation": SeparationItem}
    return {
        "site": record.site.id if record else None,
        "version": record.site.row_version if record else None,
        "values": values,
        "slots": {group: hanging.get(group, {}) for group in groups},
        "fieldNames": fields,
        "slotNames": {group: labels_of(enum, language) for group, enum in groups.items()},
        "columnNames": {key: one.label(language) for key, one in words("column").items()}
        | {"phone": fields["phone"], "note": fields["note"]},
        "choices": choices | {"state": labels_of(SeparationState, language)},
        "yes": words("yes_no")["yes"].label(language),
        "no": words("yes_no")["no"].label(language),
        "unreported": UNREPORTED[language],
        "words": {key: word(key, language) for key in (*_WORDS, *_GROUP_WORDS)},
    }
