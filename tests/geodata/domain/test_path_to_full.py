"""Where the pace leads, and what is proposed for whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from geodata.domain.category import Category
from geodata.domain.indicator import Denominator
from geodata.domain.path_to_full import (
    PathAction,
    UnmanagedFacts,
    forecast,
    options_for,
)
from geodata.domain.site_plan import PlanFacts, PlanState

ON = date(2017, 11, 15)
BY = date(2017, 11, 30)
A = PathAction


def _weeks(first, last, weeks=8):
    return [(ON - timedelta(weeks=weeks), first), (ON, last)]


@pytest.mark.parametrize(
    ("first", "last", "whole", "full_on", "is_on_time"),
    [
        (80, 96, 100, ON + timedelta(weeks=2), True),
        (80, 96, 101, ON + timedelta(days=18), False),
        (96, 96, 100, None, False),
        (99, 96, 100, None, False),
        (80, 100, 100, ON, True),
        (0, 0, 0, ON, True),
        (95.2, 96, 96.1, ON + timedelta(weeks=1), True),
    ],
)
def test_the_day_on_which_all_is_covered(first, last, whole, full_on, is_on_time):
    found = forecast(_weeks(first, last), whole, BY)
    assert (found.full_on, found.is_on_time) == (full_on, is_on_time)
    assert found.missing == pytest.approx(max(0, whole - last))


def test_the_pace_that_the_deadline_needs():
    found = forecast(_weeks(80, 96), 100, ON + timedelta(weeks=4))
    assert (found.per_week, found.needed_per_week) == (2, 1)
    assert forecast(_weeks(80, 96), 100, ON).needed_per_week is None
    assert forecast(_weeks(80, 100), 100, ON).needed_per_week == 0
    assert forecast([(ON, 5)], 10, BY).per_week == 0


def _facts(category, plan=None, **more):
    amounts = dict.fromkeys(Denominator, 1.0) | {Denominator.HOUSEHOLDS: 20.0}
    return UnmanagedFacts(category=category, amounts=amounts, plan=plan, **more)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (_facts(Category.STANDALONE_BUILDING), [(A.SIMPLE, "S17")]),
        (
            _facts(Category.STANDALONE_BUILDING, has_managed_neighbour=True),
            [(A.SIMPLE, "S17"), (A.MERGE, "S17")],
        ),
        (
            _facts(Category.STANDALONE_BUILDING, PlanFacts(PlanState.REJECTED)),
            [(A.BACKSTOP, "S27")],
        ),
        (
            _facts(Category.STANDALONE_BUILDING, PlanFacts(PlanState.DRAFT, due_on=ON)),
            [(A.SIMPLE, "S17")],
        ),
        (
            _facts(Category.OLD_COMMUNITY, PlanFacts(PlanState.DRAFT, ON - timedelta(days=1))),
            [(A.BACKSTOP, "S27"), (A.CONTRACT, "S11")],
        ),
        (_facts(Category.COMMODITY_HOUSING), [(A.CONTRACT, "S11")]),
        (_facts(None), [(A.CONTRACT, "S11")]),
    ],
)
def test_what_is_proposed(facts, expected):
    assert [(one.action, one.clause) for one in options_for(facts, ON)] == expected


def test_costs_grow_with_households():
    (option,) = options_for(_facts(Category.STANDALONE_BUILDING), ON)
    assert option.cost_yuan == 4_000 + 20 * 90
