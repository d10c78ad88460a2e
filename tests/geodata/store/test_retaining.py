"""Where somebody was is let go after its time, in versions too; what was found stays."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, text

from geodata.domain.period import today
from geodata.store.retaining import let_go
from geodata.store.tables import Inspection, SiteVersion
from tests.builders import a_site, an_inspection


def test_positions_go_after_their_time_and_nothing_else(session):
    site = a_site(session)
    old, fresh = (an_inspection(session, site, today()) for _ in range(2))
    for one in (old, fresh):
        one.position = "SRID=4490;POINT(117.87 36.80)"
    session.flush()
    session.execute(
        text("UPDATE inspection SET created_at = now() - interval '200 days' WHERE id = :id"),
        {"id": old.id},
    )
    counts = let_go(session, positions_kept=timedelta(days=180))
    assert (counts["inspections"], counts["photos"]) == (1, 0)
    assert counts["versions"] >= 2
    held = dict(session.execute(select(Inspection.id, Inspection.position)).all())
    assert held[old.id] is None
    assert held[fresh.id] is not None
    versions = session.scalars(select(SiteVersion).where(SiteVersion.subject == "inspection")).all()
    for one in versions:
        told = [said for said in (one.old, one.new) if said and said.get("position")]
        assert bool(told) <= (one.row_id == fresh.id)
    assert session.get_one(Inspection, old.id).result == "passed"
    assert let_go(session, positions_kept=timedelta(days=180))["inspections"] == 0
