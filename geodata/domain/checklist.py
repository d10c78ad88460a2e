"""What an inspection asks, item by item with its clause, and the six scores (S28-S31, S40)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from geodata.domain.category import Category
from geodata.domain.inspection import InspectionKind


class CheckItem(StrEnum):
    """One question of the form."""

    MANAGED = "managed"
    LEDGER_TRUE = "ledger_true"
    CLEANING = "cleaning"
    SECURITY = "security"
    ORDER = "order"
    STANDARD_POSTED = "standard_posted"
    CONTRACT_POSTED = "contract_posted"
    FOUR_CONTACTS = "four_contacts"
    RESPONSIBLE_NAMED = "responsible_named"
    HANDOVER = "handover"
    PLAN_IN_FORCE = "plan_in_force"
    MECHANISM = "mechanism"


class CheckAnswer(StrEnum):
    """What was seen of it."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"


class SixScore(StrEnum):
    """六最: what the notice wants to be best; optional, 1-5 (S40)."""

    CLEANEST = "cleanest"
    MOST_ORDERLY = "most_orderly"
    MOST_CIVIL = "most_civil"
    MOST_HARMONIOUS = "most_harmonious"
    SAFEST = "safest"
    HAPPIEST = "happiest"


LEAST_SCORE: Final = 1
MOST_SCORE: Final = 5


@dataclass(frozen=True, slots=True)
class ItemRule:
    """Where an item is asked.

    Attributes:
        clause: Row of the notice.
        categories: Only at these, empty for all.
        kinds: Only in these inspections, empty for all.
    """

    clause: str
    categories: frozenset[Category] = frozenset()
    kinds: frozenset[InspectionKind] = frozenset()


_SIMPLE: Final = frozenset({Category.OLD_COMMUNITY, Category.STANDALONE_BUILDING})
CHECKLIST: Final[dict[CheckItem, ItemRule]] = {
    CheckItem.MANAGED: ItemRule("S26"),
    CheckItem.LEDGER_TRUE: ItemRule("S22"),
    CheckItem.CLEANING: ItemRule("S12"),
    CheckItem.SECURITY: ItemRule("S12"),
    CheckItem.ORDER: ItemRule("S12"),
    CheckItem.STANDARD_POSTED: ItemRule("S11", frozenset({Category.COMMODITY_HOUSING})),
    CheckItem.CONTRACT_POSTED: ItemRule("S19"),
    CheckItem.FOUR_CONTACTS: ItemRule("S06"),
    CheckItem.RESPONSIBLE_NAMED: ItemRule("S17", _SIMPLE | {Category.NEW_RURAL}),
    CheckItem.HANDOVER: ItemRule("S16", frozenset({Category.ENTERPRISE_RUN})),
    CheckItem.PLAN_IN_FORCE: ItemRule("S24"),
    CheckItem.MECHANISM: ItemRule("S28", kinds=frozenset({InspectionKind.SELF_CHECK})),
}


def items_for(category: Category | None, kind: InspectionKind) -> list[CheckItem]:
    """Return what is asked at a site of a category (``None``: not reported), in order."""
    return [
        item
        for item, rule in CHECKLIST.items()
        if (not rule.categories or category in rule.categories)
        and (not rule.kinds or kind in rule.kinds)
    ]
