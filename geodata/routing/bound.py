"""What no plan can be better than: two simple bounds, so that a plan's distance to them shows.

Neither is sharp: the first forgets who goes when, the second forgets time altogether.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from geodata.routing.problem import Order, Problem, Shift


def most_points(problem: Problem) -> int:
    """Return a sum of values that no plan exceeds.

    Each visit takes its service and at least the shortest way to it; what all shifts have time
    for is filled with the most valuable minutes first, the last one in part.
    """
    left = sum(_worked_s(one) for one in problem.shifts)
    points = 0.0
    shortest = _shortest_ways(problem)
    able = [one for one in problem.visits if any(shift.admits(one) for shift in problem.shifts)]
    takes = {one.id: max(1, one.service_s + shortest[one.place]) for one in able}
    for one in sorted(able, key=lambda one: -one.value / takes[one.id]):
        share = min(1.0, left / takes[one.id])
        points += one.value * share
        left = max(0, left - takes[one.id])
    return int(points + 1e-6)


def least_travel_s(problem: Problem, orders: Sequence[Order]) -> int:
    """Return seconds under way that no plan with the same visits and as many routes undercuts.

    Each visit is followed by one other or by the end of a route: the cheapest such assignment.
    """
    used = [at for at, order in enumerate(orders) if order]
    made = [problem.visit(one) for order in orders for one in order]
    if not made:
        return 0
    places = np.array([one.place for one in made])
    starts = np.array([problem.shifts[at].start_place for at in used])
    ends = np.array([problem.shifts[at].end_place for at in used])
    ways = problem.duration_s
    inner = ways[np.ix_(places, places)].astype(float)
    np.fill_diagonal(inner, np.inf)
    whole = np.full((len(made) + len(used),) * 2, np.inf)
    whole[: len(made), : len(made)] = inner
    whole[: len(made), len(made) :] = ways[np.ix_(places, ends)]
    whole[len(made) :, : len(made)] = ways[np.ix_(starts, places)]
    rows, columns = linear_sum_assignment(whole)
    return int(whole[rows, columns].sum())


def _worked_s(shift: Shift) -> int:
    lunch = shift.lunch
    is_eaten = lunch is not None and shift.ends_s > lunch.latest_s
    return shift.ends_s - shift.starts_s - (lunch.duration_s if lunch and is_eaten else 0)


def _shortest_ways(problem: Problem) -> dict[int, int]:
    """Return the shortest way to each visit's place, from another one's or from a start."""
    froms = np.array(
        [*(one.place for one in problem.visits), *(one.start_place for one in problem.shifts)]
    )
    found = {}
    for number, one in enumerate(problem.visits):
        ways = problem.duration_s[froms, one.place].copy()
        ways[number] = np.iinfo(np.int64).max
        found[one.place] = int(ways.min())
    return found
