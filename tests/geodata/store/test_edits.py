"""A person changes a site: only what is in scope, and never by a stale copy."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from geodata.domain.access import Role, Scope
from geodata.domain.errors import DomainError
from geodata.store.edits import change_site, lock_site
from geodata.store.tables import Site, SiteVersion
from tests.builders import a_site, a_town


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
