"""What a planner of visits is asked: visits, shifts, and the time it takes between places.

Times are whole seconds after midnight of the shift's own day, distances whole metres.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from geodata.domain.errors import DomainError

Matrix = npt.NDArray[np.int64]

UNREACHABLE: Final = 10**7
"""Seconds, or metres, between places that no way joins: more than any shift holds."""
POINT_S: Final = 360
"""What one point of a visit's value is worth in seconds of travel: nearly all that fits is seen."""
REQUIRED_POINTS: Final = 1000
"""Added to the value of a visit that must be made."""


@dataclass(frozen=True, slots=True)
class Opening:
    """When a visit can be made; it has to be *finished* when the place closes.

    Attributes:
        opens_s: Service begins then at the earliest.
        closes_s: Service is over then at the latest.
        on: The only day it holds on, ``None`` for every day.
    """

    opens_s: int
    closes_s: int
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit that is wanted.

    Attributes:
        id: The caller's.
        place: Row of the matrices.
        service_s: How long it takes there.
        value: Points: what it is worth to go (1-100).
        is_required: Whether it must be made if that is possible at all.
        openings: When it can be made; none: at any time.
        town: Towns are kept together where `Problem.town_change_s` asks for it.
        skill: What its inspector must be able to do, ``None`` for nothing special.
        inspector: The only one who may go, ``None`` for anybody.
        on: The only day, ``None`` for any.
    """

    id: int
    place: int
    service_s: int
    value: int = 1
    is_required: bool = False
    openings: tuple[Opening, ...] = ()
    town: str = ""
    skill: str | None = None
    inspector: str | None = None
    on: date | None = None

    @property
    def prize_s(self) -> int:
        """What leaving it out costs, in seconds of travel."""
        return POINT_S * (self.value + (REQUIRED_POINTS if self.is_required else 0))


@dataclass(frozen=True, slots=True)
class Lunch:
    """A break that interrupts neither a visit nor a way; not taken when the day ends before it.

    Attributes:
        earliest_s: It begins then at the earliest.
        latest_s: It begins then at the latest.
        duration_s: How long it is.
    """

    earliest_s: int
    latest_s: int
    duration_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One inspector on one day.

    Attributes:
        inspector: Who.
        on: The day.
        starts_s: Leaves the first place then at the earliest.
        ends_s: Is at the last place then at the latest.
        start_place: Row of the matrices.
        end_place: Row of the matrices.
        lunch: The break, ``None`` for none.
        max_distance_m: How far at most, ``None`` for no limit.
        skills: What the inspector can do.
        first: Ids of visits that are made first, in this order (pinned, or done already).
        last: Ids of visits that are made last, in this order.
    """

    inspector: str
    on: date
    starts_s: int
    ends_s: int
    start_place: int
    end_place: int
    lunch: Lunch | None = None
    max_distance_m: int | None = None
    skills: frozenset[str] = frozenset()
    first: tuple[int, ...] = ()
    last: tuple[int, ...] = ()

    def admits(self, visit: Visit) -> bool:
        """Tell whether day, person and skill of a visit go with the shift."""
        return (
            visit.on in (None, self.on)
            and visit.inspector in (None, self.inspector)
            and (visit.skill is None or visit.skill in self.skills)
            and (not visit.openings or any(one.on in (None, self.on) for one in visit.openings))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """All that a plan is made from.

    Attributes:
        visits: Wanted.
        shifts: Available.
        duration_s: Seconds from place to place, shape (places, places).
        distance_m: Metres from place to place, same shape.
        town_change_s: Seconds of travel that a way from one town to another counts in addition.
        balance_s: Seconds of travel that are worth an hour less between the inspectors with most
            and least work; 0: no balance is wanted.
    """

    visits: tuple[Visit, ...]
    shifts: tuple[Shift, ...]
    duration_s: Matrix
    distance_m: Matrix
    town_change_s: int = 0
    balance_s: int = 0
    pinned: frozenset[int] = field(init=False, repr=False, compare=False)
    """Ids of the visits that stand first or last in a shift."""
    _by_id: dict[int, Visit] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse what makes no sense.

        Raises:
            DomainError: ``routes.visit_twice``; ``routes.pin_unknown``; ``routes.pin_twice``;
                ``routes.shift_backwards``; ``routes.no_shift``.
        """
        by_id = {one.id: one for one in self.visits}
        object.__setattr__(self, "_by_id", by_id)
        if len(by_id) < len(self.visits):
            raise DomainError("routes.visit_twice")
        if not self.shifts:
            raise DomainError("routes.no_shift")
        pinned = [one for shift in self.shifts for one in (*shift.first, *shift.last)]
        for one in pinned:
            if one not in by_id:
                raise DomainError("routes.pin_unknown", visit=one)
            if pinned.count(one) > 1:
                raise DomainError("routes.pin_twice", visit=one)
        object.__setattr__(self, "pinned", frozenset(pinned))
        for shift in self.shifts:
            if shift.ends_s <= shift.starts_s:
                raise DomainError("routes.shift_backwards", inspector=shift.inspector)

    def visit(self, visit_id: int) -> Visit:
        """Return a visit by its id."""
        return self._by_id[visit_id]

    def without_pin(self, visit_id: int) -> Problem:
        """Return the same problem with a visit free to stand anywhere."""
        shifts = tuple(
            replace(
                one,
                first=tuple(at for at in one.first if at != visit_id),
                last=tuple(at for at in one.last if at != visit_id),
            )
            for one in self.shifts
        )
        return replace(self, shifts=shifts)


Order = tuple[int, ...]
"""Ids of the visits of one shift, in the order in which they are made."""


def town_changes(problem: Problem, order: Sequence[int]) -> int:
    """Return how often a route goes from a town to another."""
    towns = [problem.visit(one).town for one in order]
    return sum(a != b for a, b in itertools.pairwise(towns))
