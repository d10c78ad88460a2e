"""Plans made keepable and better by small steps, each checked by the timetable.

What PyVRP does not know (lunch where it belongs, balance between inspectors) is put right here:
visits that make a route impossible are taken out, those left out are put in where that costs
least, in place of less valuable ones if need be, and single visits are moved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from geodata.routing.problem import Order, Problem
from geodata.routing.scoring import left_out, route_cost, score
from geodata.routing.timetable import is_kept


@dataclass(slots=True)
class Budget:
    """How many routes may still be looked at: a count, so that the same plan always results."""

    left: int

    def take(self) -> bool:
        """Take one, and tell whether there was one left."""
        self.left -= 1
        return self.left >= 0


def keepable(problem: Problem, orders: Sequence[Order]) -> list[Order]:
    """Return the orders without the visits that make them impossible, least valuable first."""
    return [_keepable(problem, number, order) for number, order in enumerate(orders)]


def _keepable(problem: Problem, number: int, order: Order) -> Order:
    shift, pinned = problem.shifts[number], problem.pinned
    while not is_kept(problem, shift, order):
        free = [one for one in order if one not in pinned]
        shorter = sorted(free, key=lambda one: problem.visit(one).prize_s)
        enough = (
            tuple(other for other in order if other != one)
            for one in shorter
            if is_kept(problem, shift, tuple(other for other in order if other != one))
        )
        order = next(enough, tuple(other for other in order if other != shorter[0]))
    return order


def improved(problem: Problem, orders: Sequence[Order], budget: Budget) -> list[Order]:
    """Return orders that are as good or better, each kept.

    Args:
        problem: What was asked.
        orders: Kept ones, one for each shift.
        budget: Routes that may be looked at.
    """
    best = list(orders)
    before = None
    while before != best and budget.left > 0:
        before = list(best)
        for visit in sorted(left_out(problem, best), key=lambda one: -problem.visit(one).prize_s):
            best = _put_in(problem, best, visit, budget)
        for visit in [one for order in best for one in order if one not in problem.pinned]:
            best = _moved(problem, best, visit, budget)
    return best


def placements(
    problem: Problem, orders: Sequence[Order], visit: int, budget: Budget
) -> Iterator[tuple[int, Order]]:
    """Return the routes with a visit put in at each place where they are kept."""
    for number, order in enumerate(orders):
        shift = problem.shifts[number]
        if not shift.admits(problem.visit(visit)):
            continue
        for at in range(len(shift.first), len(order) - len(shift.last) + 1):
            longer = (*order[:at], visit, *order[at:])
            if budget.take() and is_kept(problem, shift, longer):
                yield number, longer


def without(orders: Sequence[Order], visit: int) -> list[Order]:
    """Return the orders without a visit."""
    return [tuple(one for one in order if one != visit) for order in orders]


def _best(
    problem: Problem, base: list[Order], visit: int, than: list[Order], budget: Budget
) -> list[Order]:
    """Return the best plan that puts a visit into a base, or the one it is compared with."""
    limit = score(problem, than)
    start = score(problem, base) - problem.visit(visit).prize_s
    balance = problem.balance_s
    best = than
    for number, longer in placements(problem, base, visit, budget):
        if balance:
            plan = _with(base, number, longer)
            cost = score(problem, plan)
        else:
            cost = start + route_cost(problem, number, longer)
            cost -= route_cost(problem, number, base[number])
        if cost < limit:
            best, limit = _with(base, number, longer), cost
    return best


def _with(orders: list[Order], number: int, order: Order) -> list[Order]:
    return [*orders[:number], order, *orders[number + 1 :]]


def _put_in(problem: Problem, orders: list[Order], visit: int, budget: Budget) -> list[Order]:
    """Put a visit in; in place of a less valuable one where it has no room of its own."""
    found = _best(problem, orders, visit, orders, budget)
    if found is not orders:
        return found
    worth = problem.visit(visit).prize_s
    less = [
        one
        for order in orders
        for one in order
        if one not in problem.pinned and problem.visit(one).prize_s < worth
    ]
    for one in sorted(less, key=lambda one: problem.visit(one).prize_s):
        if budget.left <= 0:
            break
        found = _best(problem, without(orders, one), visit, orders, budget)
        if found is not orders:
            return found
    return orders


def _moved(problem: Problem, orders: list[Order], visit: int, budget: Budget) -> list[Order]:
    return _best(problem, without(orders, visit), visit, orders, budget)
