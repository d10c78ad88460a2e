"""新增失管, for programs."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from geodata.store.queries.lapses import Lapse, count_lapses, find_lapses
from server.api.parameters import Day, Wanted
from server.auth import CurrentActor, ReadingSession

router = APIRouter(prefix="/api", tags=["history"])

CLAUSE = "S39"


@router.get("/lapses")
def lapses(
    actor: CurrentActor,
    session: ReadingSession,
    on: Day,
    wanted: Wanted,
    since: date | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
    cursor: Annotated[int, Query(ge=0)] = 0,
) -> dict[str, Any]:
    """Return the sites that were covered while listed and are not any more, the latest first.

    ``since`` keeps what was lost on that day or later.
    """
    scope = actor.scope
    found = find_lapses(session, scope, wanted, on=on, since=since, limit=limit + 1, skip=cursor)
    return {
        "on": on,
        "clause": CLAUSE,
        "total": count_lapses(session, scope, wanted, on=on, since=since),
        "lapses": [lapse_json(one) for one in found[:limit]],
        "next_cursor": cursor + limit if len(found) > limit else None,
    }


def lapse_json(one: Lapse) -> dict[str, Any]:
    """Return a lapse as the interface tells it."""
    names = ("name", "address", "town_name", "neighbourhood_name", "category", "households")
    return {
        "id": one.site["site_id"],
        **{name: one.site[name] for name in names},
        "town": one.site["town_code"],
        "neighbourhood": one.site["neighbourhood_code"],
        "lost_on": one.lost_on,
        "days": one.days,
        "ended": one.ended,
    }
