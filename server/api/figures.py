"""Coverage figures."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from geodata.domain.indicator import CoverageKind, Denominator
from geodata.store.queries.coverage_table import (
    Breakdown,
    CoverageRow,
    CoverageTable,
    coverage_table,
)
from server.api.parameters import Day, Wanted
from server.auth import CurrentActor, ReadingSession
from server.i18n import language_of

router = APIRouter(prefix="/api", tags=["coverage"])


@router.get("/coverage")
def coverage_figures(
    request: Request,
    actor: CurrentActor,
    session: ReadingSession,
    on: Day,
    wanted: Wanted,
    by: Breakdown = Breakdown.TOWN,
    with_change: bool = False,  # noqa: FBT001, FBT002 - a query parameter
) -> dict[str, Any]:
    """Return counts by group and in total; by management type, groups may overlap."""
    table = coverage_table(
        session,
        actor.scope,
        by=by,
        on=on,
        language=language_of(request),
        wanted=wanted,
        with_change=with_change,
    )
    return table_json(table)


def table_json(table: CoverageTable) -> dict[str, Any]:
    """Return a coverage table as the interface and the command line tell it."""
    return {
        "on": table.on.isoformat(),
        "by": table.by.value,
        "rows": [row_json(row) for row in table.rows],
        "total": row_json(table.total),
    }


def row_json(row: CoverageRow) -> dict[str, Any]:
    """Return counts and rates; a rate over nothing is null."""
    answer: dict[str, Any] = {"code": row.code, "label": row.label}
    for one in Denominator:
        answer[one.value] = row.amounts[one]
        for kind in CoverageKind:
            answer[f"{kind.value}_{one.value}"] = row.rate(one, kind).part
        if one in row.unreported and one is not Denominator.SITES:
            answer[f"unreported_{one.value}"] = row.unreported[one]
    answer["coverage_rate"] = row.rate().share
    answer["rates"] = {one.value: row.rate(one).share for one in Denominator}
    answer["market_rate"] = row.rate(kind=CoverageKind.MARKET).share
    answer["verified_rate"] = row.rate(kind=CoverageKind.VERIFIED).share
    if row.sites_change is not None:
        answer["sites_change"] = row.sites_change
    return answer
