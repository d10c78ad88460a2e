"""What inspections and findings make of a site: its inspection status (S28-S31)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class InspectionKind(StrEnum):
    """Why somebody went there."""

    SELF_CHECK = "self_check"
    INSPECTION = "inspection"
    SUPERVISION = "supervision"
    REINSPECTION = "reinspection"
    ACCEPTANCE = "acceptance"


class InspectionResult(StrEnum):
    """What was seen."""

    PASSED = "passed"
    PROBLEMS = "problems"


class FindingStatus(StrEnum):
    """Where the rectification of a problem stands (S30); only the district closes it."""

    OPEN = "open"
    RECTIFYING = "rectifying"
    AWAITING_REINSPECTION = "awaiting_reinspection"
    CLOSED = "closed"


class InspectionStatus(StrEnum):
    """The one word a site shows on the map, worst first."""

    OVERDUE = "overdue"
    AWAITING_REINSPECTION = "awaiting_reinspection"
    RECTIFYING = "rectifying"
    PASSED = "passed"
    NOT_INSPECTED = "not_inspected"


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem found at a site.

    Attributes:
        status: Where it stands.
        due_on: Last day of the deadline, inclusive.
    """

    status: FindingStatus
    due_on: date


STEPS: Final = (
    ("closed_on", FindingStatus.CLOSED),
    ("handed_in_on", FindingStatus.AWAITING_REINSPECTION),
    ("started_on", FindingStatus.RECTIFYING),
)
"""The days of a finding, latest step first: the first one reached names its status."""

UNDONE_ON: Final = {"handed_in_on": "rejected_on"}
"""Days from which a step counts no more: proof that was sent back is not handed in."""


def finding_status(days: Mapping[str, date | None], on: date) -> FindingStatus:
    """Return where a finding stands on a day, from its days (see `STEPS`, `UNDONE_ON`)."""
    for step, status in STEPS:
        reached, undone = days.get(step), days.get(UNDONE_ON.get(step, ""))
        if reached is not None and reached <= on and not (undone is not None and undone <= on):
            return status
    return FindingStatus.OPEN


VERIFIED_WITHIN_DAYS: Final = 180
"""An inspection confirms a site's coverage for this many days (核实覆盖率, A5.2)."""


def finding_shows_as(status: FindingStatus, *, is_late: bool) -> InspectionStatus | None:
    """Return the status that one finding gives its site, ``None`` when it is closed.

    Past its deadline a problem is overdue unless the town has handed it in for reinspection:
    from then on it waits for the district.
    """
    if status is FindingStatus.CLOSED:
        return None
    if status is FindingStatus.AWAITING_REINSPECTION:
        return InspectionStatus.AWAITING_REINSPECTION
    return InspectionStatus.OVERDUE if is_late else InspectionStatus.RECTIFYING


def inspection_status(
    findings: Iterable[Finding], *, is_inspected: bool, on: date
) -> InspectionStatus:
    """Return a site's inspection status: that of its worst finding, else whether it was seen.

    Args:
        findings: All findings of the site known on the day.
        is_inspected: Whether any inspection took place up to the day.
        on: The day, inclusive.
    """
    shown = {finding_shows_as(one.status, is_late=one.due_on < on) for one in findings}
    shown.add(InspectionStatus.PASSED if is_inspected else InspectionStatus.NOT_INSPECTED)
    return next(status for status in InspectionStatus if status in shown)
