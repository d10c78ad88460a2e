"""Which buildings the ledger misses: one rule for frames in memory and for the database.

A footprint is a building's outline as a survey or map draws it. Every one belongs to exactly
one class, with the reason for it (S10, S22).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from geodata.domain.gap import GapDecision


class FootprintClass(StrEnum):
    """What a footprint is to the ledger."""

    IN_SITE = "in_site"
    MISSING = "missing"
    NON_RESIDENTIAL = "non_residential"
    TOO_SMALL = "too_small"
    UNDER_CONSTRUCTION = "under_construction"
    DEMOLISHED = "demolished"
    DUPLICATE = "duplicate"
    UNUSABLE = "unusable"
    """No building has such an outline."""


class ClassReason(StrEnum):
    """Why a footprint is in its class."""

    SHARE = "share"
    POINT = "point"
    DECISION = "decision"
    USE = "use"
    USE_UNKNOWN = "use_unknown"
    AREA = "area"
    FLOORS = "floors"
    OUTLINE = "outline"


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRules:
    """The thresholds, all in one place.

    Attributes:
        min_share: Share of a footprint's area that has to lie in sites for it to be theirs, 0-1.
        min_area_m2: What is smaller houses nobody.
        one_storey_m2: So large at least is a block of one storey; what is smaller is a cottage, a
            shed or a stall: the notice speaks of 楼房.
        max_area_m2: No building is larger: such an outline is a mistake.
        join_within_m: Missing footprints that stand so near are one candidate.
    """

    min_share: float = 0.5
    min_area_m2: float = 30.0
    one_storey_m2: float = 250.0
    max_area_m2: float = 100_000.0
    join_within_m: float = 30.0


RULES: Final = GapRules()
"""Those in force."""

MAIN_ROAD_RANK: Final = 2
"""Roads of this rank and above part what stands on either side (`geodata.domain.road`)."""

RESIDENTIAL_USES: Final = frozenset(
    {
        *("apartments", "residential", "house", "detached", "semidetached_house", "terrace"),
        *("dormitory", "bungalow", "ger", "farm", "cabin", "住宅", "居住", "公寓", "宿舍", "平房"),
    }
)
"""Values of ``building`` in OpenStreetMap, and what surveys write, for houses people live in."""

COTTAGE_USES: Final = frozenset({"house", "detached", "bungalow", "farm", "cabin", "ger", "平房"})
"""Those of them that are one family's house where they have one storey."""

UNKNOWN_USES: Final = frozenset({"yes", "building", "unclassified", "其他", "未知"})
"""Values that tell no use; like none at all."""

CONSTRUCTION_USES: Final = frozenset({"construction", "proposed", "planned", "在建"})
DEMOLISHED_USES: Final = frozenset({"demolished", "razed", "ruins", "collapsed", "已拆除", "拆除"})

CLASS_DECIDED: Final[dict[GapDecision, FootprintClass]] = {
    GapDecision.NON_RESIDENTIAL: FootprintClass.NON_RESIDENTIAL,
    GapDecision.DEMOLISHED: FootprintClass.DEMOLISHED,
    GapDecision.UNDER_CONSTRUCTION: FootprintClass.UNDER_CONSTRUCTION,
    GapDecision.DUPLICATE: FootprintClass.DUPLICATE,
}
"""What a decision makes of the footprints it was taken about; other decisions make sites."""

REMEMBERED_SHARE: Final = 0.5
"""A footprint is the one decided about if each covers so much of the other: ids change from one
survey to the next, walls do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FootprintFacts:
    """What the rule looks at.

    Attributes:
        share: Of its area inside sites, 0-1.
        holds_point: Whether a site that has only a point stands in it.
        decided: The class that a person decided on.
        use: As the source tells it.
        area_m2: Of its outline, ``None`` where that has none.
        floors: Number of storeys, if told.
    """

    share: float = 0.0
    holds_point: bool = False
    decided: FootprintClass | None = None
    use: str | None = None
    area_m2: float | None
    floors: int | None = None


def class_of(facts: FootprintFacts, rules: GapRules = RULES) -> tuple[FootprintClass, ClassReason]:
    """Return the class of a footprint, and why.

    What no person can have drawn comes first; then the ledger; then what a person decided; then
    what the source tells; then size.
    """
    area = facts.area_m2
    if area is None or not 0 < area <= rules.max_area_m2:
        return FootprintClass.UNUSABLE, ClassReason.OUTLINE
    if facts.share >= rules.min_share:
        return FootprintClass.IN_SITE, ClassReason.SHARE
    if facts.holds_point:
        return FootprintClass.IN_SITE, ClassReason.POINT
    if facts.decided is not None:
        return facts.decided, ClassReason.DECISION
    return _by_source(facts.use, area, facts.floors, rules)


def _by_source(
    use: str | None, area: float, floors: int | None, rules: GapRules
) -> tuple[FootprintClass, ClassReason]:
    is_unknown = use is None or use in UNKNOWN_USES
    if use in CONSTRUCTION_USES:
        return FootprintClass.UNDER_CONSTRUCTION, ClassReason.USE
    if use in DEMOLISHED_USES:
        return FootprintClass.DEMOLISHED, ClassReason.USE
    if not is_unknown and use not in RESIDENTIAL_USES:
        return FootprintClass.NON_RESIDENTIAL, ClassReason.USE
    if area < rules.min_area_m2:
        return FootprintClass.TOO_SMALL, ClassReason.AREA
    if (is_unknown or use in COTTAGE_USES) and floors == 1 and area < rules.one_storey_m2:
        return FootprintClass.TOO_SMALL, ClassReason.FLOORS
    return FootprintClass.MISSING, ClassReason.USE_UNKNOWN if is_unknown else ClassReason.USE
