"""Random problems of visits, and the plainest way to their best plan."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise, permutations, product

import numpy as np

from geodata.routing.problem import Lunch, Opening, Order, Problem, Shift, Visit
from geodata.routing.scoring import score
from geodata.routing.timetable import is_kept

MONDAY = date(2026, 11, 30)
NINE, FIVE, HOUR = 9 * 3600, 17 * 3600, 3600
LUNCH = Lunch(11 * HOUR + HOUR // 2, 13 * HOUR, HOUR)


def a_problem(  # noqa: PLR0913 - each turns one thing on
    seed: int,
    visits: int,
    *,
    inspectors: int = 1,
    days: int = 1,
    lunch: bool = True,
    metres: int | None = None,
    balance_s: int = 0,
    pinned: bool = False,
    extent_m: int = 12_000,
) -> Problem:
    """Return a random problem on a square; ways are as long as along its sides, at 8 m/s."""
    rng = random.Random(seed)
    points = [(rng.uniform(0, extent_m), rng.uniform(0, extent_m)) for _ in range(visits + 2)]
    table = [[int(abs(x - u) + abs(y - v)) for u, v in points] for x, y in points]
    distance = np.array(table, dtype=np.int64)
    wanted = tuple(_a_visit(rng, number) for number in range(1, visits + 1))
    shifts = [
        Shift(
            inspector=f"i{who}",
            on=MONDAY + timedelta(days=day),
            starts_s=NINE,
            ends_s=rng.choice([FIVE, FIVE, 15 * HOUR, 12 * HOUR]),
            start_place=0,
            end_place=who % 2,
            lunch=LUNCH if lunch else None,
            skills=frozenset({"lift"}) if who == 0 else frozenset(),
            max_distance_m=metres,
        )
        for day in range(days)
        for who in range(inspectors)
    ]
    problem = Problem(
        visits=wanted,
        shifts=tuple(shifts),
        duration_s=(distance / 8).astype(np.int64),
        distance_m=distance,
        town_change_s=600,
        balance_s=balance_s,
    )
    return _pinned(problem, rng) if pinned else problem


def _a_visit(rng: random.Random, number: int) -> Visit:
    kind = rng.random()
    openings: tuple[Opening, ...] = ()
    if kind < 0.3:
        openings = (Opening(9 * HOUR, 11 * HOUR + 1800), Opening(14 * HOUR, 16 * HOUR))
    elif kind < 0.4:
        openings = (Opening(10 * HOUR, 12 * HOUR, MONDAY),)
    return Visit(
        id=number,
        place=number + 1,
        service_s=rng.choice([900, 1800, 2700]),
        value=rng.randint(1, 100),
        is_required=rng.random() < 0.1,
        openings=openings,
        town=str(rng.randint(0, 2)),
        skill="lift" if rng.random() < 0.1 else None,
    )


def _pinned(problem: Problem, rng: random.Random) -> Problem:
    """Pin a visit first, and another last, where the shift can keep that."""
    shift = problem.shifts[0]
    ids = [one.id for one in problem.visits if shift.admits(one)]
    rng.shuffle(ids)
    for first, last in pairwise(ids):
        if is_kept(problem, shift, (first, last)):
            pinned = replace(shift, first=(first,), last=(last,))
            return replace(problem, shifts=(pinned, *problem.shifts[1:]))
    return problem


def by_brute_force(problem: Problem) -> int:
    """Return the least score of all plans there are, by trying each."""
    routes = [_routes(problem, shift) for shift in problem.shifts]
    return min(
        score(problem, orders)
        for orders in product(*routes)
        if sum(map(len, orders)) == len({one for order in orders for one in order})
    )


def _routes(problem: Problem, shift: Shift) -> list[Order]:
    return [one for one in _all_orders(problem, shift) if is_kept(problem, shift, one)]


def _all_orders(problem: Problem, shift: Shift) -> Iterator[Order]:
    free = [one.id for one in problem.visits if one.id not in problem.pinned]
    for count in range(len(free) + 1):
        for some in permutations(free, count):
            yield (*shift.first, *some, *shift.last)
