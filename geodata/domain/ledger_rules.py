"""What a row of the ledger must satisfy, whether a file or a person brings it (LEDGER, notes 1-3).

`breaches` looks at a whole row, `value_faults` at single values as a person enters them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from decimal import Decimal
from typing import Final, Protocol

from geodata.domain.category import Category
from geodata.domain.errors import Severity
from geodata.domain.management import ManagementType, are_consistent
from geodata.domain.site import ServiceStar

FIRST_YEAR: Final = 1900
LONGEST_NAME: Final = 60
LONGEST_TEXT: Final = 500
HIGHEST_FEE_YUAN: Final = 50
MOST: Final = 1_000_000_000
"""No count or area of one site is larger; the columns of the store hold no more."""

TEXTS: Final = (
    *("name", "address", "company", "developer", "project_manager", "phone", "note"),
    *("readiness_reason", "responsible"),
)
COUNTS: Final = (*("built_year", "buildings", "households", "occupied_households", "grid_members"),)
DECIMALS: Final[dict[str, int]] = {
    "floor_area_m2": 2,
    "fee_min_yuan": 2,
    "fee_max_yuan": 2,
    "collection_share": 4,
}
"""Fields with decimals, and how many of them the store keeps."""

SWITCHES: Final = (
    *("subsidised", "owners_committee", "maintenance_fund", "utility_handover"),
    *("is_ready_for_star", "has_cleaning", "has_security", "has_order"),
)
CHOICES: Final = {"category": Category, "service_star": ServiceStar}
FIELDS: Final = (*TEXTS, *COUNTS, *DECIMALS, *SWITCHES, *CHOICES)
"""What a person may enter about a site, beside its place and its ticks."""

_PHONE: Final = re.compile(r"\+?[\d() -]{5,20}(?:(?:转|-|x|ext\.?) ?\d{1,6})?", re.IGNORECASE)
_PHONES: Final = re.compile(r"\s*[,;/、，；]\s*")


class LedgerRow(Protocol):
    """What the rules look at; `SiteDraft` is one."""

    @property
    def category(self) -> Category | None: ...  # noqa: D102 - as in `SiteDraft`
    @property
    def ticked_types(self) -> frozenset[ManagementType]: ...  # noqa: D102
    @property
    def service_star(self) -> ServiceStar | None: ...  # noqa: D102
    @property
    def company(self) -> str | None: ...  # noqa: D102
    @property
    def subsidised(self) -> bool | None: ...  # noqa: D102
    @property
    def buildings(self) -> int | None: ...  # noqa: D102
    @property
    def households(self) -> int | None: ...  # noqa: D102
    @property
    def occupied_households(self) -> int | None: ...  # noqa: D102
    @property
    def fee_min_yuan(self) -> float | Decimal | None: ...  # noqa: D102
    @property
    def fee_max_yuan(self) -> float | Decimal | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule that a row does not satisfy.

    Attributes:
        severity: An error keeps the row out, a warning is told.
        code: As in `DomainError`.
        field: Where it is to be mended.
        value: What stands there, as text.
        looks_at: All fields that the rule compares.
        facts: More of what the sentence needs.
    """

    severity: Severity
    code: str
    field: str
    value: str = ""
    looks_at: Collection[str] = ()
    facts: Mapping[str, object] = dataclass_field(default_factory=dict)


def breaches(row: LedgerRow) -> Iterator[Breach]:
    """Yield the rules that look at more than one cell and that a row does not satisfy."""
    yield from _of_ticks(row)
    if row.category is Category.STANDALONE_BUILDING and row.buildings not in (None, 1):
        yield Breach(
            Severity.ERROR,
            "ledger.standalone_buildings",
            "buildings",
            str(row.buildings),
            ("category", "buildings"),
        )
    households, occupied = row.households, row.occupied_households
    if households is not None and (occupied or 0) > households:
        yield Breach(
            Severity.ERROR,
            "ledger.occupied_exceeds",
            "occupied_households",
            str(occupied),
            ("households", "occupied_households"),
        )
    low, high = row.fee_min_yuan, row.fee_max_yuan
    if low is not None and high is not None and low > high:
        code, asked = "entry.fees_reversed", ("fee_min_yuan", "fee_max_yuan")
        yield Breach(Severity.ERROR, code, "fee_max_yuan", str(high), asked)


def _of_ticks(row: LedgerRow) -> Iterator[Breach]:
    types = row.ticked_types
    if not types:
        looks_at = ("management_type",)
        yield Breach(Severity.WARNING, "ledger.management_missing", "management_type", "", looks_at)
    if not are_consistent(types, subsidised=False):
        looks_at = ("management_type",)
        yield Breach(Severity.ERROR, "ledger.none_excludes", "management_type", "", looks_at)
    elif not are_consistent(types, subsidised=bool(row.subsidised)):
        asked = ("management_type", "subsidised")
        yield Breach(Severity.ERROR, "ledger.none_subsidised", "subsidised", "是", asked)
    if ManagementType.PROFESSIONAL in types and row.service_star is None:
        asked = ("management_type", "service_star")
        yield Breach(Severity.WARNING, "ledger.star_missing", "service_star", "", asked)
    if types and ManagementType.NONE not in types and not row.company:
        asked = ("management_type", "company")
        yield Breach(Severity.WARNING, "ledger.company_missing", "company", "", asked)


def value_faults(values: Mapping[str, object], *, this_year: int) -> Iterator[Breach]:
    """Yield what is wrong with single values, as a person enters them.

    Args:
        values: By field, tidied; ``None`` is 未填报 and wrong only where a value must stand.
        this_year: No site was built later.
    """
    for name, value in values.items():
        if name == "name" and not value:
            yield Breach(Severity.ERROR, "listing.name_missing", name)
        elif name == "category" and value is None:
            yield Breach(Severity.ERROR, "ledger.category_count", name)
        elif isinstance(value, str) and name in TEXTS:
            yield from _of_text(name, value)
        elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            yield from _of_number(name, float(value), this_year)


def _of_text(name: str, value: str) -> Iterator[Breach]:
    most = LONGEST_NAME if name == "name" else LONGEST_TEXT
    if len(value) > most:
        yield Breach(Severity.ERROR, "entry.too_long", name, facts={"most": most})
    if name == "phone" and not is_phone(value):
        yield Breach(Severity.ERROR, "entry.phone", name)


def is_phone(text: str) -> bool:
    """Tell whether a text is one phone number, or several."""
    return all(_PHONE.fullmatch(one) for one in _PHONES.split(text))


def _of_number(name: str, value: float, this_year: int) -> Iterator[Breach]:
    least, most = number_limits(name, this_year)
    if not least <= value <= most:
        facts = {"least": least, "most": most}
        yield Breach(Severity.ERROR, "entry.out_of_range", name, str(value), facts=facts)


def number_limits(name: str, this_year: int | None = None) -> tuple[int, int]:
    """Return the least and the most that a field with a number may hold."""
    year = this_year or date.today().year  # noqa: DTZ011 - a year
    limits = {
        "built_year": (FIRST_YEAR, year),
        "buildings": (1, MOST),
        "fee_min_yuan": (0, HIGHEST_FEE_YUAN),
        "fee_max_yuan": (0, HIGHEST_FEE_YUAN),
        "collection_share": (0, 1),
    }
    return limits.get(name, (0, MOST))


def tidied(text: str | None) -> str | None:
    """Return a text without control marks and needless blanks, ``None`` when nothing is left."""
    if text is None:
        return None
    kept = "".join(one if one.isprintable() else " " for one in text if one != "\ufeff")
    return " ".join(kept.split()) or None
