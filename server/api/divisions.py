"""Divisions in scope."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from geodata.domain.division import DivisionKind
from geodata.store.queries.divisions import DivisionRow, find_divisions
from server.auth import CurrentActor, ReadingSession

router = APIRouter(prefix="/api", tags=["divisions"])


@router.get("/divisions")
def divisions(
    actor: CurrentActor,
    session: ReadingSession,
    kind: DivisionKind | None = None,
    district: str | None = None,
    parent: str | None = None,
) -> dict[str, Any]:
    """Return divisions in official order."""
    found = find_divisions(session, actor.scope, kind=kind, district=district, parent=parent)
    return {"divisions": [division_json(row) for row in found]}


def division_json(row: DivisionRow) -> dict[str, Any]:
    """Return a division as the interface tells it."""
    return {
        "code": row.code,
        "kind": row.kind.value,
        "name": row.name,
        "parent": row.parent_code,
        "district": row.district_code,
        "sort_order": row.sort_order,
        "is_sample": row.is_sample,
        "bbox": row.bounds,
    }
