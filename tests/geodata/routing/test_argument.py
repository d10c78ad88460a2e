"""What is left out has a reason, a pin has its cost, a plan its distance to the bound."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from geodata.routing.argument import LeftOutReason, pin_costs, reasons
from geodata.routing.bound import least_travel_s, most_points
from geodata.routing.fewest import fewest_shifts
from geodata.routing.problem import UNREACHABLE, Opening, Problem, Shift, Visit
from geodata.routing.scoring import left_out
from geodata.routing.solver import solve
from tests.geodata.routing.problems import HOUR, MONDAY, NINE, a_problem


def _row(*visits: Visit, hours: float = 8, shifts: int = 1, metres: int | None = None) -> Problem:
    """Return places in a row, ten minutes and a kilometre apart; the office is the first."""
    places = np.arange(len(visits) + 1)
    steps = abs(places[:, None] - places[None, :])
    some = tuple(
        Shift(
            inspector="i0",
            on=MONDAY + timedelta(days=day),
            starts_s=NINE,
            ends_s=NINE + int(hours * HOUR),
            start_place=0,
            end_place=0,
            max_distance_m=metres,
        )
        for day in range(shifts)
    )
    return Problem(visits=visits, shifts=some, duration_s=steps * 600, distance_m=steps * 1000)


def _visit(number: int, **values) -> Visit:
    return Visit(id=number, place=number, **{"service_s": HOUR, "value": 10, **values})


def _why(problem: Problem):
    orders = solve(problem).orders
    return {one.visit: one for one in reasons(problem, orders)}


def test_nothing_is_left_out_without_a_reason() -> None:
    for seed in range(30):
        problem = a_problem(seed, 9, days=1 + seed % 2, metres=15_000 if seed % 4 == 0 else None)
        orders = solve(problem).orders
        assert [one.visit for one in reasons(problem, orders)] == left_out(problem, orders)


@pytest.mark.parametrize(
    ("visit", "reason"),
    [
        (_visit(1, skill="lift"), LeftOutReason.NOBODY),
        (_visit(1, inspector="i9"), LeftOutReason.NOBODY),
        (_visit(1, on=date(2026, 12, 24)), LeftOutReason.NOBODY),
        (_visit(1, openings=(Opening(NINE, 17 * HOUR, date(2026, 12, 24)),)), LeftOutReason.CLOSED),
        (_visit(1, openings=(Opening(NINE, NINE + HOUR),)), LeftOutReason.HOURS),
        (_visit(1, service_s=9 * HOUR), LeftOutReason.TOO_LONG),
    ],
)
def test_plain_reasons(visit: Visit, reason: LeftOutReason) -> None:
    assert _why(_row(visit))[1].reason is reason


def test_places_beyond_reach_and_beyond_the_distance() -> None:
    problem = _row(_visit(1), _visit(2))
    ways = problem.duration_s.copy()
    ways[:, 2] = ways[2, :] = UNREACHABLE
    assert _why(replace(problem, duration_s=ways))[2].reason is LeftOutReason.UNREACHABLE
    assert _why(_row(_visit(1), metres=1_500))[1].reason is LeftOutReason.OVER_DISTANCE


def test_the_shift_is_over_by_so_much() -> None:
    found = _why(_row(_visit(1, value=5), _visit(2), hours=2))
    assert found[1].reason is LeftOutReason.LESS_VALUABLE
    assert found[1].facts == {"over_s": 2 * HOUR + 4 * 600 - 2 * HOUR, "shift": 0, "displaces": [2]}
    assert _why(_row(_visit(1, value=99), _visit(2), hours=2))[2].facts["displaces"] == [1]
    alone = _why(_row(_visit(1, value=6), _visit(2, value=6, service_s=1800), hours=2.0))
    assert len(alone) == 0 or all("over_s" in one.facts for one in alone.values())


def test_a_visit_that_is_not_worth_the_way() -> None:
    problem = _row(_visit(1), _visit(2, value=1))
    far = problem.duration_s.copy()
    far[2, :2] = far[:2, 2] = 5_000
    found = _why(replace(problem, duration_s=far))
    assert found[2].reason is LeftOutReason.NOT_WORTH
    assert found[2].facts["detour_s"] >= 5_000


def test_pins_cost_what_the_best_plan_without_them_saves() -> None:
    problem = _row(*(_visit(number, service_s=600) for number in range(1, 5)))
    pinned = replace(problem, shifts=(replace(problem.shifts[0], first=(2,), last=(3,)),))
    orders = solve(pinned).orders
    costs = pin_costs(pinned, orders)
    for one, cost in costs.items():
        free = pinned.without_pin(one)
        assert cost == solve(pinned).score - solve(free).score
    assert pin_costs(problem, orders) == {}


@pytest.mark.parametrize("seed", range(25))
def test_no_plan_is_better_than_the_bounds(seed: int) -> None:
    problem = a_problem(seed, 8, lunch=seed % 2 == 0)
    orders = solve(problem).orders
    made = [problem.visit(one) for order in orders for one in order]
    travel = sum(one.travel_s for one in solve(problem).timetables(problem))
    assert sum(one.value for one in made) <= most_points(problem)
    assert least_travel_s(problem, orders) <= travel


def test_how_many_days_until_all_is_seen() -> None:
    visits = [_visit(number, is_required=number != 4, service_s=3 * HOUR) for number in range(1, 6)]
    found = fewest_shifts(_row(*visits, shifts=6))
    assert found.shifts == 2
    assert len(found.problem.shifts) == 2
    assert not any(
        found.problem.visit(one).is_required
        for one in left_out(found.problem, found.solution.orders)
    )
    assert fewest_shifts(_row(*visits, shifts=1)).shifts is None
