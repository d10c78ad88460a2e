"""A change that holds from an earlier day: every day between tells it, and what came after it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from geodata.domain.errors import DomainError
from geodata.domain.period import today
from geodata.store.queries.hanging import hanging_on
from geodata.store.session import Change, sign
from geodata.store.tables import Site, SiteContact, SiteVersion
from tests.builders import NOTICE_ON, a_site, effective

DAY = timedelta(days=1)


def _write(session: Session, site: Site, on: date, **values: Any) -> None:
    with effective(session, on):
        session.execute(update(Site).where(Site.id == site.id).values(**values))


def _on(session: Session, on: date, name: str) -> Any:
    return session.scalar(text(f"SELECT {name} FROM site_as_of(:day)"), {"day": on})


def test_an_earlier_change_leaves_later_ones_of_other_fields_alone(session):
    site = a_site(session, "旧名", households=100)
    _write(session, site, NOTICE_ON + 20 * DAY, name="新名")
    _write(session, site, NOTICE_ON + 10 * DAY, households=118)
    days = [NOTICE_ON + shift * DAY for shift in (9, 10, 19, 20)]
    told = [(_on(session, day, "name"), _on(session, day, "households")) for day in days]
    assert told == [("旧名", 100), ("旧名", 118), ("旧名", 118), ("新名", 118)]


def test_the_last_word_on_a_field_holds_from_its_day_on(session):
    site = a_site(session, households=100)
    _write(session, site, NOTICE_ON + 20 * DAY, households=120)
    _write(session, site, NOTICE_ON + 10 * DAY, households=118)
    days = (9, 10, 20, 30)
    found = [_on(session, NOTICE_ON + shift * DAY, "households") for shift in days]
    assert found == [100, 118, 118, 118]
    assert session.get_one(Site, site.id, populate_existing=True).households == 118


def test_what_is_carried_on_tells_of_no_change_of_its_own(session):
    site = a_site(session, "旧名", households=100)
    _write(session, site, NOTICE_ON + 20 * DAY, name="新名")
    _write(session, site, NOTICE_ON + 10 * DAY, households=118)
    changed, carried = session.scalars(
        select(SiteVersion).where(SiteVersion.subject == "site").order_by(SiteVersion.id).offset(2)
    )
    assert (changed.old["households"], changed.new["households"]) == (100, 118)
    assert (changed.old["name"], changed.new["name"]) == ("旧名", "旧名")
    assert carried.old == carried.new
    assert carried.effective_on == NOTICE_ON + 20 * DAY


def test_what_hangs_on_a_site_is_told_as_it_was(session):
    site = a_site(session)
    with effective(session, NOTICE_ON + 5 * DAY):
        contact = SiteContact(site_id=site.id, slot="owners_committee", person="甲")
        session.add(contact)
    with effective(session, NOTICE_ON + 15 * DAY):
        contact.phone = "13800000000"
    with effective(session, NOTICE_ON + 10 * DAY):
        contact.person = "乙"
    with effective(session, NOTICE_ON + 30 * DAY):
        session.delete(contact)

    def told(shift: int) -> list[tuple[str, str | None]]:
        found = hanging_on(session, site.id, on=NOTICE_ON + shift * DAY)
        return [(row.person, row.phone) for row in found.contacts]

    assert [told(shift) for shift in (4, 5, 10, 15, 30)] == [
        [], [("甲", None)], [("乙", None)], [("乙", "13800000000")], [],
    ]  # fmt: skip
    assert told((today() - NOTICE_ON).days) == []


def test_a_change_of_a_day_to_come_is_refused(session):
    with pytest.raises(DomainError) as refused:
        sign(session, Change("tester", "test", today() + DAY))
    assert refused.value.code == "change.future"


FIRST: dict[str, Any] = {"name": "0", "households": 0, "subsidised": None}
VALUES = st.one_of(
    st.tuples(st.just("name"), st.sampled_from(["1", "2", "3"])),
    st.tuples(st.just("households"), st.integers(1, 3)),
    st.tuples(st.just("subsidised"), st.sampled_from([None, False, True])),
)


@given(st.lists(st.tuples(st.integers(0, 12), VALUES), max_size=14))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_order_of_days_can_be_rebuilt(session, edits):
    """The oracle: on each day the last word recorded among those that held by then."""
    days: dict[int, dict[str, Any]] = {shift: dict(FIRST) for shift in range(14)}
    with session.begin_nested() as step:
        site = a_site(session, ticked=(), **FIRST)
        for first, (field, value) in edits:
            _write(session, site, NOTICE_ON + first * DAY, **{field: value})
            # What stands already is no change, whatever the day.
            if days[13][field] != value:
                for shift in range(first, 14):
                    days[shift][field] = value
        past = text("SELECT name, households, subsidised FROM site_as_of(:day)")
        for shift in range(-1, 14):
            found = session.execute(past, {"day": NOTICE_ON + shift * DAY}).mappings()
            assert found.one_or_none() == days.get(shift)
        assert session.scalar(LAST_IS_THE_ROW, {"site": site.id}) is True
        step.rollback()


LAST_IS_THE_ROW = text(
    "SELECT v.new = site_snapshot(s) FROM site AS s JOIN site_version AS v ON v.site_id = s.id"
    " WHERE s.id = :site AND v.subject = 'site' ORDER BY v.effective_on DESC, v.id DESC LIMIT 1"
)
