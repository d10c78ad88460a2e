"""Monthly reports of towns, and months that are closed (S37, S38)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from geodata.domain.period import is_on_time, last_day_of, report_deadline


class ReportState(StrEnum):
    """Where a monthly report stands."""

    OPEN = "open"
    SUBMITTED = "submitted"
    RETURNED = "returned"


class ReportTiming(StrEnum):
    """Whether a report came in time."""

    ON_TIME = "on_time"
    LATE = "late"
    MISSING = "missing"
    NOT_DUE = "not_due"


NARRATIVES: Final = ("progress", "problems", "next_steps")
"""All that a town types: what was done, what is wrong, what comes next."""

FIGURES: Final = (
    *("sites", "covered", "market", "verified", "households", "covered_households"),
    *("standalone", "standalone_covered", "plans", "findings_opened", "findings_closed"),
)
"""What the ledger fills in, in the order of the form."""

RULES_VERSION: Final = "1"
"""Of the definitions behind figures; frozen with each closed month."""


def timing(month: date, submitted_at: datetime | None, now: datetime) -> ReportTiming:
    """Return whether the report of a month came in time: up to the 26th, 23:59:59."""
    deadline = report_deadline(month)
    if submitted_at is not None:
        return ReportTiming.ON_TIME if is_on_time(submitted_at, deadline) else ReportTiming.LATE
    return ReportTiming.NOT_DUE if is_on_time(now, deadline) else ReportTiming.MISSING


def figures_day(month: date, on: date) -> date:
    """Return the day whose figures a month tells: its last, or today while it runs."""
    return min(last_day_of(month), on)


def month_before(month: date) -> date:
    """Return the first day of the month before."""
    return (
        month.replace(year=month.year - 1, month=12)
        if month.month == 1
        else month.replace(month=month.month - 1)
    )


def differences(
    figures: Mapping[str, float], before: Mapping[str, float] | None
) -> dict[str, float]:
    """Return how much each figure has changed since the month before; nothing without one."""
    if before is None:
        return {}
    return {name: figures[name] - before.get(name, 0) for name in figures}
