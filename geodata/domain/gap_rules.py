"""What each kind of gap asks for, and what may be decided about it (S11-S19, S26-S27, S39)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from geodata.domain.gap import GapDecision, GapKind
from geodata.domain.leaving import LeavingKind

LAPSES_WITHIN_DAYS: Final = 60
"""A contract that ends within so many days is a gap to come: time enough to renew it."""

EMERGENCY_MONTHS: Final = 6
"""How long emergency service may last, by the Zibo regulation, art. 50 (S39)."""

DOUBLE_SHARE: Final = 0.5
"""Two sites that share so much of the smaller one's ground are one place listed twice."""


@dataclass(frozen=True, slots=True)
class GapRule:
    """What is known of one kind of gap.

    Attributes:
        clause: The row of the notice that it goes against.
        decisions: What may be decided about it; where nothing may, the record is put right.
    """

    clause: str
    decisions: tuple[GapDecision, ...] = ()


_NOT_HOUSING: Final = (
    GapDecision.NON_RESIDENTIAL,
    GapDecision.DEMOLISHED,
    GapDecision.UNDER_CONSTRUCTION,
    GapDecision.DUPLICATE,
)

GAP_RULES: Final[dict[GapKind, GapRule]] = {
    GapKind.UNMANAGED: GapRule("S26", (GapDecision.MERGE, *_NOT_HOUSING)),
    GapKind.MISSING: GapRule(
        "S22",
        (
            GapDecision.NEW_STANDALONE,
            GapDecision.NEW_COMMUNITY,
            GapDecision.MERGE,
            *_NOT_HOUSING,
        ),
    ),
    GapKind.OUTSIDE_BOUNDARY: GapRule("S22"),
    GapKind.BELOW_POLICY: GapRule("S10"),
    GapKind.ABOUT_TO_LAPSE: GapRule("S39"),
    GapKind.BASIC_SERVICES: GapRule("S12"),
    GapKind.DOUBLE: GapRule("S22", (GapDecision.DUPLICATE, GapDecision.DISTINCT)),
}
"""All kinds. The clause of a site below policy is that of its category's policy."""

LEAVES_AS: Final[dict[GapDecision, LeavingKind]] = {
    GapDecision.MERGE: LeavingKind.MERGED,
    GapDecision.DEMOLISHED: LeavingKind.DEMOLISHED,
    GapDecision.DUPLICATE: LeavingKind.DUPLICATE,
    GapDecision.NON_RESIDENTIAL: LeavingKind.MISTAKEN,
    GapDecision.UNDER_CONSTRUCTION: LeavingKind.MISTAKEN,
}
"""How a listed site leaves the ledger when this is decided about it."""
