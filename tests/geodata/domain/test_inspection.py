"""The one word that inspections and findings give a site (S28-S31)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from geodata.domain.inspection import (
    Finding,
    FindingStatus,
    InspectionStatus,
    finding_status,
    inspection_status,
)

DUE = date(2017, 12, 25)
LATE = DUE + timedelta(days=1)


@pytest.mark.parametrize(
    ("status", "on", "shown"),
    [
        (FindingStatus.OPEN, DUE, InspectionStatus.RECTIFYING),
        (FindingStatus.OPEN, LATE, InspectionStatus.OVERDUE),
        (FindingStatus.RECTIFYING, DUE, InspectionStatus.RECTIFYING),
        (FindingStatus.RECTIFYING, LATE, InspectionStatus.OVERDUE),
        (FindingStatus.AWAITING_REINSPECTION, DUE, InspectionStatus.AWAITING_REINSPECTION),
        (FindingStatus.AWAITING_REINSPECTION, LATE, InspectionStatus.AWAITING_REINSPECTION),
        (FindingStatus.CLOSED, LATE, InspectionStatus.PASSED),
    ],
)
def test_a_finding_shows_through_and_its_deadline_is_inclusive(status, on, shown):
    assert inspection_status([Finding(status, DUE)], is_inspected=True, on=on) is shown


def test_the_worst_finding_speaks_for_the_site():
    findings = [
        Finding(FindingStatus.CLOSED, DUE),
        Finding(FindingStatus.AWAITING_REINSPECTION, DUE),
        Finding(FindingStatus.OPEN, DUE),
    ]
    assert inspection_status(findings, is_inspected=True, on=LATE) is InspectionStatus.OVERDUE
    waiting = inspection_status(findings, is_inspected=True, on=DUE)
    assert waiting is InspectionStatus.AWAITING_REINSPECTION


def test_a_site_that_nobody_visited_is_not_inspected():
    assert inspection_status([], is_inspected=False, on=DUE) is InspectionStatus.NOT_INSPECTED
    assert inspection_status([], is_inspected=True, on=DUE) is InspectionStatus.PASSED


STEPS = {
    "started_on": date(2017, 12, 5),
    "handed_in_on": date(2017, 12, 8),
    "closed_on": date(2017, 12, 12),
}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (4, FindingStatus.OPEN),
        (5, FindingStatus.RECTIFYING),
        (7, FindingStatus.RECTIFYING),
        (8, FindingStatus.AWAITING_REINSPECTION),
        (11, FindingStatus.AWAITING_REINSPECTION),
        (12, FindingStatus.CLOSED),
        (31, FindingStatus.CLOSED),
    ],
)
def test_a_finding_stands_where_its_days_put_it(day, expected):
    assert finding_status(STEPS, date(2017, 12, day)) is expected


def test_a_finding_without_steps_stays_open():
    assert finding_status({}, date.max) is FindingStatus.OPEN
