"""What a map knows of its sites beside their picture: figures, and the list of gaps."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from geodata.store.queries.map_figures import (
    COLUMNS,
    map_figures,
    map_gaps,
    sites_before,
    town_extents,
)
from server.api.drawn import District
from server.api.parameters import Day, Wanted
from server.api.sites import site_json
from server.auth import CurrentActor, ReadingSession

router = APIRouter(prefix="/api/map", tags=["map"])

_MOST_GAPS = 500


@router.get("/cube")
def figures(
    district: District, actor: CurrentActor, session: ReadingSession, on: Day
) -> dict[str, Any]:
    """Return a district's figures, one row for all sites that are alike.

    ``rows``: the columns' names and their values; ``changes``: how many sites more than at the
    end of the month before, by town; ``extents``: where the sites of towns without a border lie.
    """
    found = map_figures(session, actor.scope, district, on=on)
    changes = {
        town: -count for town, count in sites_before(session, actor.scope, district, on=on).items()
    }
    for town, count in zip(found["town"], found["sites"], strict=True):
        changes[town] = changes.get(town, 0) + count
    return {
        "on": on,
        "rows": {"columns": COLUMNS, "values": [found[name] for name in COLUMNS]},
        "changes": changes,
        "extents": town_extents(session, actor.scope, district, on=on),
    }


@router.get("/gaps")
def gaps(
    actor: CurrentActor,
    session: ReadingSession,
    on: Day,
    wanted: Wanted,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=_MOST_GAPS)] = 100,
) -> dict[str, Any]:
    """Return some uncovered sites: standalone buildings first, then the longest uncovered."""
    rows = map_gaps(session, actor.scope, wanted, on=on, offset=offset, limit=limit)
    return {"on": on, "sites": [site_json(row) for row in rows]}
