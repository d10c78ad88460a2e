"""Management types as a set, and what they make of a site (S27, S42-S44, A5.2).

The table `MANAGEMENT` is the rule. Python reads it here; PostgreSQL gets functions written
from it (`geodata.store.rules`), and a test compares the two over every possible set.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ManagementType(StrEnum):
    """物业管理类型: a site may tick several, but 尚未实施 stands alone (S43)."""

    PROFESSIONAL = "professional"
    SIMPLE = "simple"
    UNIT_RUN = "unit_run"
    OWNER_RUN = "owner_run"
    NEIGHBOURHOOD_RUN = "neighbourhood_run"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a management type counts for.

    Attributes:
        covers: A site with it in force is covered.
        is_market: It counts for the market rate (市场化覆盖率).
    """

    covers: bool
    is_market: bool


MANAGEMENT: Final[dict[ManagementType, Meaning]] = {
    ManagementType.PROFESSIONAL: Meaning(covers=True, is_market=True),
    ManagementType.SIMPLE: Meaning(covers=True, is_market=False),
    ManagementType.UNIT_RUN: Meaning(covers=True, is_market=False),
    ManagementType.OWNER_RUN: Meaning(covers=True, is_market=False),
    ManagementType.NEIGHBOURHOOD_RUN: Meaning(covers=True, is_market=False),
    ManagementType.NONE: Meaning(covers=False, is_market=False),
}

SUBSIDY_COUNTS_AS: Final = ManagementType.SIMPLE
"""A site whose service fees are subsidised is also counted as this type (note 2, S44)."""


def effective_types(
    ticked: Iterable[ManagementType], *, subsidised: bool
) -> frozenset[ManagementType]:
    """Return the types a site counts for: what is ticked, and simple if subsidised (S44).

    尚未实施 gives way to any other type: a subsidy is paid for a service, so a row that ticks
    尚未实施 and claims a subsidy counts as simple here and is reported as a contradiction by
    the ledger's checks.

    Args:
        ticked: The types in force; empty when nothing was reported.
        subsidised: Whether the service fees are subsidised by the government.
    """
    types = frozenset(ticked)
    if subsidised:
        types |= {SUBSIDY_COUNTS_AS}
    return types - {ManagementType.NONE} if len(types) > 1 else types


def is_covered(types: Iterable[ManagementType]) -> bool:
    """Tell whether a site with these effective types in force is covered (A5.2)."""
    return any(MANAGEMENT[one].covers for one in types)


def is_market_covered(types: Iterable[ManagementType]) -> bool:
    """Tell whether the site is covered by a professional company (市场化, A5.2)."""
    return any(MANAGEMENT[one].is_market for one in types)


def are_consistent(ticked: Iterable[ManagementType], *, subsidised: bool) -> bool:
    """Tell whether ticks and subsidy can stand together: 尚未实施 excludes the rest (S43)."""
    types = frozenset(ticked)
    return ManagementType.NONE not in types or (len(types) == 1 and not subsidised)
