"""What most pages are about: a district in the actor's scope, on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request

from geodata.domain.division import DivisionKind
from geodata.store.queries.divisions import DivisionRow, find_divisions
from geodata.store.session import reading
from maps.basemaps import Basemap, basemap
from server.actions.archives import archived_basemap
from server.actions.shown import pick_district
from server.api.parameters import Day
from server.auth import Actor, CurrentActor, ReadingSession, current_actor


@dataclass(frozen=True, slots=True)
class Shown:
    """The district that a page shows.

    Attributes:
        district: The one asked for, else the first in scope.
        districts: All in scope, to choose from.
        on: The day.
        actor: Who looks.
    """

    district: DivisionRow
    districts: list[DivisionRow]
    on: date
    actor: Actor

    def head(self) -> dict[str, Any]:
        """Return what the head of every page needs."""
        return {
            "actor": self.actor,
            "district": self.district,
            "districts": self.districts,
            "on": self.on,
        }


def basemap_of(request: Request) -> Basemap | None:
    """Return the basemap that the operator has set, ``None`` for none."""
    settings = request.app.state.settings
    if settings.basemap_archive:
        scope = current_actor(request).scope
        with reading(request.app.state.engine, scope) as session:
            found = archived_basemap(session, scope, settings.archives, settings.basemap_archive)
        if found is not None:
            return found
    return basemap(settings.basemap_url, settings.tianditu_key)


def ground_addresses(district: str) -> dict[str, str]:
    """Return where a map gets the ground of a district: ``ground`` and ``footprints``."""
    asked = urlencode({"district": district})
    return {
        "ground": f"/api/map/ground.geojson?{asked}",
        "footprints": f"/api/map/footprints.geojson?{asked}&bbox={{bbox}}",
    }


def shown(
    actor: CurrentActor, session: ReadingSession, on: Day, district: str | None = None
) -> Shown:
    """Return what a page shows.

    Raises:
        DomainError: ``division.not_found``, ``division.none_yet``.
    """
    districts = find_divisions(session, actor.scope, kind=DivisionKind.DISTRICT)
    return Shown(pick_district(districts, district), districts, on, actor)


ShownDistrict = Annotated[Shown, Depends(shown)]
