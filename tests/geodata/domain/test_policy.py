"""What the notice asks of each category (S11-S17, P1-P6)."""

from __future__ import annotations

from datetime import date

import pytest

from geodata.domain.category import Category
from geodata.domain.management import ManagementType
from geodata.domain.policy import POLICIES, PolicyFacts, Requirement, held_requirements

PROFESSIONAL = frozenset({ManagementType.PROFESSIONAL})
SIMPLE = frozenset({ManagementType.SIMPLE})
UNIT_RUN = frozenset({ManagementType.UNIT_RUN})
NONE = frozenset({ManagementType.NONE})
ALL_THREE = (True, True, True)
NEXT_YEAR = date(2018, 12, 31)


def test_the_policies_are_p1_to_p6_in_the_order_of_the_categories():
    assert [POLICIES[one].code for one in Category] == ["P1", "P2", "P3", "P4", "P5", "P6"]


@pytest.mark.parametrize(
    ("category", "facts", "is_met"),
    [
        (Category.COMMODITY_HOUSING, {"types": PROFESSIONAL, "has_star": True}, True),
        (Category.COMMODITY_HOUSING, {"types": PROFESSIONAL}, False),
        (Category.COMMODITY_HOUSING, {"types": SIMPLE, "has_star": True}, False),
        # 具备条件 decides what an old community owes; without the judgement nothing will do.
        (Category.OLD_COMMUNITY, {"types": PROFESSIONAL, "has_star": True}, False),
        (
            Category.OLD_COMMUNITY,
            {"types": PROFESSIONAL, "has_star": True, "is_ready_for_star": True},
            True,
        ),
        (
            Category.OLD_COMMUNITY,
            {"types": SIMPLE, "basic_services": ALL_THREE, "is_ready_for_star": True},
            False,
        ),
        (
            Category.OLD_COMMUNITY,
            {"types": SIMPLE, "basic_services": ALL_THREE, "is_ready_for_star": False},
            True,
        ),
        (
            Category.OLD_COMMUNITY,
            {"types": SIMPLE, "basic_services": (True, True, None), "is_ready_for_star": False},
            False,
        ),
        (Category.NEW_RURAL, {"types": UNIT_RUN, "responsible": "前沟村"}, True),
        (Category.NEW_RURAL, {"types": UNIT_RUN}, False),
        (Category.NEW_RURAL, {"types": NONE, "responsible": "前沟村"}, False),
        (Category.INSTITUTION_RUN, {"types": PROFESSIONAL}, True),
        (Category.INSTITUTION_RUN, {"types": UNIT_RUN}, False),
        (Category.INSTITUTION_RUN, {"types": UNIT_RUN, "roadmap_until": NEXT_YEAR}, True),
        (Category.INSTITUTION_RUN, {"types": NONE, "roadmap_until": NEXT_YEAR}, False),
        (Category.ENTERPRISE_RUN, {"types": UNIT_RUN, "handover_lead": "王村镇"}, True),
        (Category.ENTERPRISE_RUN, {"types": UNIT_RUN}, False),
        (
            Category.STANDALONE_BUILDING,
            {"types": SIMPLE, "basic_services": ALL_THREE, "responsible": "车站社区"},
            True,
        ),
        (Category.STANDALONE_BUILDING, {"types": SIMPLE, "basic_services": ALL_THREE}, False),
        (
            Category.STANDALONE_BUILDING,
            {"types": UNIT_RUN, "basic_services": ALL_THREE, "responsible": "车站社区"},
            False,
        ),
    ],
)
def test_a_policy_is_met_or_named(category, facts, is_met):
    lacking = POLICIES[category].lacking(held_requirements(PolicyFacts(category, **facts)))
    assert (not lacking) is is_met


@pytest.mark.parametrize("category", Category)
def test_a_site_without_management_meets_no_policy(category):
    held = held_requirements(PolicyFacts(category, NONE, has_star=True))
    assert POLICIES[category].lacking(held)


def test_what_is_missing_is_told_on_the_way_that_misses_least():
    facts = PolicyFacts(Category.OLD_COMMUNITY, SIMPLE, is_ready_for_star=False)
    lacking = POLICIES[Category.OLD_COMMUNITY].lacking(held_requirements(facts))
    assert lacking == [Requirement.SERVICES]
