"""How many inspector-days it takes until everything that has to be seen is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from geodata.routing.engine import Effort
from geodata.routing.problem import Problem, Visit
from geodata.routing.solver import Solution, solve
from geodata.routing.timetable import is_kept

_ITERATIONS = 1_500
_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Fewest:
    """The answer, with the plan that shows it.

    Attributes:
        shifts: How many of the problem's shifts, from the first, are enough; ``None``: not all.
        problem: With these shifts alone.
        solution: The plan.
    """

    shifts: int | None
    problem: Problem
    solution: Solution


def fewest_shifts(
    problem: Problem,
    *,
    heard: Callable[[Solution], None] | None = None,
    is_stopped: Callable[[], bool] | None = None,
) -> Fewest:
    """Return how many of the first shifts make all required visits, by halving.

    What no shift can make even alone is not waited for.

    Args:
        problem: Shifts in the order in which they would be used, at least one.
        heard: Told of each better plan, see `solve`.
        is_stopped: Asked whether to make do with what is found, see `solve`.
    """
    low, high = 1, len(problem.shifts)
    problem = replace(problem, visits=tuple(_possible(problem, one) for one in problem.visits))

    def tried(count: int) -> Fewest:
        some = replace(problem, shifts=problem.shifts[:count])
        effort = Effort(_ITERATIONS, _SECONDS)
        return Fewest(count, some, solve(some, effort, heard=heard, is_stopped=is_stopped))

    best = tried(high)
    if not _is_enough(best):
        return replace(best, shifts=None)
    while low < high:
        middle = (low + high) // 2
        found = tried(middle)
        if _is_enough(found):
            best, high = found, middle
        else:
            low = middle + 1
    return best


def _possible(problem: Problem, visit: Visit) -> Visit:
    alone = (replace(one, first=(), last=()) for one in problem.shifts)
    if any(is_kept(problem, one, (visit.id,)) for one in alone):
        return visit
    return replace(visit, is_required=False)


def _is_enough(found: Fewest) -> bool:
    problem = found.problem
    return not any(problem.visit(one).is_required for one in found.solution.left_out(problem))
