"""Where a site's boundary comes from, and what may be wrong with it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class BoundarySource(StrEnum):
    """How a person came by a boundary; files and imports name themselves."""

    DRAWN = "drawn"
    FOOTPRINTS = "footprints"
    OSM = "osm"
    SPLIT = "split"
    MERGE = "merge"


class BoundaryProblem(StrEnum):
    """What may be wrong with a boundary."""

    INVALID = "invalid"
    """Its ring crosses or touches itself, so that inside and outside are not told apart."""
    NO_AREA = "no_area"
    OVERLAP = "overlap"
    OUTSIDE = "outside"
    SLIVER = "sliver"
    """A part of it that is too narrow or small to be meant."""
    GAP = "gap"
    """A hole, or ground between it and a neighbour, that is too narrow or small to be meant."""
    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"
    FOOTPRINT_CUT = "footprint_cut"


class BoundarySolution(StrEnum):
    """What may be offered against a problem; nothing is done before a person chooses it."""

    REPAIR = "repair"
    TAKE_OFF = "take_off"
    """Leave the offending piece to the other site, or to what lies outside."""
    DROP = "drop"
    FILL = "fill"
    INCLUDE = "include"
    EXCLUDE = "exclude"


UNSAVABLE: Final = frozenset({BoundaryProblem.INVALID, BoundaryProblem.NO_AREA})
"""Problems that no explanation helps: such a shape is no boundary."""

TO_EXPLAIN: Final = frozenset(
    {
        BoundaryProblem.OVERLAP,
        BoundaryProblem.OUTSIDE,
        BoundaryProblem.SLIVER,
        BoundaryProblem.GAP,
    }
)
"""Problems to be solved, or explained in a note that is kept; the others are only mentioned."""

USUAL_ACCURACY_M: Final = {
    BoundarySource.DRAWN: 5.0,
    BoundarySource.FOOTPRINTS: 2.0,
    BoundarySource.OSM: 5.0,
    BoundarySource.SPLIT: 5.0,
    BoundarySource.MERGE: 5.0,
}
"""Metres by which a line may lie off, where nobody says better."""
