"""Whatever happened on whichever day, in whichever order it was written down.

An independent oracle replays it day by day, and every query about the past must say the same.
"""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.change import ChangeKind
from geodata.domain.errors import DomainError
from geodata.store.edits import change_site, lock_site
from geodata.store.leaving import delist_site, relist_site
from geodata.store.queries.changes import ledger_changes
from geodata.store.queries.lapses import find_lapses
from geodata.store.queries.state import SiteFilter, site_state
from geodata.store.tables import ManagementArrangement as Arrangement
from tests.builders import NOTICE_ON, a_site, a_town, effective

EVERYTHING = Scope.everything()
LENGTH = 13
ACTS = st.one_of(
    st.tuples(st.just("edit"), st.sampled_from(["1", "2", "3"])),
    st.tuples(st.just("subsidise"), st.booleans()),
    st.tuples(st.just("begin"), st.sampled_from(["simple", "professional", "none"])),
    st.tuples(st.just("end"), st.sampled_from(["simple", "professional", "none"])),
    st.tuples(st.just("delist"), st.none()),
    st.tuples(st.just("relist"), st.booleans()),
)
STEPS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, LENGTH - 1), ACTS), max_size=16)


class Oracle:
    """What each day looked like at one site: nothing but lists over the days."""

    def __init__(self) -> None:
        self.name = ["0"] * LENGTH
        self.subsidised = [False] * LENGTH
        self.listed = [True] * LENGTH
        self.since = 0
        self.runs: list[list[Any]] = []

    def hold(self, values: list[Any], first: int, value: object) -> None:
        """Let a value hold from a day on, unless it stands already."""
        if values[-1] != value:
            values[first:] = [value] * (LENGTH - first)

    def types(self, day: int) -> set[str]:
        """Types in force."""
        return {kind for kind, first, last in self.runs if first <= day <= last}

    def covered(self, day: int) -> bool:
        """Listed, and under any type that counts."""
        return self.listed[day] and bool(self.subsidised[day] or self.types(day) - {"none"})

    def open(self, kind: str) -> list[Any] | None:
        """The run of a type that has no end yet."""
        return next((run for run in self.runs if run[0] == kind and run[2] == LENGTH), None)

    def lapsed(self, day: int) -> int | None:
        """First day of the run without cover that the day lies in, if there was cover before."""
        first = day
        while first > 0 and self.listed[first - 1] and not self.covered(first - 1):
            first -= 1
        had_cover = any(self.covered(earlier) for earlier in range(first))
        return first if had_cover and self.listed[day] and not self.covered(day) else None


def _act(session: Session, oracle: Oracle, site: int, shift: int, act: tuple[str, Any]) -> None:
    name, value = act
    if name in ("delist", "relist"):
        _list(session, oracle, site, shift, act)
    elif oracle.listed[-1] and shift >= oracle.since:
        with effective(session, _day(shift)):
            if name in ("edit", "subsidise"):
                column = {"edit": "name", "subsidise": "subsidised"}[name]
                locked = lock_site(session, EVERYTHING, site, version=None)
                change_site(session, locked, {column: value})
                oracle.hold(oracle.name if name == "edit" else oracle.subsidised, shift, value)
            else:
                _manage(session, oracle, site, shift, act)


def _manage(session: Session, oracle: Oracle, site: int, shift: int, act: tuple[str, Any]) -> None:
    name, kind = act
    run = oracle.open(kind)
    if name == "begin" and run is None:
        session.add(Arrangement(site_id=site, management_type=kind, starts_on=_day(shift)))
        oracle.runs.append([kind, shift, LENGTH])
    if name == "end" and run is not None and run[1] < shift:
        own = (Arrangement.site_id == site, Arrangement.management_type == kind)
        session.execute(
            update(Arrangement)
            .where(*own, Arrangement.ends_on.is_(None))
            .values(ends_on=_day(shift - 1))
        )
        run[2] = shift - 1


def _list(session: Session, oracle: Oracle, site: int, shift: int, act: tuple[str, Any]) -> None:
    left = next((day for day in range(LENGTH - 1, -1, -1) if oracle.listed[day]), -1) + 1
    may_leave = act[0] == "delist" and oracle.listed[-1] and shift >= oracle.since
    may_return = act[0] == "relist" and not oracle.listed[-1] and shift >= left
    refusal = nullcontext() if may_leave or may_return else pytest.raises(DomainError)
    with refusal, session.begin_nested(), effective(session, _day(shift)):
        if act[0] == "delist":
            delist_site(session, EVERYTHING, site, on=_day(shift), version=None)
        else:
            more: Any = {"version": None, "resumes": act[1]}
            relist_site(session, EVERYTHING, site, on=_day(shift), **more)
    if not (may_leave or may_return):
        return
    oracle.listed[shift:] = [may_return] * (LENGTH - shift)
    if may_leave:
        oracle.runs = [
            [kind, first, min(last, shift - 1)]
            for kind, first, last in oracle.runs
            if first < shift
        ]
        return
    if shift > left:
        oracle.since = shift
    if act[1]:
        for run in [run for run in oracle.runs if run[2] == left - 1]:
            if shift == left:
                run[2] = LENGTH
            else:
                oracle.runs.append([run[0], shift, LENGTH])


def _day(shift: int) -> date:
    return NOTICE_ON + timedelta(days=shift)


@given(STEPS)
@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_day_and_every_difference_of_days_is_as_the_oracle_says(session, steps):
    with session.begin_nested() as whole:
        town = a_town(session)
        sites = [a_site(session, "0", town=town, ticked=(), subsidised=False) for _ in range(2)]
        oracles = {site.id: Oracle() for site in sites}
        for which, shift, act in steps:
            _act(session, oracles[sites[which].id], sites[which].id, shift, act)
        session.flush()
        for shift in range(LENGTH):
            _check_day(session, oracles, shift)
        for first in range(0, LENGTH - 1, 3):
            _check_difference(session, oracles, first, LENGTH - 2)
        whole.rollback()


def _check_day(session: Session, oracles: dict[int, Oracle], shift: int) -> None:
    rows = session.execute(select(site_state(_day(shift)))).mappings()
    found = {
        row["site_id"]: (row["name"], set(row["ticked_types"]), row["is_covered"], row["lapsed_on"])
        for row in rows
    }
    expected = {}
    for site, one in oracles.items():
        if one.listed[shift]:
            lapsed = one.lapsed(shift)
            lapsed_on = None if lapsed is None else _day(lapsed)
            expected[site] = (one.name[shift], one.types(shift), one.covered(shift), lapsed_on)
    assert found == expected
    lapses = find_lapses(session, EVERYTHING, SiteFilter(), on=_day(shift))
    assert {one.site["site_id"]: one.lost_on for one in lapses} == {
        site: row[3] for site, row in expected.items() if row[3]
    }


def _check_difference(session: Session, oracles: dict[int, Oracle], a: int, b: int) -> None:
    table = ledger_changes(session, EVERYTHING, SiteFilter(), day_from=_day(a), day_to=_day(b))
    found = {one.site_id: set(one.kinds) for one in table.changes}
    expected: dict[int, set[ChangeKind]] = {}
    for site, one in oracles.items():
        kinds = set()
        if one.listed[a] != one.listed[b]:
            kinds = {ChangeKind.JOINED if one.listed[b] else ChangeKind.LEFT}
        elif one.listed[a]:
            differ = {
                ChangeKind.GAINED: one.covered(b) > one.covered(a),
                ChangeKind.LOST: one.covered(b) < one.covered(a),
                ChangeKind.OTHER: (one.name[a], one.subsidised[a])
                != (one.name[b], one.subsidised[b]),
            }
            kinds = {kind for kind, is_so in differ.items() if is_so}
        if kinds:
            expected[site] = kinds
    assert {site: kinds - {ChangeKind.TYPES} for site, kinds in found.items()} == {
        site: expected.get(site, set()) for site in found
    }
    assert expected.keys() <= found.keys()
    counts, total = table.total.counts, table.total
    assert total.sites_to - total.sites_from == counts["joined"] - counts["left"]
    assert total.covered_to - total.covered_from == (
        counts["gained"] + counts["joined_covered"] - counts["lost"] - counts["left_covered"]
    )
