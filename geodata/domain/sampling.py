"""The truth layer: a stratified random sample, and what it says about the real rate (M1).

Nobody chooses whom to visit: the seed is stored and the same draw can be made again.
Source: Cochran, W. (1977), Sampling Techniques, 3rd ed., sections 3.2 and 5.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import ceil, sqrt
from statistics import NormalDist
from typing import Final

CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Stratum:
    """One part of all sites.

    Attributes:
        size: Sites in it.
        inspected: How many of them the sample saw.
        confirmed: At how many of these coverage was confirmed.
    """

    size: int
    inspected: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a sample says about all; shares 0-1.

    Attributes:
        rate: The estimate.
        standard_error: With the correction for a finite number of sites.
        low: Lower end of the interval that holds the real rate with `CONFIDENCE`.
        high: Upper end.
    """

    rate: float
    standard_error: float
    low: float
    high: float


def estimate(strata: Iterable[Stratum]) -> Estimate | None:
    """Return the rate that a stratified sample tells; ``None`` while a stratum has no visit.

    A stratum seen in one site only has no variance of its own: it counts as the worst case, a
    half, unless it was seen whole.
    """
    parts = [one for one in strata if one.size]
    if not parts or any(one.inspected == 0 for one in parts):
        return None
    whole = sum(one.size for one in parts)
    rate = sum(one.size / whole * one.confirmed / one.inspected for one in parts)
    error = sqrt(sum((one.size / whole) ** 2 * _variance(one) for one in parts))
    reach = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * error
    return Estimate(rate, error, max(0.0, rate - reach), min(1.0, rate + reach))


def _variance(one: Stratum) -> float:
    """Return the variance of a stratum's share, seen without putting anything back."""
    left = 1 - one.inspected / one.size
    if one.inspected == 1:
        return 0.25 * left
    share = one.confirmed / one.inspected
    return left * share * (1 - share) / (one.inspected - 1)


def allotted(sizes: Mapping[str, int], wanted: int) -> dict[str, int]:
    """Return how many to draw from each stratum: in proportion, two at least, all at most.

    Args:
        sizes: Sites by stratum.
        wanted: How many in all; more where the least of each stratum asks for it.
    """
    whole = sum(sizes.values())
    if not whole:
        return {}
    found = {
        name: min(size, max(_LEAST, ceil(wanted * size / whole - 1e-9)))
        for name, size in sizes.items()
        if size
    }
    order = sorted(found, key=lambda name: (-found[name], name))
    surplus = sum(found.values()) - wanted
    for name in order:
        while surplus > 0 and found[name] > max(_LEAST, wanted * sizes[name] // whole):
            found[name] -= 1
            surplus -= 1
    return found


_LEAST: Final = 2
"""One visit to a stratum says nothing about how much its sites differ."""


def drawn(sites: Mapping[str, Sequence[int]], wanted: int, seed: str) -> dict[str, list[int]]:
    """Return the sites that a seed draws from each stratum, in order of their ids.

    The draw orders each site by a hash of seed and id: it depends on neither the order of rows
    nor on a library's random numbers, and anybody can check it.
    """
    counts = allotted({name: len(some) for name, some in sites.items()}, wanted)
    return {
        name: sorted(sorted(sites[name], key=lambda one: _ticket(seed, one))[:count])
        for name, count in counts.items()
    }


def _ticket(seed: str, site: int) -> str:
    return sha256(f"{seed}:{site}".encode()).hexdigest()
