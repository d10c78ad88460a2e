"""Coverage month by month."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from geodata.store.queries.trend import coverage_trend
from server.api.figures import row_json
from server.api.parameters import Day, Wanted
from server.auth import CurrentActor, ReadingSession

router = APIRouter(prefix="/api", tags=["coverage"])

_MOST_MONTHS = 36


@router.get("/trend")
def trend(
    actor: CurrentActor,
    session: ReadingSession,
    on: Day,
    wanted: Wanted,
    months: Annotated[int, Query(ge=1, le=_MOST_MONTHS)] = 12,
) -> dict[str, Any]:
    """Return the total at each month's end, and on the day itself."""
    rows = coverage_trend(session, actor.scope, wanted, on=on, months=months)
    return {"rows": [{"on": day.isoformat(), **row_json(row)} for day, row in rows]}
