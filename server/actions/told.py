"""Columns and their values as people read them."""

from __future__ import annotations

from typing import Any, Final

from geodata.domain.category import Category
from geodata.domain.governance import ContactSlot
from geodata.domain.inspection import InspectionKind, InspectionResult
from geodata.domain.management import ManagementType
from geodata.domain.personal import mask_phone
from geodata.domain.site import ServiceStar
from geodata.domain.site_plan import PlanState
from geodata.domain.utility import SeparationItem, SeparationState, Utility
from geodata.domain.vocabulary import Language, label, words

HIDDEN: Final = frozenset({"district_code", "geom_source", "digest", "media_type", "size_bytes"})
"""Columns that mean nothing to a reader of the ledger."""

_LABELLED: Final[dict[str, type[Any]]] = {
    "category": Category,
    "management_type": ManagementType,
    "service_star": ServiceStar,
    "kind": InspectionKind,
    "result": InspectionResult,
    "slot": ContactSlot,
    "utility": Utility,
    "item": SeparationItem,
    "state": SeparationState,
    "plan_state": PlanState,
}
_FIELD_OF: Final = {
    "geom": "boundary",
    "fee_min_yuan": "fee_yuan_m2_month",
    "fee_max_yuan": "fee_yuan_m2_month",
    "town_code": "town",
    "neighbourhood_code": "neighbourhood",
}
_TICK: Final = "✓"


def field_of(column: str) -> str:
    """Return the field of the form that a column holds, or a part of it."""
    return _FIELD_OF.get(column, column)


def field_name(column: str, language: Language) -> str:
    """Return the name of a column, as the ledger calls it."""
    key = field_of(column)
    for group in ("field", "column"):
        word = words(group).get(key)
        if word is not None:
            return word.label(language)
    return key


def value_text(column: str, value: Any, language: Language) -> str:  # noqa: ANN401 - JSON
    """Return a value for people: labels, yes and no, phones masked, shapes as a tick."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return words("yes_no")["yes" if value else "no"].label(language)
    if column in ("geom", "point"):
        return _TICK
    if column == "phone":
        return mask_phone(str(value)) or "—"
    if column in _LABELLED:
        return label(_LABELLED[column](value), language)
    return str(value)
