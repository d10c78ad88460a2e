"""How a plan of visits is made, and what becomes of its stops on the day."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class VisitPlanStatus(StrEnum):
    """Where the making of a plan stands."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


class StopState(StrEnum):
    """What became of a stop."""

    PLANNED = "planned"
    DONE = "done"
    SKIPPED = "skipped"
    POSTPONED = "postponed"


FROZEN_STATES: Final = frozenset({StopState.DONE})
"""Stops that a new plan of the day leaves where they are."""


@dataclass(frozen=True, slots=True)
class Workday:
    """A usual day of an inspector, in seconds after midnight.

    Attributes:
        starts_s: Leaves the office.
        ends_s: Is back.
        lunch_earliest_s: Lunch begins then at the earliest.
        lunch_latest_s: Lunch begins then at the latest.
        lunch_s: How long it is.
    """

    starts_s: int
    ends_s: int
    lunch_earliest_s: int
    lunch_latest_s: int
    lunch_s: int


WORKDAY: Final = Workday(9 * 3600, 17 * 3600, 11 * 3600 + 1800, 13 * 3600, 3600)
"""Nine to five with an hour for lunch (U5)."""
MOST_VISITS: Final = 2_000
MOST_SHIFTS: Final = 120
TOWN_CHANGE_S: Final = 600
"""What going to another town counts, where towns are to be kept together."""
BALANCE_S: Final = 1_200
"""Seconds of travel that an hour less between the busiest and the idlest inspector is worth."""
OFF_SITE_M: Final = 200
"""Farther from the boundary than this a visit needs a reason (U6)."""
