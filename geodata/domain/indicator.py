"""Coverage indicators: counts over four denominators, and the formula beside each rate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import ceil


class Denominator(StrEnum):
    """What a coverage rate is a share of (A5.2)."""

    SITES = "sites"
    BUILDINGS = "buildings"
    HOUSEHOLDS = "households"
    FLOOR_AREA_M2 = "floor_area_m2"


class CoverageKind(StrEnum):
    """Which sites a rate counts as covered (A5.2)."""

    CLAIMED = "covered"
    """Any effective type in force."""
    MARKET = "market"
    """A professional company in force (市场化覆盖率)."""
    VERIFIED = "verified"
    """Covered, and confirmed by an inspection within the stated days (核实覆盖率)."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with the two numbers it is made of, so that no percentage stands alone.

    Attributes:
        part: The numerator, in the unit of its denominator.
        whole: The denominator; a rate over nothing has no share.
    """

    part: float
    whole: float

    @property
    def share(self) -> float | None:
        """The rate as 0-1, or ``None`` over nothing."""
        return self.part / self.whole if self.whole else None

    def missing_for(self, target_share: float) -> int:
        """Return how many more units reach the target (还差 N), never below 0."""
        # Rounded first: 0.9 * 10 must not ask for a tenth site because of binary fractions.
        return max(0, ceil(round(target_share * self.whole - self.part, 9)))


@dataclass(frozen=True, slots=True)
class SiteFigures:
    """What one site brings to the indicators; unreported counts are ``None``.

    Attributes:
        is_covered: See `geodata.domain.management.is_covered`.
        buildings: Number of buildings.
        households: Number of households.
        floor_area_m2: Gross floor area in square metres.
    """

    is_covered: bool
    buildings: int | None
    households: int | None
    floor_area_m2: float | None

    def amount(self, denominator: Denominator) -> float:
        """Return the site's amount in the denominator's unit, 0 where it is not reported."""
        if denominator is Denominator.SITES:
            return 1
        value: float | None = getattr(self, denominator.value)
        return value or 0


def coverage_rate(sites: Iterable[SiteFigures], denominator: Denominator) -> Rate:
    """Add up the covered share of some sites in one denominator."""
    rows = list(sites)
    whole = sum(site.amount(denominator) for site in rows)
    return Rate(sum(site.amount(denominator) for site in rows if site.is_covered), whole)
