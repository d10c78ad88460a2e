"""Rates over four denominators, each with its two numbers (A5.2)."""

from __future__ import annotations

import pytest

from geodata.domain.indicator import Denominator, Rate, SiteFigures, coverage_rate

SITES = [
    SiteFigures(is_covered=True, buildings=4, households=120, floor_area_m2=9_000.5),
    SiteFigures(is_covered=True, buildings=1, households=None, floor_area_m2=800),
    SiteFigures(is_covered=False, buildings=None, households=60, floor_area_m2=None),
]


@pytest.mark.parametrize(
    ("denominator", "part", "whole"),
    [
        (Denominator.SITES, 2, 3),
        (Denominator.BUILDINGS, 5, 5),
        (Denominator.HOUSEHOLDS, 120, 180),
        (Denominator.FLOOR_AREA_M2, 9_800.5, 9_800.5),
    ],
)
def test_each_denominator_adds_up_its_own_column(denominator, part, whole):
    assert coverage_rate(SITES, denominator) == Rate(part, whole)


def test_a_rate_over_nothing_has_no_share():
    assert coverage_rate([], Denominator.SITES).share is None
    assert Rate(0, 0).missing_for(0.9) == 0


def test_nine_of_ten_is_ninety_percent():
    assert Rate(9, 10).share == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("part", "whole", "target", "missing"),
    [
        (8, 10, 0.9, 1),
        (9, 10, 0.9, 0),
        (10, 10, 0.9, 0),
        (7, 10, 0.85, 2),
        (0, 3, 1.0, 3),
        (2.1, 3, 0.7, 0),
    ],
)
def test_missing_is_the_least_number_that_reaches_the_target(part, whole, target, missing):
    assert Rate(part, whole).missing_for(target) == missing


@pytest.mark.parametrize("whole", range(1, 60))
def test_missing_units_reach_the_target_and_one_less_does_not(whole):
    for part in range(whole + 1):
        for percent in (50, 80, 90, 95, 100):
            missing = Rate(part, whole).missing_for(percent / 100)
            assert 100 * (part + missing) >= percent * whole
            assert missing == 0 or 100 * (part + missing - 1) < percent * whole
