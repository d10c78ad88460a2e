"""What the notice asks of each category, as checks P1-P6 (S11-S17)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from geodata.domain.category import Category
from geodata.domain.management import ManagementType, is_covered, is_market_covered

Types = frozenset[ManagementType]


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


@dataclass(frozen=True, slots=True)
class Policy:
    """One category's policy.

    Attributes:
        code: P1 to P6.
        clause: The row of the notice it follows.
        is_met: The check.
    """

    code: str
    clause: str
    is_met: Callable[[PolicyFacts], bool]


def _has_star_service(facts: PolicyFacts) -> bool:
    return is_market_covered(facts.types) and facts.has_star


def _has_basic_services(facts: PolicyFacts) -> bool:
    return ManagementType.SIMPLE in facts.types and all(facts.basic_services)


def _old_community(facts: PolicyFacts) -> bool:
    if facts.is_ready_for_star is None:
        return False
    return _has_star_service(facts) if facts.is_ready_for_star else _has_basic_services(facts)


def _new_rural(facts: PolicyFacts) -> bool:
    return bool(facts.responsible) and is_covered(facts.types)


def _institution_run(facts: PolicyFacts) -> bool:
    waiting = is_covered(facts.types) and facts.roadmap_until is not None
    return is_market_covered(facts.types) or waiting


def _enterprise_run(facts: PolicyFacts) -> bool:
    return is_covered(facts.types) and bool(facts.handover_lead)


def _standalone_building(facts: PolicyFacts) -> bool:
    return _has_basic_services(facts) and bool(facts.responsible)


POLICIES: Final[dict[Category, Policy]] = {
    Category.COMMODITY_HOUSING: Policy("P1", "S11", _has_star_service),
    Category.OLD_COMMUNITY: Policy("P2", "S12", _old_community),
    Category.NEW_RURAL: Policy("P3", "S14", _new_rural),
    Category.INSTITUTION_RUN: Policy("P4", "S15", _institution_run),
    Category.ENTERPRISE_RUN: Policy("P5", "S16", _enterprise_run),
    Category.STANDALONE_BUILDING: Policy("P6", "S17", _standalone_building),
}


def unmet_policy(facts: PolicyFacts) -> Policy | None:
    """Return the policy a site does not meet, or ``None`` when it conforms."""
    policy = POLICIES[facts.category]
    return None if policy.is_met(facts) else policy
