"""What hangs on a site, put in words for its page and its form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from geodata.domain.governance import Contact, ContactSlot
from geodata.domain.roadmap import is_overdue
from geodata.domain.vocabulary import Language, words
from geodata.store.queries.hanging import Hanging
from server.i18n import word

_SLOT_LISTS: Final = {
    "contacts": "contact_slot",
    "utilities": "utility",
    "separation": "separation_item",
}
_HEADS: Final = {"contacts": "slot", "utilities": "utility", "separation": "item"}


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone, and whether its day has passed without it."""

    row: Any
    is_overdue: bool


def contacts_of(hanging: Hanging) -> list[Contact]:
    """Return the contacts as the domain counts them."""
    return [
        Contact(ContactSlot(one.slot), one.is_not_established, one.organisation, one.person)
        for one in hanging.contacts
    ]


def milestones_of(hanging: Hanging, on: date) -> list[Step]:
    """Return the milestones with their marks."""
    return [Step(one, is_overdue(one.due_on, one.done_on, on)) for one in hanging.milestones]


def about_label(about: str, language: Language, milestones: list[Step] | None = None) -> str:
    """Return what a piece of evidence is about."""
    group, _, key = about.partition(".")
    if group == "milestones":
        titles = {str(one.row.id): one.row.title for one in milestones or []}
        return f"{word('edit.group_roadmap', language)}: {titles.get(key, key)}"
    if key:
        head = words("column")[_HEADS[group]].label(language)
        return f"{head}: {words(_SLOT_LISTS[group])[key].label(language)}"
    known = {**words("column"), **words("field")}
    base = {"fee_min_yuan": "fee_yuan_m2_month", "fee_max_yuan": "fee_yuan_m2_month"}
    return known[base.get(about, about)].label(language)
