"""A person changes a site: only what is in scope, and never by a stale copy."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from geodata.domain.access import Role, Scope
from geodata.domain.errors import DomainError
from geodata.domain.governance import ContactSlot
from geodata.domain.management import ManagementType
from geodata.domain.period import today
from geodata.store.edits import change_site, lock_site
from geodata.store.entries import Entry, enter
from geodata.store.hanging import add_row, put_slot
from geodata.store.queries.ledger_table import ledger_table
from geodata.store.queries.state import SiteFilter
from geodata.store.tables import ManagementArrangement, Site, SiteMilestone, SiteVersion
from tests.builders import NOTICE_ON, a_site, a_town, effective
from tests.geodata.store.statements import recorded


def test_what_differs_is_written_and_told(session):
    site = a_site(session, "甲小区")
    locked = lock_site(session, Scope.everything(), site.id, version=1)
    assert set(change_site(session, locked, {"name": "甲小区", "note": "新"})) == {"note"}
    assert (locked.row_version, locked.note) == (2, "新")
    versions = select(func.count()).where(SiteVersion.row_id == site.id)
    assert session.scalar(versions.where(SiteVersion.subject == "site")) == 2


def test_a_stale_copy_is_refused_with_both_versions(session):
    site = a_site(session)
    change_site(session, lock_site(session, Scope.everything(), site.id, version=1), {"note": "一"})
    with pytest.raises(DomainError) as refused:
        lock_site(session, Scope.everything(), site.id, version=1)
    assert refused.value.code == "site.stale"
    assert refused.value.facts == {"site": site.id, "seen": 1, "standing": 2}


def test_another_towns_site_and_a_delisted_one_are_not_there(session):
    here, there = a_town(session, "甲镇"), a_town(session, "乙镇")
    site = a_site(session, town=there)
    gone = a_site(session, town=here)
    session.get_one(Site, gone.id).delisted_on = gone.listed_on
    session.flush()
    for scope, one in ((Scope.of(Role.TOWN, here.code), site), (Scope.everything(), gone)):
        with pytest.raises(DomainError) as refused:
            lock_site(session, scope, one.id, version=None)
        assert refused.value.code == "site.not_found"


def test_an_edit_takes_as_many_statements_whatever_hangs_on_the_site(session):
    town = a_town(session)
    bare, laden = a_site(session, "甲苑", town=town), a_site(session, "乙苑", town=town)
    for slot in ContactSlot:
        put_slot(session, laden.id, "contacts", slot.value, {"person": "王"})
    for _ in range(20):
        add_row(session, SiteMilestone, laden.id, title="步骤", due_on=date(2026, 1, 1))
    sent = []
    for site in (bare, laden):
        with recorded(session) as statements:
            locked = lock_site(session, Scope.everything(), site.id, version=1)
            entry = Entry(values={"note": "新", "name": f"{site.name}一期"})
            enter(session, Scope.everything(), locked, entry, on=today())
        sent.append(len(statements))
    assert sent[0] == sent[1]


def test_the_ledger_takes_as_many_statements_for_many_rows_as_for_few(session):
    town = a_town(session)
    counts = []
    for number in (1, 20):
        for _ in range(number):
            site = a_site(session, town=town)
            put_slot(session, site.id, "contacts", "service_company", {"person": "王"})
        with recorded(session) as statements:
            rows = ledger_table(session, Scope.everything(), SiteFilter(), on=today())
        counts.append((len(rows), len(statements)))
    assert counts == [(1, 3), (21, 3)]


def test_a_slot_of_which_nothing_is_told_has_no_row(session):
    site = a_site(session)
    assert not put_slot(session, site.id, "contacts", "service_company", {"person": None})
    assert not put_slot(session, site.id, "separation", "water", {"state": "not_started"})
    assert put_slot(session, site.id, "utilities", "heat", {"exists": False})
    assert put_slot(session, site.id, "contacts", "service_company", {"person": "王"})
    assert not put_slot(session, site.id, "contacts", "service_company", {"person": "王"})
    assert put_slot(session, site.id, "contacts", "service_company", {"person": None})


def test_the_company_of_an_edit_is_another_arrangement_too(session):
    site = a_site(session, ticked={ManagementType.SIMPLE}, company="甲物业")
    with effective(session, NOTICE_ON):
        rows = session.scalars(select(ManagementArrangement)).all()
        rows[0].company = "甲物业"
    locked = lock_site(session, Scope.everything(), site.id, version=1)
    enter(session, Scope.everything(), locked, Entry(values={"company": "乙物业"}), on=today())
    found = session.scalars(select(ManagementArrangement).order_by(ManagementArrangement.id))
    session.expire_all()
    assert [(one.company, one.ends_on is None) for one in found] == [
        ("甲物业", False),
        ("乙物业", True),
    ]
