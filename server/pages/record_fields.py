"""The fields of a record as forms show them: in the groups of the notice's form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from geodata.domain.category import Category
from geodata.domain.ledger_rules import (
    CHOICES,
    COUNTS,
    DECIMALS,
    LONGEST_NAME,
    LONGEST_TEXT,
    SWITCHES,
    number_limits,
)
from geodata.domain.management import ManagementType
from geodata.domain.vocabulary import Language, group_of, words
from geodata.store.queries.sites import SiteRecord

Kind = Literal["text", "phone", "count", "decimal", "share", "switch", "choice", "ticks", "place"]

_OPTIONS: Final[dict[str, Any]] = {**CHOICES, "ticked_types": ManagementType}
_WORD_OF: Final = {
    "ticked_types": "management_type",
    "fee_min_yuan": "fee_yuan_m2_month",
    "fee_max_yuan": "fee_yuan_m2_month",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form.

    Attributes:
        key: As the interface names it.
        kind: How it is entered.
        word: Its key in the vocabulary's ``field`` or ``column``.
        options: The enumeration to choose from, ``None`` for others.
        least: Least number, ``None`` for others.
        most: Most of a number, or of letters.
    """

    key: str
    kind: Kind
    word: str
    options: Any = None
    least: int | None = None
    most: int | None = None

    def label(self, language: Language) -> str:
        """Return its name."""
        groups = (words("field"), words("column"))
        return next(group[self.word] for group in groups if self.word in group).label(language)


def _field(key: str) -> Field:
    word = _WORD_OF.get(key, key)
    if key in ("town", "neighbourhood"):
        return Field(key, "place", word)
    if key in SWITCHES:
        return Field(key, "switch", word)
    if key in _OPTIONS:
        return Field(key, "ticks" if key == "ticked_types" else "choice", word, _OPTIONS[key])
    if key in COUNTS or key in DECIMALS:
        least, most = number_limits(key)
        kind: Kind = "count" if key in COUNTS else "decimal"
        return Field(key, "share" if key == "collection_share" else kind, word, None, least, most)
    most = LONGEST_NAME if key == "name" else LONGEST_TEXT
    return Field(key, "phone" if key == "phone" else "text", word, most=most)


GROUPS: Final[dict[str, tuple[Field, ...]]] = {
    group: tuple(_field(key) for key in keys)
    for group, keys in {
        "basic": (
            *("name", "town", "neighbourhood", "address", "built_year", "floor_area_m2"),
            *("buildings", "households", "occupied_households", "developer", "note"),
        ),
        "category": ("category",),
        "management": ("ticked_types", "subsidised"),
        "star": (
            *("service_star", "is_ready_for_star", "readiness_reason"),
            *("has_cleaning", "has_security", "has_order"),
        ),
        "company": (
            *("company", "project_manager", "phone", "fee_min_yuan", "fee_max_yuan"),
            *("collection_share", "responsible", "grid_members"),
        ),
        "rules": ("owners_committee", "maintenance_fund"),
        "utilities": ("utility_handover",),
    }.items()
}
"""The groups of the form and their fields, in its order."""

BULK: Final = tuple(
    _field(key)
    for key in (
        *("town", "neighbourhood", "category", "ticked_types", "subsidised", "service_star"),
        *("company", "responsible", "owners_committee", "maintenance_fund", "utility_handover"),
        *("is_ready_for_star", "has_cleaning", "has_security", "has_order"),
    )
)
"""Fields that may be the same for many sites."""

SHOWN_FOR: Final = {
    "is_ready_for_star": Category.OLD_COMMUNITY,
    "readiness_reason": Category.OLD_COMMUNITY,
}
"""Fields that the notice asks of one category alone."""


def values_of(record: SiteRecord) -> dict[str, Any]:
    """Return a record's fields as scripts compare and send them."""
    site = record.site
    found: dict[str, Any] = {}
    for field in (one for fields in GROUPS.values() for one in fields):
        if field.key == "ticked_types":
            found[field.key] = sorted(record.state["ticked_types"])
        elif field.kind == "place":
            found[field.key] = getattr(site, f"{field.key}_code")
        else:
            value = getattr(site, field.key)
            found[field.key] = _plain(value) if field.kind in ("decimal", "share") else value
    return found


def _plain(value: Decimal | None) -> float | int | None:
    """Return a number as people write it: 1728, not 1728.0."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


def empty_values() -> dict[str, Any]:
    """Return the fields of a record that does not exist yet."""
    keys = (one.key for fields in GROUPS.values() for one in fields)
    return {**dict.fromkeys(keys), "ticked_types": []}


def labels_of(enum: Any, language: Language, *, short: bool = True) -> Mapping[str, str]:  # noqa: ANN401 - an enumeration
    """Return the labels of an enumeration by key."""
    return {key: word.label(language, short=short) for key, word in words(group_of(enum)).items()}
