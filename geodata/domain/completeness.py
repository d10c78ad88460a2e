"""Which of the ledger's questions nobody has answered for a site (未填报)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from geodata.domain.management import ManagementType, is_covered

_ALWAYS: Final = (
    *("neighbourhood", "address", "built_year", "floor_area_m2", "buildings"),
    *("households", "occupied_households", "category", "management_type"),
)
_OF_THE_PROFESSIONAL: Final = ("service_star",)
_OF_THE_MANAGED: Final = ("company", "project_manager", "phone", "fee_yuan_m2_month")
_YES_NO: Final = ("subsidised", "owners_committee", "maintenance_fund", "utility_handover")

ASKED: Final = (*_ALWAYS, *_OF_THE_PROFESSIONAL, *_OF_THE_MANAGED, *_YES_NO)
"""Fields of the form that count, in its order; remarks are free."""

_STANDS_IN: Final = {
    "neighbourhood": "neighbourhood_code",
    "fee_yuan_m2_month": "fee_min_yuan",
    "management_type": "ticked_types",
}

COLUMNS_ASKED: Final = tuple(
    _STANDS_IN.get(name, name) for name in ASKED if name != "management_type"
)
"""Columns of a site that `missing_fields` looks at, beside its ticks."""


def missing_fields(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields of the form that a site leaves empty, in the form's order (S45).

    A star is asked of professional management only, company, contact and fee where anybody
    manages. A zero and a 否 are answers.

    Args:
        row: Columns of the site, and ``ticked_types`` in force.
    """
    asked = _asked_of(tuple(row["ticked_types"]))
    return tuple(name for name in ASKED if name in asked and _is_empty(row, name))


@cache
def _asked_of(types: tuple[str, ...]) -> frozenset[str]:
    ticked = [ManagementType(one) for one in types]
    asked = frozenset((*_ALWAYS, *_YES_NO))
    if ManagementType.PROFESSIONAL in ticked:
        asked |= frozenset(_OF_THE_PROFESSIONAL)
    return asked | frozenset(_OF_THE_MANAGED) if is_covered(ticked) else asked


def _is_empty(row: Mapping[str, Any], name: str) -> bool:
    value = row[_STANDS_IN.get(name, name)]
    return value is None or value in ("", [])
