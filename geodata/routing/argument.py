"""Why a visit is left out, and what a pin costs: codes and facts, told in words elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from geodata.routing.exact import is_small, solve_exactly
from geodata.routing.improve import Budget, improved, placements, without
from geodata.routing.problem import UNREACHABLE, Order, Problem, Shift, Visit
from geodata.routing.scoring import score
from geodata.routing.timetable import is_kept, timetable

_LATE_S: Final = 20 * 24 * 3600
_LOOKS: Final = 4_000


class LeftOutReason(StrEnum):
    """Why a visit is in no route, the plainest first."""

    NOBODY = "nobody"
    CLOSED = "closed"
    UNREACHABLE = "unreachable"
    TOO_LONG = "too_long"
    LESS_VALUABLE = "less_valuable"
    OVER_SHIFT = "over_shift"
    OVER_DISTANCE = "over_distance"
    HOURS = "hours"
    NOT_WORTH = "not_worth"
    NO_PLACE = "no_place"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A visit that is not made.

    Attributes:
        visit: Its id.
        reason: Why.
        facts: ``over_s``: by how much the best route would be over its shift; ``shift``: that
            one's number; ``displaces``: ids of the visits that would have to go; ``detour_s``.
    """

    visit: int
    reason: LeftOutReason
    facts: dict[str, Any]


def reasons(problem: Problem, orders: Sequence[Order]) -> list[LeftOut]:
    """Return why each visit that is in no order is left out."""
    made = {one for order in orders for one in order}
    return [_reason(problem, orders, one) for one in problem.visits if one.id not in made]


def _reason(problem: Problem, orders: Sequence[Order], visit: Visit) -> LeftOut:
    def told(reason: LeftOutReason, **facts: Any) -> LeftOut:  # noqa: ANN401
        return LeftOut(visit.id, reason, facts)

    always = replace(visit, openings=())
    if not any(shift.admits(always) for shift in problem.shifts):
        return told(LeftOutReason.NOBODY)
    able = [at for at, shift in enumerate(problem.shifts) if shift.admits(visit)]
    if not able:
        return told(LeftOutReason.CLOSED)
    if all(_is_far(problem, problem.shifts[at], visit) for at in able):
        return told(LeftOutReason.UNREACHABLE)
    alone = [at for at in able if is_kept(problem, _unpinned(problem.shifts[at]), (visit.id,))]
    if not alone:
        return told(*_alone(problem, able, visit))
    return _beside(problem, orders, visit, alone)


def _alone(problem: Problem, able: list[int], visit: Visit) -> Any:  # noqa: ANN401
    """Return why not even a shift of its own is enough for a visit."""
    free = _relaxed(problem, visit, hours=True)
    for at in able:
        shift = replace(_unpinned(problem.shifts[at]), max_distance_m=None)
        if is_kept(problem, shift, (visit.id,)):
            return (LeftOutReason.OVER_DISTANCE,)
        if is_kept(free, shift, (visit.id,)):
            return (LeftOutReason.HOURS,)
    return (LeftOutReason.TOO_LONG,)


def _beside(problem: Problem, orders: Sequence[Order], visit: Visit, able: list[int]) -> LeftOut:
    """Return why there is no room for a visit beside the others."""
    fits = list(placements(problem, orders, visit.id, Budget(_LOOKS)))
    if fits:
        detours = [
            timetable(problem, problem.shifts[at], order).travel_s
            - timetable(problem, problem.shifts[at], orders[at]).travel_s
            for at, order in fits
        ]
        return LeftOut(visit.id, LeftOutReason.NOT_WORTH, {"detour_s": min(detours)})
    over = _least_over(problem, orders, visit, able)
    displaced = _displaced(problem, orders, visit)
    if displaced is not None and problem.visit(displaced).value >= visit.value:
        facts = {"displaces": [displaced], **(over or {})}
        return LeftOut(visit.id, LeftOutReason.LESS_VALUABLE, facts)
    if over is not None:
        return LeftOut(visit.id, LeftOutReason.OVER_SHIFT, over)
    far = _relaxed(problem, visit, metres=True)
    if any(True for _ in placements(far, orders, visit.id, Budget(_LOOKS))):
        return LeftOut(visit.id, LeftOutReason.OVER_DISTANCE, {})
    return LeftOut(visit.id, LeftOutReason.HOURS, {})


def _least_over(
    problem: Problem, orders: Sequence[Order], visit: Visit, able: list[int]
) -> dict[str, Any] | None:
    """Return by how much the best route with the visit would be over its shift, and which it is."""
    longer = replace(
        problem,
        shifts=tuple(replace(one, ends_s=one.ends_s + _LATE_S) for one in problem.shifts),
    )
    found: list[tuple[int, int]] = []
    for at, order in placements(longer, orders, visit.id, Budget(_LOOKS)):
        if at in able:
            over = timetable(longer, longer.shifts[at], order).ends_s - problem.shifts[at].ends_s
            found.append((over, at))
    if not found:
        return None
    over, at = min(found)
    return {"over_s": over, "shift": at} if over > 0 else None


def _displaced(problem: Problem, orders: Sequence[Order], visit: Visit) -> int | None:
    """Return the least valuable visit that would make room if it went."""
    made = [one for order in orders for one in order if one not in problem.pinned]
    budget = Budget(_LOOKS)
    for one in sorted(made, key=lambda one: problem.visit(one).prize_s):
        if any(True for _ in placements(problem, without(orders, one), visit.id, budget)):
            return one
    return None


def pin_costs(problem: Problem, orders: Sequence[Order]) -> dict[int, int]:
    """Return what each pinned stop costs: seconds by which the plan would be better without it.

    Found anew where that is proven, else by moving visits of the plan that stands.
    """
    with_pins = score(problem, orders)
    costs = {}
    for one in problem.pinned:
        free = problem.without_pin(one)
        if is_small(free):
            best = solve_exactly(free)
        else:
            best = improved(free, list(orders), Budget(_LOOKS))
        costs[one] = max(0, with_pins - score(free, best))
    return costs


def _unpinned(shift: Shift) -> Shift:
    return replace(shift, first=(), last=())


def _is_far(problem: Problem, shift: Shift, visit: Visit) -> bool:
    there = int(problem.duration_s[shift.start_place, visit.place])
    back = int(problem.duration_s[visit.place, shift.end_place])
    return max(there, back) >= UNREACHABLE


def _relaxed(
    problem: Problem, visit: Visit, *, hours: bool = False, metres: bool = False
) -> Problem:
    visits = tuple(
        replace(one, openings=()) if hours and one.id == visit.id else one for one in problem.visits
    )
    shifts = tuple(replace(one, max_distance_m=None) if metres else one for one in problem.shifts)
    return replace(problem, visits=visits, shifts=shifts)
