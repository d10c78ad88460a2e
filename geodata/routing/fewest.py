"""How many inspector-days it takes until everything that has to be seen is seen."""

from __future__ import annotations

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


def fewest_shifts(problem: Problem) -> Fewest:
    """Return how many of the first shifts make all required visits, by halving.

    What no shift can make even alone is not waited for.

    Args:
        problem: Shifts in the order in which they would be used, at least one.
    """
    low, high = 1, len(problem.shifts)
    problem = replace(problem, visits=tuple(_possible(problem, one) for one in problem.visits))
    best = _tried(problem, high)
    if not _is_enough(best):
        return replace(best, shifts=None)
    while low < high:
        middle = (low + high) // 2
        found = _tried(problem, middle)
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


def _tried(problem: Problem, count: int) -> Fewest:
    some = replace(problem, shifts=problem.shifts[:count])
    return Fewest(count, some, solve(some, Effort(_ITERATIONS, _SECONDS)))


def _is_enough(found: Fewest) -> bool:
    problem = found.problem
    return not any(problem.visit(one).is_required for one in found.solution.left_out(problem))
