"""Choices are the best there are: held against every subset of small cases."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.choosing import Choice, fewest_for, most_within

_CHOICES = st.lists(
    st.builds(Choice, st.integers(0, 4), st.integers(0, 30), st.integers(0, 50)), max_size=8
)


def _subsets(choices):
    """Every set of places that takes no key twice."""
    for size in range(len(choices) + 1):
        for places in combinations(range(len(choices)), size):
            if len({choices[one].key for one in places}) == size:
                yield places


def _gain(choices, places):
    return sum(choices[one].gain for one in places)


def _cost(choices, places):
    return sum(choices[one].cost for one in places)


@settings(max_examples=150, deadline=None)
@given(_CHOICES, st.integers(-3, 90))
def test_the_fewest_that_reach_a_need_and_the_cheapest_of_those(choices, needed):
    enough = [one for one in _subsets(choices) if _gain(choices, one) >= needed]
    best = min(((len(one), _cost(choices, one)) for one in enough), default=None)
    found = fewest_for(choices, needed)
    if best is None:
        assert found is None
        return
    assert found is not None
    assert (len(found), _cost(choices, found)) == best
    assert _gain(choices, found) >= needed
    assert len({choices[one].key for one in found}) == len(found)


@settings(max_examples=150, deadline=None)
@given(_CHOICES, st.integers(0, 150))
def test_the_most_that_a_budget_pays_for_and_the_cheapest_of_those(choices, budget):
    paid = [one for one in _subsets(choices) if _cost(choices, one) <= budget]
    best = max((_gain(choices, one), -_cost(choices, one)) for one in paid)
    found = most_within(choices, budget)
    assert (_gain(choices, found), -_cost(choices, found)) == best
    assert len({choices[one].key for one in found}) == len(found)
