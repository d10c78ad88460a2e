"""Take over inspections and findings that were recorded elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from geodata.domain.inspection import InspectionKind, InspectionResult
from geodata.store.tables import Finding, Inspection

_PAGE: Final = {"insertmanyvalues_page_size": 1000}


@dataclass(frozen=True, slots=True)
class FindingDraft:
    """A problem and the days on which its rectification moved."""

    clause: str
    description: str
    due_on: date
    started_on: date | None = None
    handed_in_on: date | None = None
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class InspectionDraft:
    """One visit to a site and what it found."""

    site_id: int
    inspected_on: date
    kind: InspectionKind
    result: InspectionResult
    confirms_cover: bool
    note: str | None = None
    findings: tuple[FindingDraft, ...] = ()


def import_inspections(session: Session, drafts: Sequence[InspectionDraft]) -> int:
    """Add inspections with their findings; returns how many inspections were added."""
    if not drafts:
        return 0
    rows = [
        {
            "site_id": draft.site_id,
            "inspected_on": draft.inspected_on,
            "kind": draft.kind.value,
            "result": draft.result.value,
            "confirms_cover": draft.confirms_cover,
            "note": draft.note,
        }
        for draft in drafts
    ]
    statement = insert(Inspection).returning(Inspection.id, sort_by_parameter_order=True)
    ids = session.scalars(statement, rows, execution_options=_PAGE).all()
    findings: list[dict[str, Any]] = [
        {
            "site_id": draft.site_id,
            "inspection_id": inspection_id,
            "clause": finding.clause,
            "description": finding.description,
            "opened_on": draft.inspected_on,
            "due_on": finding.due_on,
            "started_on": finding.started_on,
            "handed_in_on": finding.handed_in_on,
            "closed_on": finding.closed_on,
        }
        for inspection_id, draft in zip(ids, drafts, strict=True)
        for finding in draft.findings
    ]
    if findings:
        session.execute(insert(Finding), findings)
    return len(rows)
