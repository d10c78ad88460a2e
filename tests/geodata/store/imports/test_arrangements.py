"""Ticks become arrangements that begin and end on days: a lapse is a fact (S27, S39)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geodata.domain.management import ManagementType as M
from geodata.store.imports.arrangements import change_arrangements
from geodata.store.tables import ManagementArrangement, Site, SiteVersion
from tests.builders import NOTICE_ON, a_draft, a_site
from tests.geodata.store.statements import recorded

DAY = timedelta(days=1)
LATER = NOTICE_ON + 30 * DAY
LATEST = NOTICE_ON + 60 * DAY


def _tick(session: Session, site: Site, *types: M, on: date, overwrites: bool = True) -> bool:
    draft = a_draft(ticked_types=frozenset(types), company="某物业公司")
    moved = change_arrangements(session, {site.id: draft}, on=on, overwrites=overwrites)
    return site.id in moved


def _rows(session: Session) -> list[tuple[str, date, date | None]]:
    table = ManagementArrangement
    session.expire_all()
    statement = select(table.management_type, table.starts_on, table.ends_on)
    rows = session.execute(statement.order_by(table.id))
    return [(kind, starts_on, ends_on) for kind, starts_on, ends_on in rows]


def test_ticks_of_a_new_site_begin_on_the_day_of_the_edition(session):
    site = a_site(session, ticked=())
    assert _tick(session, site, M.SIMPLE, M.UNIT_RUN, on=NOTICE_ON)
    assert _rows(session) == [("simple", NOTICE_ON, None), ("unit_run", NOTICE_ON, None)]
    companies = session.scalars(select(ManagementArrangement.company)).all()
    assert companies == ["某物业公司"] * 2


def test_what_is_no_longer_ticked_ended_the_day_before(session):
    site = a_site(session, ticked={M.SIMPLE, M.UNIT_RUN})
    assert _tick(session, site, M.UNIT_RUN, on=LATER)
    assert _rows(session) == [("simple", NOTICE_ON, LATER - DAY), ("unit_run", NOTICE_ON, None)]


def test_a_lapse_and_a_return_are_three_facts(session):
    site = a_site(session, ticked={M.SIMPLE})
    _tick(session, site, M.NONE, on=LATER)
    _tick(session, site, M.SIMPLE, on=LATEST)
    assert _rows(session) == [
        ("simple", NOTICE_ON, LATER - DAY),
        ("none", LATER, LATEST - DAY),
        ("simple", LATEST, None),
    ]


def test_the_same_ticks_change_nothing(session):
    site = a_site(session, ticked={M.SIMPLE, M.UNIT_RUN})
    before = session.scalar(select(func.count()).select_from(SiteVersion))
    assert not _tick(session, site, M.UNIT_RUN, M.SIMPLE, on=LATER)
    assert session.scalar(select(func.count()).select_from(SiteVersion)) == before


@pytest.mark.parametrize(("overwrites", "ends_on"), [(True, LATER - DAY), (False, None)])
def test_a_row_without_ticks_ends_management_only_where_it_states_everything(
    session, overwrites, ends_on
):
    site = a_site(session, ticked={M.SIMPLE})
    assert _tick(session, site, on=LATER, overwrites=overwrites) is overwrites
    assert _rows(session) == [("simple", NOTICE_ON, ends_on)]


def test_a_corrected_edition_of_the_same_day_leaves_no_arrangement_that_never_was(session):
    site = a_site(session, ticked={M.SIMPLE})
    _tick(session, site, M.PROFESSIONAL, on=NOTICE_ON)
    assert _rows(session) == [("professional", NOTICE_ON, None)]
    last = session.scalars(
        select(SiteVersion)
        .where(SiteVersion.subject == "management_arrangement", SiteVersion.new.is_(None))
        .order_by(SiteVersion.id)
    ).all()
    assert [version.old["management_type"] for version in last] == ["simple"]


def test_what_ended_long_ago_is_left_alone(session):
    site = a_site(session, ticked={M.SIMPLE}, lapsed_on=NOTICE_ON + 5 * DAY)
    _tick(session, site, M.NONE, on=LATER)
    assert _rows(session)[0] == ("simple", NOTICE_ON, NOTICE_ON + 4 * DAY)


def test_a_whole_ledger_takes_a_handful_of_statements(session):
    sites = [a_site(session, ticked={M.SIMPLE}) for _ in range(20)]
    draft = a_draft(ticked_types=frozenset({M.NONE}))
    drafts = {site.id: draft for site in sites}
    with recorded(session) as sent:
        moved = change_arrangements(session, drafts, on=LATER, overwrites=True)
    assert moved == set(drafts)
    assert len(sent) == 2  # and one COPY


def test_another_company_under_the_same_type_is_another_arrangement(session):
    site = a_site(session, ticked=())
    for on, company in ((NOTICE_ON, "甲物业公司"), (LATER, "甲物业公司"), (LATEST, "乙物业公司")):
        draft = a_draft(ticked_types=frozenset({M.PROFESSIONAL}), company=company)
        change_arrangements(session, {site.id: draft}, on=on, overwrites=True)
    assert _rows(session) == [
        ("professional", NOTICE_ON, LATEST - DAY),
        ("professional", LATEST, None),
    ]
    companies = session.scalars(
        select(ManagementArrangement.company).order_by(ManagementArrangement.id)
    )
    assert companies.all() == ["甲物业公司", "乙物业公司"]
