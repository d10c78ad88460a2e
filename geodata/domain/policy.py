"""What the notice asks of each category, as checks P1-P6 (S11-S17).

Each policy is a table row: the ways in which it may be met, each a set of requirements that
must hold together. SQL is written from the same table (`geodata/store/rules.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from geodata.domain.category import Category
from geodata.domain.management import ManagementType, is_covered, is_market_covered

Types = frozenset[ManagementType]


class Requirement(StrEnum):
    """One thing that a policy may ask of a site."""

    COVERED = "covered"
    MARKET = "market"
    SIMPLE = "simple"
    STAR = "star"
    SERVICES = "services"
    READY = "ready"
    NOT_READY = "not_ready"
    RESPONSIBLE = "responsible"
    ROADMAP = "roadmap"
    LEAD = "lead"


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """What the checks look at; ``None`` is 未填报.

    Attributes:
        category: The site's category.
        types: Effective types in force.
        has_star: Whether a star from one to five was granted.
        is_ready_for_star: The recorded judgement 具备条件 for an old community.
        basic_services: 保洁, 保安, 保序, each yes, no or unknown.
        responsible: The organisation named as responsible.
        roadmap_until: The day by which a roadmap promises a professional company.
        handover_lead: The town named to lead 三供一业.
    """

    category: Category
    types: Types
    has_star: bool = False
    is_ready_for_star: bool | None = None
    basic_services: tuple[bool | None, bool | None, bool | None] = (None, None, None)
    responsible: str | None = None
    roadmap_until: date | None = None
    handover_lead: str | None = None


_HOLDS: Final[dict[Requirement, Callable[[PolicyFacts], bool]]] = {
    Requirement.COVERED: lambda facts: is_covered(facts.types),
    Requirement.MARKET: lambda facts: is_market_covered(facts.types),
    Requirement.SIMPLE: lambda facts: ManagementType.SIMPLE in facts.types,
    Requirement.STAR: lambda facts: facts.has_star,
    Requirement.SERVICES: lambda facts: all(facts.basic_services),
    Requirement.READY: lambda facts: facts.is_ready_for_star is True,
    Requirement.NOT_READY: lambda facts: facts.is_ready_for_star is False,
    Requirement.RESPONSIBLE: lambda facts: bool(facts.responsible),
    Requirement.ROADMAP: lambda facts: facts.roadmap_until is not None,
    Requirement.LEAD: lambda facts: bool(facts.handover_lead),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """One category's policy.

    Attributes:
        code: P1 to P6.
        clause: The row of the notice it follows.
        ways: Sets of requirements, any of which is enough.
    """

    code: str
    clause: str
    ways: tuple[frozenset[Requirement], ...]

    def lacking(self, held: Collection[Requirement]) -> list[Requirement]:
        """Return what is missing on the way that misses least, in the order of `Requirement`.

        Args:
            held: Requirements that a site holds.
        """
        rest = min((way.difference(held) for way in self.ways), key=len)
        return [one for one in Requirement if one in rest]


def _ways(*ways: Collection[Requirement]) -> tuple[frozenset[Requirement], ...]:
    return tuple(frozenset(way) for way in ways)


_STAR_SERVICE: Final = (Requirement.MARKET, Requirement.STAR)
_BASIC: Final = (Requirement.SIMPLE, Requirement.SERVICES)

POLICIES: Final[dict[Category, Policy]] = {
    Category.COMMODITY_HOUSING: Policy("P1", "S11", _ways(_STAR_SERVICE)),
    Category.OLD_COMMUNITY: Policy(
        "P2",
        "S12",
        _ways((Requirement.READY, *_STAR_SERVICE), (Requirement.NOT_READY, *_BASIC)),
    ),
    Category.NEW_RURAL: Policy("P3", "S14", _ways((Requirement.RESPONSIBLE, Requirement.COVERED))),
    Category.INSTITUTION_RUN: Policy(
        "P4",
        "S15",
        _ways((Requirement.MARKET,), (Requirement.COVERED, Requirement.ROADMAP)),
    ),
    Category.ENTERPRISE_RUN: Policy("P5", "S16", _ways((Requirement.COVERED, Requirement.LEAD))),
    Category.STANDALONE_BUILDING: Policy("P6", "S17", _ways((*_BASIC, Requirement.RESPONSIBLE))),
}


def held_requirements(facts: PolicyFacts) -> frozenset[Requirement]:
    """Return the requirements that a site holds, whatever its category asks."""
    return frozenset(one for one, holds in _HOLDS.items() if holds(facts))
