"""How inspectors get about, and how fast on which road."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class TravelMode(StrEnum):
    """By what an inspector goes."""

    CAR = "car"
    E_BIKE = "e_bike"
    FOOT = "foot"


class TravelBasis(StrEnum):
    """What travel times were taken from."""

    ROADS = "roads"
    STRAIGHT_LINE = "straight_line"


@dataclass(frozen=True, slots=True)
class ModeRules:
    """Where a mode may go, and how fast.

    Attributes:
        road_kmh: Speed by OpenStreetMap's ``highway``; roads that are not named are closed to it.
        keeps_oneway: Whether one-way streets bind it.
        straight_kmh: Speed over the detour of a straight line, where no roads are known.
    """

    road_kmh: Mapping[str, float]
    keeps_oneway: bool
    straight_kmh: float


_FAST: Final = ("motorway", "trunk")
_MAIN: Final = ("primary", "secondary", "tertiary")
_SMALL: Final = ("unclassified", "road", "residential", "living_street", "service", "track")
_WALKED: Final = ("pedestrian", "footway", "path", "cycleway")


def _with_links(speeds: Mapping[str, float]) -> dict[str, float]:
    links = {f"{road}_link": kmh * 0.8 for road, kmh in speeds.items() if road in _FAST + _MAIN}
    return {**speeds, **links}


MODE_RULES: Final[dict[TravelMode, ModeRules]] = {
    TravelMode.CAR: ModeRules(
        _with_links(
            {
                **dict(zip(_FAST, (80, 55), strict=True)),
                **dict(zip(_MAIN, (42, 36, 32), strict=True)),
                **dict(zip(_SMALL, (28, 24, 20, 10, 12, 10), strict=True)),
            }
        ),
        keeps_oneway=True,
        straight_kmh=26.0,
    ),
    TravelMode.E_BIKE: ModeRules(
        _with_links(
            {
                **dict.fromkeys(_MAIN, 20.0),
                **dict(zip(_SMALL, (18, 18, 18, 12, 14, 10), strict=True)),
                **dict(zip(_WALKED, (6, 6, 12, 20), strict=True)),
            }
        ),
        keeps_oneway=True,
        straight_kmh=16.0,
    ),
    TravelMode.FOOT: ModeRules(
        _with_links({**dict.fromkeys((*_MAIN, *_SMALL, *_WALKED), 4.8), "steps": 2.5}),
        keeps_oneway=False,
        straight_kmh=4.8,
    ),
}
"""Speeds with crossings and lights in them, guessed for a Chinese county town."""

CLOSED_ACCESS: Final = frozenset({"no", "private"})
"""Values of ``access`` that close a road to everybody who has no business there."""

DETOUR_FACTOR: Final = 1.3
"""How much longer roads are than the straight line, where none are known."""

WALK_KMH: Final = 4.5
"""Between a road and a site beside it."""
