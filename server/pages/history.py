"""What changed at a site, told in the words of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from geodata.domain.category import Category
from geodata.domain.inspection import InspectionKind, InspectionResult
from geodata.domain.management import ManagementType
from geodata.domain.personal import mask_phone
from geodata.domain.site import ServiceStar
from geodata.domain.vocabulary import Language, label, words
from geodata.store.tables import SiteVersion

_LABELLED: Final[dict[str, type[Any]]] = {
    "category": Category,
    "management_type": ManagementType,
    "service_star": ServiceStar,
    "kind": InspectionKind,
    "result": InspectionResult,
}
_UNTOLD: Final = frozenset(
    {
        "id",
        "site_id",
        "inspection_id",
        "row_version",
        "source_row",
        "district_code",
        "town_code",
        "neighbourhood_code",
        "point",
        "geom_source",
        "listed_on",
        "fee_max_yuan",
    }
)
_FIELD_OF: Final = {"geom": "boundary", "fee_min_yuan": "fee_yuan_m2_month"}


@dataclass(frozen=True, slots=True)
class Event:
    """One change for people.

    Attributes:
        on: Day from which it holds.
        subject: Table it happened in.
        act: created, changed or ended.
        by: Who.
        reason: Why.
        changes: Name, before and after of each value; phones are masked.
    """

    on: date
    subject: str
    act: str
    by: str
    reason: str
    changes: list[tuple[str, str, str]]


def events(versions: Iterable[SiteVersion], language: Language) -> list[Event]:
    """Return a site's changes in the order given."""
    return [
        Event(
            on=version.effective_on,
            subject=version.subject,
            act=_act(version),
            by=version.changed_by,
            reason=version.reason,
            changes=changes(version.old or {}, version.new or {}, language),
        )
        for version in versions
    ]


def _act(version: SiteVersion) -> str:
    if version.old is None:
        return "created"
    return "ended" if version.new is None else "changed"


def changes(
    old: Mapping[str, Any], new: Mapping[str, Any], language: Language
) -> list[tuple[str, str, str]]:
    """Return name, before and after of each value that differs, as people read them."""
    names = [name for name in {**old, **new} if name not in _UNTOLD]
    return [
        (
            _name(name, language),
            _text(name, old.get(name), language),
            _text(name, new.get(name), language),
        )
        for name in names
        if old.get(name) != new.get(name)
    ]


def _name(column: str, language: Language) -> str:
    key = _FIELD_OF.get(column, column)
    for group in ("field", "column"):
        word = words(group).get(key)
        if word is not None:
            return word.label(language)
    return key


def _text(column: str, value: Any, language: Language) -> str:  # noqa: ANN401 - JSON
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return words("yes_no")["yes" if value else "no"].label(language)
    if column == "geom":
        return "✓"
    if column == "phone":
        return mask_phone(str(value)) or "—"
    if column in _LABELLED:
        return label(_LABELLED[column](value), language)
    return str(value)
