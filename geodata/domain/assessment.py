"""The yearly assessment of towns: items with weights as data, each point traceable (S35)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from geodata.domain.campaign import ScoreItem

Facts = Mapping[str, float]
"""What is known of a town: counts by name, see `MEASURES`."""


def _share(part: str, whole: str) -> Callable[[Facts], tuple[float, float]]:
    return lambda facts: (facts.get(part, 0), facts.get(whole, 0))


MEASURES: Final[dict[str, Callable[[Facts], tuple[float, float]]]] = {
    "coverage": _share("covered", "sites"),
    "verified": _share("verified", "covered"),
    "nodes_on_time": _share("nodes_on_time", "nodes_due"),
    "reports_on_time": _share("reports_on_time", "reports_due"),
    "findings_closed": _share("findings_closed", "findings"),
    "complete_records": _share("complete", "sites"),
}
"""Numerator and denominator of each measure; nothing to do counts as all of it done."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One item of one town.

    Attributes:
        item: Which.
        part: Numerator of its measure.
        whole: Denominator.
        points: Of the item's, rounded to a hundredth.
    """

    item: ScoreItem
    part: float
    whole: float
    points: float


def score_town(items: tuple[ScoreItem, ...], facts: Facts) -> list[Scored]:
    """Return a town's points by item.

    Raises:
        KeyError: An item is measured by nothing that there is.
    """
    scored = []
    for item in items:
        part, whole = MEASURES[item.measure](facts)
        share = part / whole if whole else 1.0
        scored.append(Scored(item, part, whole, round(item.points * share, 2)))
    return scored
