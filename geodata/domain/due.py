"""Which sites should be visited, why, and how much a visit would tell (S28-S31).

Visits are derived from what is known, never typed: the first reason that holds is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import log2
from typing import Final

from geodata.domain.category import Category

NEAR_DAYS: Final = 5
"""A deadline so many days ahead is near."""
LONG_UNSEEN_DAYS: Final = 45
"""After so many days without a visit a managed site is worth another look (U5)."""


class VisitReason(StrEnum):
    """Why somebody should go, the most telling first."""

    REINSPECTION = "reinspection"
    OVERDUE_FINDING = "overdue_finding"
    SAMPLED = "sampled"
    STAGE = "stage"
    DEADLINE_NEAR = "deadline_near"
    UNVERIFIED = "unverified"
    LONG_UNSEEN = "long_unseen"
    NEVER_SEEN = "never_seen"
    CHOSEN = "chosen"


EVIDENCE: Final[dict[VisitReason, int]] = {
    VisitReason.REINSPECTION: 90,
    VisitReason.OVERDUE_FINDING: 80,
    VisitReason.SAMPLED: 75,
    VisitReason.STAGE: 65,
    VisitReason.DEADLINE_NEAR: 60,
    VisitReason.UNVERIFIED: 50,
    VisitReason.LONG_UNSEEN: 30,
    VisitReason.NEVER_SEEN: 25,
    VisitReason.CHOSEN: 20,
}
"""Points of a visit: a reinspection closes something, a second look tells little."""

_MOST_FOR_SIZE: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFacts:
    """What is known about a site on a day.

    Attributes:
        is_covered: Whether it is managed, as the ledger claims.
        is_verified: Whether an inspection has confirmed that lately.
        last_inspected_on: Last visit.
        awaiting_since: Since when a finding waits for reinspection.
        overdue_on: Deadline of the finding that is overdue for longest.
        next_due_on: The nearest deadline of a finding that is not overdue.
        is_sampled: Whether a sample was drawn with it and it has not been seen since.
        is_staged: Whether the campaign's present stage asks for a visit that was not made yet.
        households: How many, 0 for not known.
    """

    is_covered: bool
    is_verified: bool
    last_inspected_on: date | None = None
    awaiting_since: date | None = None
    overdue_on: date | None = None
    next_due_on: date | None = None
    is_sampled: bool = False
    is_staged: bool = False
    households: int = 0


@dataclass(frozen=True, slots=True)
class DueVisit:
    """A visit that should be made.

    Attributes:
        reason: Why.
        days: What the reason counts: days waited, overdue, left, or since the last visit;
            ``None`` where it counts nothing.
        value: Points, 1-100.
        is_required: Whether it cannot be left for another week.
    """

    reason: VisitReason
    days: int | None
    value: int
    is_required: bool


def due_visit(facts: VisitFacts, on: date) -> DueVisit | None:
    """Return the visit that a site needs on a day, ``None`` for none."""
    found = _reason(facts, on)
    return None if found is None else _visit(*found, facts.households)


def chosen_visit(facts: VisitFacts, on: date) -> DueVisit:
    """Return the visit to a site that somebody chose, whether or not it is due."""
    return due_visit(facts, on) or _visit(VisitReason.CHOSEN, None, facts.households)


def _visit(reason: VisitReason, days: int | None, households: int) -> DueVisit:
    size = min(_MOST_FOR_SIZE, round(log2(1 + households / 100) * 3))
    urgent = (VisitReason.REINSPECTION, VisitReason.OVERDUE_FINDING, VisitReason.SAMPLED)
    return DueVisit(reason, days, min(100, EVIDENCE[reason] + size), reason in urgent)


def _reason(facts: VisitFacts, on: date) -> tuple[VisitReason, int | None] | None:
    since = _days(facts.last_inspected_on, on)
    left = None if facts.next_due_on is None else (facts.next_due_on - on).days
    holding = (
        (VisitReason.REINSPECTION, _days(facts.awaiting_since, on), facts.awaiting_since),
        (VisitReason.OVERDUE_FINDING, _days(facts.overdue_on, on), facts.overdue_on),
        (VisitReason.SAMPLED, None, facts.is_sampled),
        (VisitReason.STAGE, None, facts.is_staged),
        (VisitReason.DEADLINE_NEAR, left, left is not None and 0 <= left <= NEAR_DAYS),
        (VisitReason.UNVERIFIED, since, facts.is_covered and not facts.is_verified),
        (VisitReason.NEVER_SEEN, None, since is None),
        (VisitReason.LONG_UNSEEN, since, (since or 0) >= LONG_UNSEEN_DAYS),
    )
    return next(((reason, days) for reason, days, holds in holding if holds), None)


def _days(since: date | None, on: date) -> int | None:
    return None if since is None else (on - since).days


SERVICE_MINUTES: Final[dict[Category | None, tuple[int, float, int]]] = {
    Category.COMMODITY_HOUSING: (25, 1.5, 60),
    Category.OLD_COMMUNITY: (25, 1.5, 60),
    Category.NEW_RURAL: (20, 1.0, 45),
    Category.INSTITUTION_RUN: (20, 1.5, 45),
    Category.ENTERPRISE_RUN: (20, 1.5, 45),
    Category.STANDALONE_BUILDING: (12, 3.0, 20),
    None: (20, 1.5, 45),
}
"""Minutes of a visit by category: at first, for each building, and at most; a first guess."""


def service_minutes(category: Category | None, buildings: int | None) -> int:
    """Return how long a visit to a site takes."""
    base, each, most = SERVICE_MINUTES[category]
    return min(most, round(base + each * (buildings or 1)))
