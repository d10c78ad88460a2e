"""One community, one plan: how a plan for an unmanaged site comes into force (S24-S27)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class PlanState(StrEnum):
    """Where a plan stands."""

    DRAFT = "draft"
    PUBLICISED = "publicised"
    VOTED = "voted"
    ADOPTED = "adopted"
    REJECTED = "rejected"
    IN_FORCE = "in_force"


class PlanEvent(StrEnum):
    """What happens to a plan."""

    PUBLICISE = "publicise"
    VOTE = "vote"
    ADOPT = "adopt"
    REJECT = "reject"
    REVISE = "revise"
    ENFORCE = "enforce"
    FALL_BACK = "fall_back"


TRANSITIONS: Final[dict[tuple[PlanState, PlanEvent], PlanState]] = {
    (PlanState.DRAFT, PlanEvent.PUBLICISE): PlanState.PUBLICISED,
    (PlanState.PUBLICISED, PlanEvent.VOTE): PlanState.VOTED,
    (PlanState.VOTED, PlanEvent.ADOPT): PlanState.ADOPTED,
    (PlanState.VOTED, PlanEvent.REJECT): PlanState.REJECTED,
    (PlanState.REJECTED, PlanEvent.REVISE): PlanState.DRAFT,
    (PlanState.ADOPTED, PlanEvent.ENFORCE): PlanState.IN_FORCE,
    (PlanState.REJECTED, PlanEvent.FALL_BACK): PlanState.IN_FORCE,
    # S27: also where a plan cannot be carried out by its day.
    (PlanState.DRAFT, PlanEvent.FALL_BACK): PlanState.IN_FORCE,
    (PlanState.PUBLICISED, PlanEvent.FALL_BACK): PlanState.IN_FORCE,
    (PlanState.VOTED, PlanEvent.FALL_BACK): PlanState.IN_FORCE,
    (PlanState.ADOPTED, PlanEvent.FALL_BACK): PlanState.IN_FORCE,
}
"""Every step there is: buttons, interface and the check in the database follow from it."""

NOTICE_DAYS: Final = 7
"""How long a plan is shown publicly where nobody says otherwise; the notice names no length."""

FALLBACK_CLAUSE: Final = "S27"
_UNFINISHED: Final = frozenset(PlanState) - {PlanState.IN_FORCE, PlanState.REJECTED}


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What the steps look at.

    Attributes:
        state: Where the plan stands.
        due_on: The day by which it is to be in force.
        publicised_until: Last day of the public notice.
        passes: Whether the vote passes the configured reading; ``None`` without a vote.
    """

    state: PlanState
    due_on: date | None = None
    publicised_until: date | None = None
    passes: bool | None = None


def is_late(facts: PlanFacts, on: date) -> bool:
    """Tell whether a plan has not come into force by its day."""
    return facts.state in _UNFINISHED and facts.due_on is not None and facts.due_on < on


def open_events(facts: PlanFacts, on: date) -> list[PlanEvent]:
    """Return what may happen to a plan on a day, in the order of `PlanEvent`.

    A vote waits for the end of the public notice; a plan is adopted only if the vote passes, and
    falls back when it was rejected, or late.
    """
    allowed = []
    for event in PlanEvent:
        fits = (facts.state, event) in TRANSITIONS
        if event is PlanEvent.VOTE:
            fits = fits and facts.publicised_until is not None and facts.publicised_until <= on
        elif event is PlanEvent.ADOPT:
            fits = fits and facts.passes is True
        elif event is PlanEvent.FALL_BACK:
            fits = fits and (facts.state is PlanState.REJECTED or is_late(facts, on))
        if fits:
            allowed.append(event)
    return allowed
