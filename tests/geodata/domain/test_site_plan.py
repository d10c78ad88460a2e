"""How a plan comes into force, and what it never does."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from geodata.domain.site_plan import (
    TRANSITIONS,
    PlanEvent,
    PlanFacts,
    PlanState,
    is_late,
    open_events,
)

S, E = PlanState, PlanEvent
DAY = date(2017, 11, 20)


def test_the_way_of_a_plan():
    assert open_events(PlanFacts(S.DRAFT), DAY) == [E.PUBLICISE]
    running = PlanFacts(S.PUBLICISED, publicised_until=DAY + timedelta(days=1))
    assert open_events(running, DAY) == []
    over = PlanFacts(S.PUBLICISED, publicised_until=DAY)
    assert open_events(over, DAY) == [E.VOTE]
    assert open_events(PlanFacts(S.VOTED, passes=False), DAY) == [E.REJECT]
    assert open_events(PlanFacts(S.VOTED, passes=True), DAY) == [E.ADOPT, E.REJECT]
    assert open_events(PlanFacts(S.REJECTED), DAY) == [E.REVISE, E.FALL_BACK]
    assert open_events(PlanFacts(S.ADOPTED), DAY) == [E.ENFORCE]
    assert open_events(PlanFacts(S.IN_FORCE, due_on=DAY - timedelta(days=9)), DAY) == []


def test_a_late_plan_may_fall_back_from_anywhere():
    for state in (S.DRAFT, S.PUBLICISED, S.VOTED, S.ADOPTED):
        late = PlanFacts(state, due_on=DAY - timedelta(days=1))
        assert is_late(late, DAY)
        assert E.FALL_BACK in open_events(late, DAY)
        assert not is_late(PlanFacts(state, due_on=DAY), DAY)
        assert E.FALL_BACK not in open_events(PlanFacts(state, due_on=DAY), DAY)


@given(st.lists(st.sampled_from(E), max_size=30), st.booleans())
def test_no_walk_leaves_the_workflow_and_nothing_is_in_force_that_was_not_decided(events, passes):
    state, seen = S.DRAFT, []
    for event in events:
        facts = PlanFacts(state, publicised_until=DAY, passes=passes)
        if event in open_events(facts, DAY):
            state = TRANSITIONS[state, event]
            seen.append(event)
    if state is S.IN_FORCE:
        assert E.FALL_BACK in seen or (E.ADOPT in seen and passes)
