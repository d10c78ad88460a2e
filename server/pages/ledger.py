"""The ledger as a table that a clerk works in."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from geodata.domain.access import WRITING_ROLES
from geodata.domain.category import Category
from geodata.domain.division import DivisionKind
from geodata.domain.governance import ContactSlot
from geodata.domain.inspection import InspectionStatus
from geodata.domain.management import ManagementType
from geodata.domain.period import today
from geodata.domain.site import ServiceStar
from geodata.domain.vocabulary import UNREPORTED, Language, words
from geodata.store.queries.divisions import find_divisions
from maps.symbology import COLOURS, UNREPORTED_COLOUR
from server.actions.edit_site import MOST_AT_ONCE
from server.auth import Actor, ReadingSession
from server.i18n import language_of, word
from server.pages.context import Shown, ShownDistrict
from server.pages.record_fields import BULK, labels_of
from server.pages.render import page

router = APIRouter()

_FILTERS: Final = {
    "category": Category,
    "management_type": ManagementType,
    "inspection_status": InspectionStatus,
}
_WORDS: Final = (
    *("sites.name", "sites.households", "sites.coverage", "sites.covered", "sites.uncovered"),
    *("sites.since", "sites.status", "sites.category", "sites.management", "sites.shown"),
    *("sites.missing", "sites.missing_count", "sites.slots", "sites.overdue", "sites.nothing"),
    *("sites.none_yet", "sites.selected", "sites.failed", "sites.complete"),
    *("edit.failed", "bulk.done", "bulk.nothing", "bulk.refused_one", "towns.town"),
    *("towns.neighbourhood", "app.loading"),
)


@router.get("/sites")
def sites_page(request: Request, shown: ShownDistrict, session: ReadingSession) -> Response:
    """Show the ledger of a district; the rows come by themselves, filters stand in the address."""
    scope, district = shown.actor.scope, shown.district.code
    language = language_of(request)

    def places(kind: DivisionKind) -> list[Any]:
        return find_divisions(session, scope, kind=kind, district=district)

    return page(
        request,
        "sites.html",
        active="sites",
        is_past=shown.on < today(),
        may_edit=may_edit(shown),
        bulk=BULK,
        most_at_once=MOST_AT_ONCE,
        towns=places(DivisionKind.TOWN),
        neighbourhoods=places(DivisionKind.NEIGHBOURHOOD),
        filters=_FILTERS,
        none_type=ManagementType.NONE.value,
        yes_no=words("yes_no"),
        config=_config(shown, language),
        **shown.head(),
    )


def may_edit(shown: Shown) -> bool:
    """Tell whether the one who looks may change what is shown: a past day nobody may."""
    return is_writer(shown.actor) and shown.on >= today()


def is_writer(actor: Actor) -> bool:
    """Tell whether an actor's role changes the ledger."""
    return actor.role in WRITING_ROLES


def _config(shown: Shown, language: Language) -> dict[str, Any]:
    asked = {"district": shown.district.code, "on": shown.on.isoformat()}
    enums = (Category, ManagementType, InspectionStatus, ServiceStar)
    return {
        "source": f"/api/ledger?{urlencode(asked)}",
        "asked": asked,
        "mayEdit": may_edit(shown),
        "isPast": shown.on < today(),
        "unreported": UNREPORTED[language],
        "unreportedColour": UNREPORTED_COLOUR,
        "colours": {one.value: colour for one, colour in COLOURS.items()},
        "labels": {one.__name__: labels_of(one, language) for one in enums},
        "fields": {key: entry.label(language) for key, entry in words("field").items()},
        "slots": len(ContactSlot),
        "words": {key: word(key, language) for key in _WORDS},
    }
