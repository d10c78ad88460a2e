"""How a problem is rectified, step by step, and who may take each step (S30).

One table drives buttons, interface and the database's own check: 待整改 → 整改中 → 待复查 →
合格, or back with a new date when it is 不合格. Only the district closes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Final

from geodata.domain.access import Role
from geodata.domain.inspection import FindingStatus


class FindingEvent(StrEnum):
    """What happens to a finding."""

    START = "start"
    HAND_IN = "hand_in"
    PASS = "pass"  # noqa: S105 - 合格, no password
    REJECT = "reject"


TRANSITIONS: Final[dict[tuple[FindingStatus, FindingEvent], FindingStatus]] = {
    (FindingStatus.OPEN, FindingEvent.START): FindingStatus.RECTIFYING,
    (FindingStatus.OPEN, FindingEvent.HAND_IN): FindingStatus.AWAITING_REINSPECTION,
    (FindingStatus.RECTIFYING, FindingEvent.HAND_IN): FindingStatus.AWAITING_REINSPECTION,
    (FindingStatus.AWAITING_REINSPECTION, FindingEvent.PASS): FindingStatus.CLOSED,
    (FindingStatus.AWAITING_REINSPECTION, FindingEvent.REJECT): FindingStatus.RECTIFYING,
}

TAKEN_BY: Final[dict[FindingEvent, frozenset[Role]]] = {
    FindingEvent.START: frozenset({Role.TOWN, Role.NEIGHBOURHOOD, Role.DISTRICT_LEAD}),
    FindingEvent.HAND_IN: frozenset({Role.TOWN, Role.NEIGHBOURHOOD, Role.DISTRICT_LEAD}),
    FindingEvent.PASS: frozenset({Role.DISTRICT_LEAD, Role.INSPECTOR}),
    FindingEvent.REJECT: frozenset({Role.DISTRICT_LEAD, Role.INSPECTOR}),
}
"""Roles by step; inspectors belong to the district. An administrator may take each."""


def open_steps(status: FindingStatus, role: Role) -> list[FindingEvent]:
    """Return what a role may let happen to a finding, in the order of `FindingEvent`."""
    return [
        event
        for event in FindingEvent
        if (status, event) in TRANSITIONS
        and (role is Role.ADMINISTRATOR or role in TAKEN_BY[event])
    ]


class Slip(StrEnum):
    """The coloured slip of a finding (三色单): blue in time, yellow sent back, red overdue."""

    BLUE = "blue"
    YELLOW = "yellow"
    RED = "red"


def slip(status: FindingStatus, due_on: date, on: date, *, is_rejected: bool) -> Slip | None:
    """Return the colour of a finding's slip on a day, ``None`` once it is closed.

    Red: its deadline has passed and it is not handed in. Yellow: proof was rejected.
    """
    if status is FindingStatus.CLOSED:
        return None
    if due_on < on and status is not FindingStatus.AWAITING_REINSPECTION:
        return Slip.RED
    return Slip.YELLOW if is_rejected else Slip.BLUE


def walk(events: Iterable[FindingEvent]) -> FindingStatus:
    """Return where events lead a new finding.

    Raises:
        KeyError: An event that the status does not allow.
    """
    status = FindingStatus.OPEN
    for event in events:
        status = TRANSITIONS[status, event]
    return status


DEADLINE_DAYS: Final = 14
"""A new finding's deadline, unless another is set; the notice names none (S30)."""
