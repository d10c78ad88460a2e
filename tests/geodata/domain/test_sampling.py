"""The estimate from a stratified sample, and the draw that nobody can steer (M1)."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.domain.sampling import Stratum, allotted, drawn, estimate


def test_the_vector_of_one_stratum() -> None:
    said = estimate([Stratum(200, 40, 34)])
    assert said is not None
    assert said.rate == pytest.approx(0.85)
    assert said.standard_error * 100 == pytest.approx(5.11, abs=0.005)
    assert said.low == pytest.approx(0.750, abs=0.0005)
    assert said.high == pytest.approx(0.950, abs=0.0005)


def test_what_was_seen_whole_is_known() -> None:
    said = estimate([Stratum(10, 10, 7), Stratum(5, 5, 5)])
    assert said is not None
    assert said.rate == pytest.approx(0.8)
    assert said.standard_error == 0
    assert estimate([Stratum(10, 0, 0), Stratum(5, 5, 5)]) is None
    assert estimate([]) is None


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    rng = random.Random(1)
    held = 0
    for _ in range(400):
        strata = []
        true = whole = 0
        for size, share in ((150, 0.9), (80, 0.7), (40, 0.5)):
            sites = [rng.random() < share for _ in range(size)]
            seen = rng.sample(sites, size // 4)
            true, whole = true + sum(sites), whole + size
            strata.append(Stratum(size, len(seen), sum(seen)))
        said = estimate(strata)
        assert said is not None
        held += said.low <= true / whole <= said.high
    assert 0.9 <= held / 400 <= 0.99


@given(
    sizes=st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 60), max_size=6),
    wanted=st.integers(1, 80),
)
def test_no_more_is_drawn_than_there_is_and_two_of_each(sizes, wanted) -> None:
    found = allotted(sizes, wanted)
    assert set(found) == {name for name, size in sizes.items() if size}
    for name, count in found.items():
        assert min(2, sizes[name]) <= count <= sizes[name]
    least = sum(min(2, size) for size in sizes.values())
    assert sum(found.values()) <= max(wanted, least) + len(found)


def test_the_draw_depends_on_the_seed_and_on_nothing_else() -> None:
    sites = {"a": list(range(50)), "b": list(range(100, 130))}
    turned = {name: some[::-1] for name, some in reversed(sites.items())}
    assert drawn(sites, 20, "x") == drawn(turned, 20, "x")
    assert drawn(sites, 20, "x") != drawn(sites, 20, "y")
    counts = [0] * 50
    for seed in range(600):
        for one in drawn({"a": sites["a"]}, 10, str(seed))["a"]:
            counts[one] += 1
    assert min(counts) > 70
    assert max(counts) < 175
