"""What may have become of a site between two days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ChangeKind(StrEnum):
    """One way in which a ledger differs from an earlier one; a site may show several."""

    JOINED = "joined"
    LEFT = "left"
    GAINED = "gained"
    LOST = "lost"
    MOVED = "moved"
    CATEGORY = "category"
    TYPES = "types"
    BOUNDARY = "boundary"
    OTHER = "other"

    @property
    def mark(self) -> str:
        """``gain``, ``loss`` or ``changed``: what it does to the covered."""
        return _MARKS.get(self, "changed")


_MARKS: Final = {
    ChangeKind.JOINED: "gain",
    ChangeKind.GAINED: "gain",
    ChangeKind.LEFT: "loss",
    ChangeKind.LOST: "loss",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts of a site on one day.

    Attributes:
        town: Code of the town it lies in.
        neighbourhood: Code of the neighbourhood, ``None`` if unknown.
        category: Its category, ``None`` if unreported.
        ticked: Types in force.
        effective: Types it counts for.
        is_covered: Whether it is covered.
    """

    town: str
    neighbourhood: str | None
    category: str | None
    ticked: frozenset[str]
    effective: frozenset[str]
    is_covered: bool


_SHAPES: Final = frozenset({"geom", "point"})
_TOLD_APART: Final = frozenset(
    {"category", "district_code", "town_code", "neighbourhood_code", "listed_on", "delisted_on"}
)
"""Columns whose change is told as another kind, or follows from one."""
_OF_SHAPES: Final = frozenset({"geom_source", "geom_accuracy_m", "geom_note"})


def change_kinds(
    before: Standing | None, after: Standing | None, fields: frozenset[str]
) -> Iterator[ChangeKind]:
    """Yield what became of a site.

    Coverage adds up: what is covered grew by the gained and the covered among the joined, and
    shrank by the lost and the covered among the left.

    Args:
        before: On the earlier day, ``None`` if it was not listed.
        after: On the later day, ``None`` if it is not listed.
        fields: Columns of its record that differ, and tables of what hangs on it.
    """
    if before is None or after is None:
        yield ChangeKind.LEFT if after is None else ChangeKind.JOINED
        return
    if before.is_covered != after.is_covered:
        yield ChangeKind.GAINED if after.is_covered else ChangeKind.LOST
    if (before.town, before.neighbourhood) != (after.town, after.neighbourhood):
        yield ChangeKind.MOVED
    if before.category != after.category:
        yield ChangeKind.CATEGORY
    if (before.ticked, before.effective) != (after.ticked, after.effective):
        yield ChangeKind.TYPES
    if fields & _SHAPES:
        yield ChangeKind.BOUNDARY
    if fields - _SHAPES - _OF_SHAPES - _TOLD_APART:
        yield ChangeKind.OTHER
