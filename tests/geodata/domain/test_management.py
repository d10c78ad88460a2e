"""What ticks and subsidies make of a site (S43, S44, A5.2)."""

from __future__ import annotations

from itertools import chain, combinations

import pytest

from geodata.domain.management import (
    MANAGEMENT,
    ManagementType,
    are_consistent,
    effective_types,
    is_covered,
    is_market_covered,
)

T = ManagementType

EVERY_SET = [
    frozenset(chosen)
    for chosen in chain.from_iterable(
        combinations(ManagementType, size) for size in range(len(ManagementType) + 1)
    )
]

TEN_SITES = [
    *[({T.PROFESSIONAL}, False)] * 3,
    *[({T.PROFESSIONAL}, True)] * 2,
    *[({T.SIMPLE}, False)] * 3,
    ({T.SIMPLE, T.UNIT_RUN}, False),
    ({T.NONE}, False),
]
"""The arithmetic vector of S43-S44."""


def test_the_vector_of_ten_sites_adds_up():
    counted = [effective_types(ticked, subsidised=subsidised) for ticked, subsidised in TEN_SITES]
    tallies = {one: sum(one in types for types in counted) for one in T}
    assert tallies == {
        T.PROFESSIONAL: 5,
        T.SIMPLE: 6,
        T.UNIT_RUN: 1,
        T.OWNER_RUN: 0,
        T.NEIGHBOURHOOD_RUN: 0,
        T.NONE: 1,
    }
    managed = sum(number for one, number in tallies.items() if one is not T.NONE)
    assert managed == 12
    assert sum(map(is_covered, counted)) == 9


def test_a_subsidy_alone_counts_as_simple():
    assert effective_types((), subsidised=True) == {T.SIMPLE}


def test_a_subsidy_outweighs_a_tick_for_none():
    assert effective_types({T.NONE}, subsidised=True) == {T.SIMPLE}


def test_nothing_reported_stays_nothing():
    assert effective_types((), subsidised=False) == frozenset()


@pytest.mark.parametrize("ticked", EVERY_SET)
def test_none_never_stands_beside_another_effective_type(ticked):
    for subsidised in (False, True):
        types = effective_types(ticked, subsidised=subsidised)
        assert T.NONE not in types or types == {T.NONE}


@pytest.mark.parametrize("ticked", EVERY_SET)
def test_a_site_is_covered_by_any_type_but_none(ticked):
    assert is_covered(ticked) == bool(ticked - {T.NONE})


@pytest.mark.parametrize("ticked", EVERY_SET)
def test_only_a_professional_company_is_market(ticked):
    assert is_market_covered(ticked) == (T.PROFESSIONAL in ticked)


def test_every_type_has_a_meaning_and_market_types_cover():
    assert set(MANAGEMENT) == set(T)
    assert all(what.covers for what in MANAGEMENT.values() if what.is_market)


@pytest.mark.parametrize(
    ("ticked", "subsidised", "expected"),
    [
        ({T.NONE}, False, True),
        ({T.NONE}, True, False),
        ({T.NONE, T.SIMPLE}, False, False),
        ({T.SIMPLE, T.UNIT_RUN}, True, True),
        (set(), True, True),
    ],
)
def test_none_excludes_the_rest(ticked, subsidised, expected):
    assert are_consistent(ticked, subsidised=subsidised) is expected
