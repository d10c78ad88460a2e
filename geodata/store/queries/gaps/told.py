"""A gap as lists, maps and programs tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from geodata.domain.category import Category
from geodata.domain.errors import DomainError
from geodata.domain.gap import GapKind
from geodata.domain.gap_rules import GAP_RULES, LAPSES_WITHIN_DAYS
from geodata.domain.policy import POLICIES
from geodata.store.queries.state import SiteFilter

_STANDALONE_CLAUSE: Final = "S17"


@dataclass(frozen=True, slots=True)
class GapKey:
    """Which gap: its kind, and the id of its site or candidate; of both sites of a double."""

    kind: GapKind
    subject: int
    other: int | None = None

    @classmethod
    def parse(cls, text: str) -> GapKey:
        """Return the key that an address names.

        Raises:
            DomainError: ``gap.not_found``.
        """
        kind, *numbers = text.split("-")
        known = {one.value: one for one in GapKind}
        wanted = 2 if kind == GapKind.DOUBLE else 1
        fits = kind in known and len(numbers) == wanted
        if not fits or not all(one.isdecimal() and one.isascii() for one in numbers):
            raise DomainError("gap.not_found", gap=text[:60])
        ids = [int(one) for one in numbers]
        if max(ids) >= 1 << 63:
            raise DomainError("gap.not_found", gap=text[:60])
        return cls(known[kind], *ids)

    def __str__(self) -> str:
        """Return the key as addresses name it."""
        parts = [self.kind.value, str(self.subject)]
        return "-".join(parts if self.other is None else [*parts, str(self.other)])


@dataclass(frozen=True, slots=True)
class Found:
    """A gap before it is told: what is missing, and the other site if there is one."""

    key: GapKey
    lacks: tuple[str, ...]
    other: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One gap.

    Attributes:
        key: Which.
        place: Columns that say what and where it is: name, address, codes and names of town and
            neighbourhood, category, households, buildings, longitude, latitude (EPSG:4490).
        since: Day since when it is so, where that is known.
        until: Day by which something ends.
        lacks: Keys of what is missing: requirements, services, problems of a boundary, or how
            two rows are alike.
        other: The other site of a double or of an overlap: ``id`` and ``name``.
        facts: What else its kind knows.
    """

    key: GapKey
    place: Mapping[str, Any]
    since: date | None = None
    until: date | None = None
    lacks: tuple[str, ...] = ()
    other: Mapping[str, Any] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def clause(self) -> str:
        """The row of the notice that it goes against."""
        category = self.place.get("category")
        if self.key.kind is GapKind.BELOW_POLICY and category is not None:
            return POLICIES[Category(category)].clause
        if category == Category.STANDALONE_BUILDING and self.key.kind in _OF_STANDALONE:
            return _STANDALONE_CLAUSE
        return GAP_RULES[self.key.kind].clause

    def days(self, on: date) -> int | None:
        """Return how many days it has been so by a day."""
        return None if self.since is None else (on - self.since).days

    def days_left(self, on: date) -> int | None:
        """Return how many days are left by a day; less than none where the end is past."""
        return None if self.until is None else (self.until - on).days


_OF_STANDALONE: Final = frozenset({GapKind.UNMANAGED, GapKind.BASIC_SERVICES})
"""Kinds that the notice speaks of by itself for standalone buildings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapFilter:
    """Which gaps to tell.

    Attributes:
        sites: Where, and at which sites.
        within_days: How many days ahead an end is told.
    """

    sites: SiteFilter = field(default_factory=SiteFilter)
    within_days: int = LAPSES_WITHIN_DAYS


@dataclass(frozen=True, slots=True)
class GapPage:
    """Some gaps of a list.

    Attributes:
        gaps: In the order in which they are worked through.
        total: How many there are.
        next_cursor: How many to leave out for the next page, ``None`` on the last.
    """

    gaps: list[Gap]
    total: int
    next_cursor: int | None
