"""Inspections recorded elsewhere are taken over with their own findings."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from geodata.domain.inspection import InspectionKind, InspectionResult
from geodata.store.imports.inspections import (
    FindingDraft,
    InspectionDraft,
    import_inspections,
)
from geodata.store.tables import Finding, Inspection
from tests.builders import NOTICE_ON, a_site
from tests.geodata.store.statements import recorded


def _draft(site_id: int, day: int, *clauses: str) -> InspectionDraft:
    on = NOTICE_ON + timedelta(days=day)
    return InspectionDraft(
        site_id=site_id,
        inspected_on=on,
        kind=InspectionKind.SUPERVISION,
        result=InspectionResult.PROBLEMS if clauses else InspectionResult.PASSED,
        confirms_cover=not clauses,
        findings=tuple(
            FindingDraft(clause, "问题", on + timedelta(days=30), closed_on=on)
            for clause in clauses
        ),
    )


def test_each_finding_belongs_to_its_own_inspection(session):
    sites = [a_site(session) for _ in range(3)]
    drafts = [
        _draft(sites[2].id, 5, "S12", "S17"),
        _draft(sites[0].id, 3),
        _draft(sites[1].id, 4, "S11"),
        _draft(sites[2].id, 1, "S16"),
    ]
    assert import_inspections(session, drafts) == 4
    joined = session.execute(
        select(Inspection.site_id, Inspection.inspected_on, Finding)
        .join(Finding, Finding.inspection_id == Inspection.id)
        .order_by(Finding.clause)
    ).all()
    assert [
        (site, (on - NOTICE_ON).days, finding.clause, finding.site_id, finding.opened_on == on)
        for site, on, finding in joined
    ] == [
        (sites[1].id, 4, "S11", sites[1].id, True),
        (sites[2].id, 5, "S12", sites[2].id, True),
        (sites[2].id, 1, "S16", sites[2].id, True),
        (sites[2].id, 5, "S17", sites[2].id, True),
    ]


def test_nothing_to_take_over_is_nothing_done(session):
    with recorded(session) as sent:
        assert import_inspections(session, []) == 0
    assert sent == []


def test_many_inspections_take_two_statements(session):
    site = a_site(session)
    with recorded(session) as sent:
        import_inspections(session, [_draft(site.id, day, "S12") for day in range(40)])
    assert len(sent) == 2
