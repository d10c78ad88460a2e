"""Sites that left the ledger, for programs."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter

from geodata.store.queries.departures import find_departures
from server.api.parameters import Day, Wanted
from server.auth import CurrentActor, ReadingSession

router = APIRouter(prefix="/api", tags=["history"])

_TOLD: Final = ("name", "address", "category", "town_name", "left_on", "reason")


@router.get("/departures")
def departures(
    actor: CurrentActor, session: ReadingSession, on: Day, wanted: Wanted
) -> dict[str, Any]:
    """Return the sites that had left by a day, the latest first; cut by place, name, category."""
    found = find_departures(session, actor.scope, wanted, on=on)
    return {
        "on": on,
        "departures": [
            {
                "id": one["site_id"],
                **{name: one[name] for name in _TOLD},
                "town": one["town_code"],
                "neighbourhood": one["neighbourhood_code"],
                "by": one["changed_by"],
            }
            for one in found
        ],
    }
