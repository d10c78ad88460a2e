"""Plans are kept, and small ones are the best there are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.domain.errors import DomainError
from geodata.routing.engine import Effort
from geodata.routing.problem import Opening, Problem, Visit
from geodata.routing.scoring import left_out, score
from geodata.routing.solver import Solution, solve
from geodata.routing.timetable import is_kept, length_m, timetable
from tests.geodata.routing.problems import FIVE, HOUR, NINE, a_problem, by_brute_force

QUICK = Effort(60, 5)


def _check(problem: Problem, found: Solution) -> None:
    """Hold a plan against the problem, independently of what decides in the solver."""
    made = [one for order in found.orders for one in order]
    assert len(made) == len(set(made))
    for shift, order, times in zip(
        problem.shifts, found.orders, found.timetables(problem), strict=True
    ):
        assert order[: len(shift.first)] == shift.first
        assert order[len(order) - len(shift.last) :] == shift.last
        assert times.ends_s <= shift.ends_s
        assert [one.visit for one in times.stops] == list(order)
        assert all(shift.admits(problem.visit(one)) for one in order)
        if shift.max_distance_m is not None:
            assert length_m(problem, shift, order) <= shift.max_distance_m
        _check_clock(problem, shift.on, times, order, shift)


def _check_clock(problem, on, times, order, shift) -> None:
    now, place, busy = shift.starts_s, shift.start_place, []
    for stop in times.stops:
        visit = problem.visit(stop.visit)
        assert stop.ends_s - stop.begins_s == visit.service_s
        assert stop.begins_s >= stop.arrives_s >= now + int(problem.duration_s[place, visit.place])
        fits = [one for one in visit.openings if one.on in (None, on)]
        assert not visit.openings or any(
            one.opens_s <= stop.begins_s and stop.ends_s <= one.closes_s for one in fits
        )
        busy.append((stop.arrives_s - stop.travel_s, stop.arrives_s))
        busy.append((stop.begins_s, stop.ends_s))
        now, place = stop.ends_s, visit.place
    if order:
        assert times.ends_s >= now + int(problem.duration_s[place, shift.end_place])
    if shift.lunch is None:
        return
    if times.lunch_s is None:
        assert not order or times.ends_s <= shift.lunch.latest_s
        return
    over = times.lunch_s + shift.lunch.duration_s
    assert shift.lunch.earliest_s <= times.lunch_s <= shift.lunch.latest_s
    assert all(over <= begins or ends <= times.lunch_s for begins, ends in busy)


@pytest.mark.parametrize("seed", range(40))
def test_small_plans_equal_brute_force(seed: int) -> None:
    problem = a_problem(
        seed,
        3 + seed % 4,
        lunch=seed % 3 > 0,
        metres=25_000 if seed % 5 == 0 else None,
        pinned=seed % 2 == 0,
    )
    found = solve(problem)
    _check(problem, found)
    assert found.is_proven
    assert found.score == score(problem, found.orders) == by_brute_force(problem)


@pytest.mark.parametrize("seed", range(6))
def test_two_inspectors_equal_brute_force(seed: int) -> None:
    problem = a_problem(seed, 5, inspectors=2)
    assert solve(problem).score == by_brute_force(problem)


def test_eight_stops_equal_brute_force() -> None:
    problem = a_problem(3, 8)
    assert solve(problem).score == by_brute_force(problem)


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    visits=st.integers(1, 16),
    inspectors=st.integers(1, 3),
    days=st.integers(1, 2),
    lunch=st.booleans(),
    metres=st.sampled_from([None, 20_000]),
    balance_s=st.sampled_from([0, 900]),
    pinned=st.booleans(),
)
def test_nothing_is_ever_broken(seed: int, visits: int, **wanted: int) -> None:
    problem = a_problem(seed, visits, **wanted)  # type: ignore[arg-type]
    _check(problem, solve(problem, QUICK))


@pytest.mark.parametrize("seed", range(5))
def test_the_search_comes_near_the_proven_best(seed: int) -> None:
    problem = a_problem(seed, 9)
    best = solve(problem)
    padded = replace(problem, balance_s=1)
    found = solve(padded, Effort(500, 10))
    assert best.score <= found.score <= best.score * 1.02


def test_the_same_seed_gives_the_same_plan() -> None:
    problem = a_problem(11, 30, inspectors=2)
    assert solve(problem, QUICK).orders == solve(problem, QUICK).orders


def test_each_better_plan_is_told_and_the_search_can_be_stopped() -> None:
    problem = a_problem(5, 40, inspectors=2)
    told: list[Solution] = []
    found = solve(problem, Effort(10**9, 60), heard=told.append, is_stopped=lambda: bool(told))
    assert told
    assert found.score <= told[-1].score
    _check(problem, found)


def test_pins_that_cannot_be_kept_are_refused() -> None:
    problem = a_problem(1, 4)
    late = tuple(replace(one, openings=(Opening(1, 2),)) for one in problem.visits)
    shift = replace(problem.shifts[0], first=(1,))
    with pytest.raises(DomainError, match=r"routes\.pin_impossible"):
        solve(replace(problem, visits=late, shifts=(shift,)))


def test_a_visit_is_finished_when_the_place_closes() -> None:
    problem = a_problem(2, 1, lunch=False)
    only = Visit(id=1, place=2, service_s=HOUR, openings=(Opening(NINE, NINE + HOUR),))
    stay = replace(problem, visits=(only,), duration_s=problem.duration_s * 0)
    assert solve(stay).orders == ((1,),)
    longer = replace(stay, visits=(replace(only, service_s=HOUR + 1),))
    assert solve(longer).orders == ((),)


def test_lunch_waits_for_the_visit_to_be_over() -> None:
    problem = a_problem(2, 1)
    only = Visit(id=1, place=2, service_s=HOUR * 2, openings=(Opening(11 * HOUR, 13 * HOUR),))
    here = replace(
        problem,
        visits=(only,),
        duration_s=problem.duration_s * 0,
        shifts=(replace(problem.shifts[0], ends_s=FIVE),),
    )
    (times,) = solve(here).timetables(here)
    assert times.stops[0].ends_s == 13 * HOUR
    assert times.lunch_s is None
    assert times.ends_s == 13 * HOUR


def test_work_is_balanced_where_that_is_wanted() -> None:
    plain = a_problem(21, 14, inspectors=2, lunch=False, extent_m=3_000)
    fair = replace(plain, balance_s=3600)
    assert score(fair, solve(fair, Effort(400, 5)).orders) <= score(fair, solve(plain).orders)


def test_the_least_valuable_visits_are_left_out() -> None:
    problem = a_problem(4, 9, lunch=False, extent_m=10)
    alike = tuple(
        replace(one, service_s=HOUR, openings=(), skill=None, is_required=False, value=one.id)
        for one in problem.visits
    )
    day = replace(problem.shifts[0], ends_s=NINE + 6 * HOUR + 600)
    short = replace(problem, visits=alike, shifts=(day,), town_change_s=0)
    assert left_out(short, solve(short).orders) == [1, 2, 3]


def test_routes_without_visits_are_empty() -> None:
    problem = replace(a_problem(1, 1), visits=())
    (times,) = solve(problem).timetables(problem)
    assert times.stops == ()
    assert times.travel_s == times.distance_m == 0
    assert timetable(problem, problem.shifts[0], ()).ends_s == NINE
    assert is_kept(problem, problem.shifts[0], ())
