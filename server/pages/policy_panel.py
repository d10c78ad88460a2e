"""What the notice asks of a record, and whether it is so (P1-P6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from geodata.domain.category import Category
from geodata.domain.management import ManagementType
from geodata.domain.policy import POLICIES, PolicyFacts, Requirement, held_requirements
from geodata.domain.site import ServiceStar, is_starred
from geodata.domain.vocabulary import Word, words
from geodata.store.queries.sites import SiteRecord

_LOOKED_AT: Final[dict[Category, tuple[str, ...]]] = {
    Category.COMMODITY_HOUSING: ("management_type", "service_star"),
    Category.OLD_COMMUNITY: (
        *("management_type", "is_ready_for_star", "readiness_reason", "service_star"),
        *("has_cleaning", "has_security", "has_order"),
    ),
    Category.NEW_RURAL: ("management_type", "responsible"),
    Category.INSTITUTION_RUN: ("management_type", "due_on"),
    Category.ENTERPRISE_RUN: ("management_type", "lead"),
    Category.STANDALONE_BUILDING: (
        *("management_type", "responsible", "has_cleaning", "has_security", "has_order"),
    ),
}
"""Fields that decide, by category; `geodata.domain.policy` decides."""

_ANCHORS: Final = {"management_type": "ticked_types", "due_on": "roadmap", "lead": "separation"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a record stands to the notice.

    Attributes:
        code: P1 to P6.
        policy: What is asked, and the clause.
        lacking: What is missing; nothing where the policy is met.
        looked_at: Word of each deciding field, and the anchor where it is filled in.
    """

    code: str
    policy: Word
    lacking: list[Requirement]
    looked_at: list[tuple[Word, str]]


def verdict_of(record: SiteRecord) -> Verdict | None:
    """Return how a record stands to the notice, ``None`` while its category is not reported."""
    if record.site.category is None:
        return None
    category = Category(record.site.category)
    known = {**words("column"), **words("field")}
    looked_at = [(known[one], _ANCHORS.get(one, one)) for one in _LOOKED_AT[category]]
    policy = POLICIES[category]
    lacking = policy.lacking(held_requirements(facts_of(record, category)))
    return Verdict(policy.code, words("policy")[category.value], lacking, looked_at)


def facts_of(record: SiteRecord, category: Category) -> PolicyFacts:
    """Return what the checks look at."""
    site, hanging = record.site, record.hanging
    star = None if site.service_star is None else ServiceStar(site.service_star)
    promised = [one.due_on for one in hanging.milestones]
    return PolicyFacts(
        category=category,
        types=frozenset(ManagementType(one) for one in record.state["effective_types"]),
        has_star=is_starred(star),
        is_ready_for_star=site.is_ready_for_star,
        basic_services=(site.has_cleaning, site.has_security, site.has_order),
        responsible=site.responsible,
        roadmap_until=max(promised, default=None),
        handover_lead=next((one.lead for one in hanging.separation if one.lead), None),
    )
