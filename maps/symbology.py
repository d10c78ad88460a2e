"""Colours: one for each value of each colouring, told apart by colour-blind eyes too.

The hues are those of Okabe and Ito ("Color Universal Design", 2008). Grey is kept for what is
not known or not done, vermilion for what needs somebody to act.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from geodata.domain.category import Category
from geodata.domain.division import DivisionKind
from geodata.domain.due import VisitReason
from geodata.domain.gap import GapKind
from geodata.domain.inspection import InspectionStatus
from geodata.domain.management import ManagementType
from geodata.domain.vocabulary import UNREPORTED, UNREPORTED_KEY, Language, label, words

UNREPORTED_COLOUR: Final = "#A7ADB5"

_BLUE: Final = "#0072B2"
_SKY: Final = "#56B4E9"
_GREEN: Final = "#009E73"
_YELLOW: Final = "#E8D91C"
_ORANGE: Final = "#E69F00"
_VERMILION: Final = "#D55E00"
_PURPLE: Final = "#B5548F"
_PALE: Final = "#C9D6E4"
_MIST: Final = "#C4C9D0"


class Colouring(StrEnum):
    """What the colour of a site on the map tells."""

    CATEGORY = "category"
    MANAGEMENT_TYPE = "management_type"
    INSPECTION_STATUS = "inspection_status"
    GAP = "gap"


class Gap(StrEnum):
    """What the map of gaps tells apart."""

    STANDALONE_UNCOVERED = "standalone_uncovered"
    COMMUNITY_UNCOVERED = "community_uncovered"
    COVERED = "covered"


MEMBERS: Final[dict[Colouring, type[StrEnum]]] = {
    Colouring.CATEGORY: Category,
    Colouring.MANAGEMENT_TYPE: ManagementType,
    Colouring.INSPECTION_STATUS: InspectionStatus,
    Colouring.GAP: Gap,
}

COLOURS: Final[dict[StrEnum, str]] = {
    Category.COMMODITY_HOUSING: _BLUE,
    Category.OLD_COMMUNITY: _ORANGE,
    Category.NEW_RURAL: _GREEN,
    Category.INSTITUTION_RUN: _PURPLE,
    Category.ENTERPRISE_RUN: _SKY,
    Category.STANDALONE_BUILDING: _VERMILION,
    ManagementType.PROFESSIONAL: _BLUE,
    ManagementType.SIMPLE: _SKY,
    ManagementType.UNIT_RUN: _PURPLE,
    ManagementType.OWNER_RUN: _YELLOW,
    ManagementType.NEIGHBOURHOOD_RUN: _GREEN,
    ManagementType.NONE: _VERMILION,
    InspectionStatus.OVERDUE: _VERMILION,
    InspectionStatus.AWAITING_REINSPECTION: _PURPLE,
    InspectionStatus.RECTIFYING: _ORANGE,
    InspectionStatus.PASSED: _BLUE,
    InspectionStatus.NOT_INSPECTED: _MIST,
    Gap.STANDALONE_UNCOVERED: _VERMILION,
    Gap.COMMUNITY_UNCOVERED: _PURPLE,
    Gap.COVERED: _PALE,
}

COVERAGE_STEPS: Final[tuple[tuple[float, str], ...]] = (
    (1.0, _BLUE),
    (0.9, _SKY),
    (0.75, _YELLOW),
    (0.5, _ORANGE),
    (0.0, _VERMILION),
)
"""Colour of a town by the least share of its sites that is covered, the highest first."""

CHANGE_COLOURS: Final = {"gain": _GREEN, "loss": _VERMILION, "changed": _BLUE}
"""What the map of two days tells apart: joined or covered, left or uncovered, anything else."""

GAP_COLOURS: Final[dict[str, str]] = {
    GapKind.UNMANAGED: _VERMILION,
    GapKind.MISSING: _PURPLE,
    GapKind.ABOUT_TO_LAPSE: _YELLOW,
    GapKind.BELOW_POLICY: _ORANGE,
    GapKind.BASIC_SERVICES: _SKY,
    GapKind.OUTSIDE_BOUNDARY: _BLUE,
    GapKind.DOUBLE: _GREEN,
}
"""By kind of gap, in the list of what a town has to do."""

VISIT_COLOURS: Final[dict[str, str]] = {
    VisitReason.REINSPECTION: _PURPLE,
    VisitReason.OVERDUE_FINDING: _VERMILION,
    VisitReason.SAMPLED: _GREEN,
    VisitReason.STAGE: _BLUE,
    VisitReason.DEADLINE_NEAR: _ORANGE,
    VisitReason.UNVERIFIED: _SKY,
    VisitReason.LONG_UNSEEN: _YELLOW,
    VisitReason.NEVER_SEEN: _MIST,
    VisitReason.CHOSEN: UNREPORTED_COLOUR,
}
"""By why somebody should go."""

AREA_COLOURS: Final = {"water": "#a9cfe8", "green": "#cfe6c2", "residential": "#eae4d9"}
"""The ground under the sites, paler than any of them: areas by kind, the lowest last."""
LAND: Final = "#f3f0e9"
"""What is seen where nothing is known."""
FOOTPRINT_FILL: Final = "#d9d0c1"
FOOTPRINT_LINE: Final = "#b9ae9c"


@dataclass(frozen=True, slots=True)
class RoadSymbol:
    """How a road is drawn.

    Attributes:
        thin: Pixels wide where a pixel is 30 m (zoom 12 of 256-pixel tiles) and farther away.
        thick: Pixels wide five zooms nearer.
        casing: Colour of its edges.
    """

    thin: float
    thick: float
    casing: str

    def width(self, near: float) -> float:
        """Return its width in pixels; `near` runs from 0, where it is thin, to 1."""
        reach: float = min(1.0, max(0.0, near)) ** 1.6
        return self.thin + (self.thick - self.thin) * reach


ROAD: Final = "#ffffff"
ROAD_CASING_PX: Final = 1.6
"""How much wider a road's casing is than the road."""
ROAD_SYMBOLS: Final[dict[int, RoadSymbol]] = {
    1: RoadSymbol(2.6, 13, "#d5cdbd"),
    2: RoadSymbol(2, 11, "#ddd6c8"),
    3: RoadSymbol(1.2, 8, "#e3ddd1"),
    4: RoadSymbol(0.8, 6, "#e6e1d6"),
    5: RoadSymbol(0.5, 3, "#eae6dc"),
}
"""By rank, as `geodata.domain.road` has them."""

COVERED_EDGE: Final = "#ffffff"
UNCOVERED_EDGE: Final = "#5b1a00"
"""The edges of sites: whichever way they are coloured, what is uncovered stands out."""
TEXT: Final = "#1f2937"


@dataclass(frozen=True, slots=True)
class Line:
    """A boundary: its colour, pixels wide, and dashes in pixels, none for a whole line."""

    colour: str
    width: float
    dashes: tuple[float, ...] = ()


DIVISION_LINES: Final[dict[DivisionKind, Line]] = {
    DivisionKind.DISTRICT: Line("#3d4856", 2.6),
    DivisionKind.TOWN: Line("#6b7684", 1.4),
    DivisionKind.NEIGHBOURHOOD: Line("#9aa3af", 0.8, (3, 4)),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a legend: key as in the data, label for people, colour."""

    key: str
    label: str
    colour: str


def entries(colouring: Colouring, language: Language) -> list[Entry]:
    """Return a colouring's legend in the order of its values; what is unreported comes last."""
    found = [Entry(one.value, label(one, language), COLOURS[one]) for one in MEMBERS[colouring]]
    if colouring in (Colouring.CATEGORY, Colouring.MANAGEMENT_TYPE):
        found.append(Entry(UNREPORTED_KEY, UNREPORTED[language], UNREPORTED_COLOUR))
    return found


def colouring_label(colouring: Colouring, language: Language) -> str:
    """Return the name of a colouring."""
    return words("colouring")[colouring.value].label(language)
