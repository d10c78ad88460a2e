"""One vote, three laws (A5.1): exact at the borders, whatever the numbers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.domain.voting import GATE, READINGS, Tally, Vote, VotingRule, outcomes

R = VotingRule


def _vote(owners, participating, agreeing):
    return Vote(*(Tally(heads, Decimal(area)) for heads, area in (owners, participating, agreeing)))


def test_the_vector_of_the_notice():
    told = outcomes(_vote((100, 10_000), (70, 7_000), (50, 4_800)))
    assert told == {
        R.NOTICE_LITERAL: True,
        R.NOTICE_STRICT: False,
        R.REGULATION_2018: False,
        R.CIVIL_CODE: True,
    }
    assert GATE is R.NOTICE_STRICT
    assert _vote((100, 10_000), (70, 7_000), (50, 4_800)).is_just_half


@pytest.mark.parametrize(
    ("vote", "rule", "passes"),
    [
        (_vote((100, 100), (100, 100), (51, 51)), R.REGULATION_2018, True),
        (_vote((100, 100), (100, 100), (51, 50)), R.REGULATION_2018, False),
        (_vote((99, "99"), (66, "66"), (34, "33.01")), R.CIVIL_CODE, True),
        (_vote((99, "99"), (66, "65.99"), (34, "34")), R.CIVIL_CODE, False),
        (_vote((99, "99"), (65, "66"), (34, "34")), R.CIVIL_CODE, False),
        (_vote((99, "99"), (66, "66"), (33, "34")), R.CIVIL_CODE, False),
        (_vote((3, "0.03"), (2, "0.02"), (2, "0.02")), R.CIVIL_CODE, True),
    ],
)
def test_a_border_is_met_exactly(vote, rule, passes):
    assert outcomes(vote)[rule] is passes


def test_each_law_has_its_days_and_its_place():
    assert READINGS[R.REGULATION_2018].holds_on(date(2018, 6, 1))
    assert not READINGS[R.REGULATION_2018].holds_on(date(2021, 1, 1))
    assert READINGS[R.CIVIL_CODE].holds_on(date(2021, 1, 1))
    assert not READINGS[R.CIVIL_CODE].holds_on(date(2020, 12, 31))
    assert all(one.citation for one in READINGS.values())


@pytest.mark.parametrize(
    "vote",
    [
        _vote((0, 0), (0, 0), (0, 0)),
        _vote((10, 100), (11, 50), (1, 5)),
        _vote((10, 100), (5, 50), (6, 5)),
        _vote((10, 100), (5, 50), (4, 60)),
        _vote((10, 100), (5, 50), (-1, 5)),
    ],
)
def test_counts_that_cannot_be_are_told(vote):
    assert not vote.is_consistent


_PARTS = st.tuples(*[st.integers(0, 200)] * 3, *[st.integers(0, 20_000)] * 3)


@given(_PARTS)
def test_the_strict_reading_asks_most_of_heads_and_more_agreement_never_hurts(parts):
    heads, areas = sorted(parts[:3], reverse=True), sorted(parts[3:], reverse=True)
    vote = _vote(*zip(heads, areas, strict=True))
    if not vote.is_consistent:
        return
    told = outcomes(vote)
    assert not told[R.NOTICE_STRICT] or told[R.NOTICE_LITERAL]
    assert not told[R.REGULATION_2018] or told[R.NOTICE_STRICT]
    assert (told[R.NOTICE_LITERAL] and not told[R.NOTICE_STRICT]) == vote.is_just_half
    all_agree = Vote(vote.owners, vote.participating, vote.participating)
    assert all(outcomes(all_agree)[rule] >= passes for rule, passes in told.items())
