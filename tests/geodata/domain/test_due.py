"""Which visit a site needs, and steps of findings that lead nowhere else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.domain.access import Role
from geodata.domain.category import Category
from geodata.domain.checklist import CheckItem, items_for
from geodata.domain.due import (
    EVIDENCE,
    VisitFacts,
    VisitReason,
    chosen_visit,
    due_visit,
    service_minutes,
)
from geodata.domain.finding_steps import TRANSITIONS, FindingEvent, open_steps, walk
from geodata.domain.inspection import FindingStatus, InspectionKind

DAY = date(2026, 11, 27)


def _ago(days: int) -> date:
    return DAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("facts", "reason", "days"),
    [
        ({"awaiting_since": _ago(3), "overdue_on": _ago(9)}, VisitReason.REINSPECTION, 3),
        ({"overdue_on": _ago(9), "is_sampled": True}, VisitReason.OVERDUE_FINDING, 9),
        ({"is_sampled": True}, VisitReason.SAMPLED, None),
        ({"is_staged": True}, VisitReason.STAGE, None),
        ({"next_due_on": _ago(-4), "is_verified": True}, VisitReason.DEADLINE_NEAR, 4),
        ({"last_inspected_on": _ago(200)}, VisitReason.UNVERIFIED, 200),
        ({"is_verified": True, "last_inspected_on": _ago(45)}, VisitReason.LONG_UNSEEN, 45),
        ({"is_covered": False}, VisitReason.NEVER_SEEN, None),
    ],
)
def test_the_most_telling_reason_is_told(facts, reason, days) -> None:
    found = due_visit(VisitFacts(**{"is_covered": True, "is_verified": False, **facts}), DAY)
    assert found is not None
    assert (found.reason, found.days) == (reason, days)


def test_what_was_seen_and_confirmed_lately_is_not_due_but_can_be_chosen() -> None:
    facts = VisitFacts(is_covered=True, is_verified=True, last_inspected_on=_ago(44))
    assert due_visit(facts, DAY) is None
    assert chosen_visit(facts, DAY).reason is VisitReason.CHOSEN


def test_values_fall_with_the_reasons_and_grow_with_size() -> None:
    values = list(EVIDENCE.values())
    assert values == sorted(values, reverse=True)
    small = chosen_visit(VisitFacts(is_covered=True, is_verified=True), DAY)
    large = chosen_visit(VisitFacts(is_covered=True, is_verified=True, households=5000), DAY)
    assert small.value < large.value <= 100


def test_minutes_of_a_visit() -> None:
    assert service_minutes(Category.STANDALONE_BUILDING, 1) == 15
    assert service_minutes(Category.OLD_COMMUNITY, 100) == 60
    assert service_minutes(None, None) > 0


@given(st.lists(st.sampled_from(FindingEvent), max_size=12))
def test_no_walk_leaves_the_steps(events) -> None:
    status = FindingStatus.OPEN
    for event in events:
        allowed = open_steps(status, Role.ADMINISTRATOR)
        assert (event in allowed) == ((status, event) in TRANSITIONS)
        if event in allowed:
            status = TRANSITIONS[status, event]
    assert status in FindingStatus


def test_only_the_district_closes() -> None:
    for role in Role:
        may = FindingEvent.PASS in open_steps(FindingStatus.AWAITING_REINSPECTION, role)
        assert may == (role in {Role.ADMINISTRATOR, Role.DISTRICT_LEAD, Role.INSPECTOR})
    back = [FindingEvent.START, FindingEvent.HAND_IN, FindingEvent.REJECT, FindingEvent.HAND_IN]
    assert walk([*back, FindingEvent.PASS]) is FindingStatus.CLOSED
    with pytest.raises(KeyError):
        walk([FindingEvent.PASS])


def test_each_category_is_asked_what_concerns_it() -> None:
    enterprise = items_for(Category.ENTERPRISE_RUN, InspectionKind.INSPECTION)
    assert CheckItem.HANDOVER in enterprise
    assert CheckItem.MECHANISM not in enterprise
    assert CheckItem.MECHANISM in items_for(None, InspectionKind.SELF_CHECK)
    assert CheckItem.HANDOVER not in items_for(Category.OLD_COMMUNITY, InspectionKind.INSPECTION)
