"""The door to the solver: a problem in, a plan that is kept out.

Small problems are solved to the proven optimum (`exact`). For others PyVRP searches (`engine`),
and what it does not know is put right (`improve`); the best checked plan is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from geodata.domain.errors import DomainError
from geodata.routing.engine import Effort, search
from geodata.routing.exact import is_small, solve_exactly
from geodata.routing.improve import Budget, improved, keepable
from geodata.routing.problem import Order, Problem
from geodata.routing.scoring import left_out, score
from geodata.routing.timetable import Timetable, is_kept, timetable

_ITERATIONS: Final = ((12, 6_000), (100, 8_000), (400, 6_000))
"""Iterations by the most visits: a second for a day of 12, ten seconds for 200."""
_MOST_ITERATIONS: Final = 8_000
_LOOKS: Final = 100_000
"""Routes looked at after the search: a few seconds."""


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan.

    Attributes:
        orders: One for each shift of the problem.
        score: In seconds of travel, see `scoring.score`.
        is_proven: Whether none is better.
    """

    orders: tuple[Order, ...]
    score: int
    is_proven: bool

    def timetables(self, problem: Problem) -> list[Timetable]:
        """Return the times of each route."""
        both = zip(problem.shifts, self.orders, strict=True)
        return [timetable(problem, shift, order) for shift, order in both]

    def left_out(self, problem: Problem) -> list[int]:
        """Return the ids of visits that are not made."""
        return left_out(problem, self.orders)


def usual_effort(problem: Problem, *, seconds: float = 45.0, seed: int = 0) -> Effort:
    """Return how long to search: so many iterations that the time is rarely what ends it."""
    visits = len(problem.visits)
    found = next((many for most, many in _ITERATIONS if visits <= most), _MOST_ITERATIONS)
    return Effort(found, seconds, seed)


def solve(
    problem: Problem,
    effort: Effort | None = None,
    *,
    heard: Callable[[Solution], None] | None = None,
    is_stopped: Callable[[], bool] | None = None,
) -> Solution:
    """Return a plan in which shifts, windows, lunch, pins and limits are all kept.

    The same problem, iterations and seed give the same plan.

    Args:
        problem: What is asked.
        effort: How long to search, `usual_effort` by default; no matter for small problems.
        heard: Told each better plan, checked.
        is_stopped: Asked again and again whether the user is satisfied.

    Raises:
        DomainError: ``routes.pin_impossible`` with inspector, day and the pinned visits.
    """
    _check_pins(problem)
    if is_small(problem):
        return _solution(problem, solve_exactly(problem), is_proven=True)
    listener = _Listener(problem, heard)
    orders = search(
        problem, effort or usual_effort(problem), heard=listener.hear, is_stopped=is_stopped
    )
    listener.hear(orders)
    best = improved(problem, listener.best, Budget(_LOOKS))
    return _solution(problem, best, is_proven=False)


class _Listener:
    """Keeps the best plan heard of, each made keepable."""

    def __init__(self, problem: Problem, heard: Callable[[Solution], None] | None) -> None:
        self._problem = problem
        self._heard = heard
        self.best: list[Order] = [(*one.first, *one.last) for one in problem.shifts]
        self._score = score(problem, self.best)

    def hear(self, orders: Sequence[Order]) -> None:
        kept = keepable(self._problem, orders)
        found = score(self._problem, kept)
        if found < self._score:
            self.best, self._score = kept, found
            if self._heard is not None:
                self._heard(_solution(self._problem, kept, is_proven=False))


def _check_pins(problem: Problem) -> None:
    for shift in problem.shifts:
        pinned = (*shift.first, *shift.last)
        if pinned and not is_kept(problem, shift, pinned):
            raise DomainError(
                "routes.pin_impossible",
                inspector=shift.inspector,
                day=shift.on.isoformat(),
                visits=list(pinned),
            )


def _solution(problem: Problem, orders: Sequence[Order], *, is_proven: bool) -> Solution:
    return Solution(tuple(orders), score(problem, orders), is_proven)
