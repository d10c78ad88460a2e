"""Every change leaves a version: who, when, old, new, why (S23)."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from geodata.domain.management import ManagementType
from geodata.domain.period import today
from geodata.store.session import Change, sign
from geodata.store.tables import Finding, Inspection, ManagementArrangement, Site, SiteVersion
from tests.builders import NOTICE_ON, a_finding, a_site, an_inspection, square


def _versions(session: Session, subject: str) -> list[SiteVersion]:
    statement = select(SiteVersion).where(SiteVersion.subject == subject)
    return list(session.scalars(statement.order_by(SiteVersion.id)))


def test_a_new_site_is_a_version_without_an_old_one(session):
    site = a_site(session, "和平小区", households=120)
    (version,) = _versions(session, "site")
    assert version.site_id == version.row_id == site.id
    assert version.old is None
    assert (version.new["name"], version.new["households"]) == ("和平小区", 120)
    assert version.effective_on == NOTICE_ON


def test_a_change_tells_who_why_old_and_new(session):
    site = a_site(session, households=120)
    sign(session, Change("wang", "核对户数"))
    session.execute(update(Site).where(Site.id == site.id).values(households=118))
    version = _versions(session, "site")[-1]
    assert (version.changed_by, version.reason) == ("wang", "核对户数")
    assert (version.old["households"], version.new["households"]) == (120, 118)
    assert version.effective_on == today()


def test_a_version_keeps_geometry_exactly(session):
    boundary = square(0.012345678901, 0.02)
    site = a_site(session, boundary=boundary)
    is_same = session.scalar(
        text(
            "SELECT ST_AsEWKB((v.new ->> 'geom')::geometry) = ST_AsEWKB(s.geom)"
            " FROM site AS s JOIN site_version AS v ON v.row_id = s.id WHERE s.id = :id"
            " AND v.subject = 'site'"
        ),
        {"id": site.id},
    )
    assert is_same is True


def test_what_hangs_on_a_site_leaves_versions_of_the_site(session):
    site = a_site(session, ticked={ManagementType.SIMPLE})
    finding = a_finding(session, an_inspection(session, site, NOTICE_ON))
    session.execute(
        update(Finding).where(Finding.id == finding.id).values(started_on=finding.opened_on)
    )
    for subject, count in (("management_arrangement", 1), ("inspection", 1), ("finding", 2)):
        versions = _versions(session, subject)
        assert [version.site_id for version in versions] == [site.id] * count


def test_an_ended_arrangement_that_is_deleted_leaves_what_it_was(session):
    site = a_site(session, ticked={ManagementType.SIMPLE})
    session.execute(delete(ManagementArrangement).where(ManagementArrangement.site_id == site.id))
    version = _versions(session, "management_arrangement")[-1]
    assert version.new is None
    assert version.old["management_type"] == "simple"


def test_a_site_cannot_be_deleted(session):
    site = a_site(session, ticked=())
    with pytest.raises(DBAPIError, match="not deleted"):
        session.execute(delete(Site).where(Site.id == site.id))


@pytest.mark.parametrize(("actor", "reason"), [("", "test"), ("wang", ""), ("", "")])
def test_a_change_by_nobody_or_for_no_reason_is_refused(session, actor, reason):
    site = a_site(session)
    sign(session, Change(actor, reason))
    with pytest.raises(DBAPIError, match="without actor or reason"):
        session.execute(update(Site).where(Site.id == site.id).values(households=1))


@pytest.mark.parametrize(
    "row",
    [
        lambda site: ManagementArrangement(
            site_id=site.id, management_type="owner_run", starts_on=NOTICE_ON
        ),
        lambda site: Inspection(
            site_id=site.id,
            inspected_on=NOTICE_ON,
            kind="inspection",
            result="passed",
            confirms_cover=True,
        ),
    ],
)
def test_what_hangs_on_a_site_is_refused_unsigned_too(session, row):
    site = a_site(session)
    sign(session, Change("", ""))
    session.add(row(site))
    with pytest.raises(DBAPIError, match="without actor or reason"):
        session.flush()


def test_the_signature_ends_with_its_transaction(engine):
    with Session(engine) as session:
        sign(session, Change("wang", "test"))
        session.commit()
        actor = session.scalar(text("SELECT current_setting('fugai.actor', true)"))
    assert not actor
