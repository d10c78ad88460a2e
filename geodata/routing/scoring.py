"""How good a plan is, as one number in seconds of travel; less is better."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from geodata.routing.problem import Order, Problem, town_changes
from geodata.routing.timetable import travel_s

_HOUR_S: Final = 3600


def left_out(problem: Problem, orders: Sequence[Order]) -> list[int]:
    """Return the ids of visits that no route makes, as the problem lists them."""
    made = {one for order in orders for one in order}
    return [one.id for one in problem.visits if one.id not in made]


def route_cost(problem: Problem, number: int, order: Order) -> int:
    """Return what one route costs: the way, and changes of town."""
    shift = problem.shifts[number]
    return travel_s(problem, shift, order) + problem.town_change_s * town_changes(problem, order)


def work_s(problem: Problem, number: int, order: Order) -> int:
    """Return how long a route is worked for: ways and visits."""
    there = sum(problem.visit(one).service_s for one in order)
    return there + travel_s(problem, problem.shifts[number], order)


def imbalance_s(problem: Problem, orders: Sequence[Order]) -> int:
    """Return the work of the inspector with most, less that of the one with least."""
    work: dict[str, int] = {}
    for number, order in enumerate(orders):
        who = problem.shifts[number].inspector
        work[who] = work.get(who, 0) + work_s(problem, number, order)
    return max(work.values()) - min(work.values())


def score(problem: Problem, orders: Sequence[Order]) -> int:
    """Return ways, changes of town, prizes of what is left out, and imbalance together.

    Args:
        problem: What was asked.
        orders: One for each shift, as the problem lists them; all of them are kept.
    """
    total = sum(problem.visit(one).prize_s for one in left_out(problem, orders))
    total += sum(route_cost(problem, number, order) for number, order in enumerate(orders))
    if problem.balance_s:
        total += imbalance_s(problem, orders) * problem.balance_s // _HOUR_S
    return total
