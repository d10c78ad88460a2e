"""Roads by how much they matter, as OpenStreetMap classes them."""

from __future__ import annotations

from typing import Final

ROAD_RANKS: Final[dict[int, tuple[str, ...]]] = {
    1: ("motorway", "trunk", "primary"),
    2: ("secondary",),
    3: ("tertiary", "unclassified"),
    4: ("residential", "living_street", "pedestrian"),
}
"""Values of ``highway`` by rank; links (``primary_link``) are small roads."""

SMALLEST_ROAD: Final = 5
"""The rank of every other road."""

ROAD_FROM_ZOOM: Final[dict[int, int]] = {1: 6, 2: 9, 3: 11, 4: 13, SMALLEST_ROAD: 14}
"""The first zoom at which roads of a rank are drawn."""


def smallest_rank_at(zoom: int) -> int:
    """Return the rank of the smallest roads that are drawn at a zoom."""
    return max(rank for rank, first in ROAD_FROM_ZOOM.items() if first <= max(zoom, 6))
