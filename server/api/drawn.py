"""What the map draws: lean GeoJSON of one district."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from geodata.store.queries.divisions import get_division
from geodata.store.queries.drawn import (
    DRAWN_DECIMALS,
    divisions_geojson,
    footprints_geojson,
    ground_geojson,
    sites_geojson,
)
from geodata.store.queries.state import SiteFilter
from server.api.parameters import Day, bounds
from server.api.sites import GEOJSON
from server.auth import CurrentActor, ReadingSession

router = APIRouter(prefix="/api/map", tags=["map"])


def visible_district(district: str, actor: CurrentActor, session: ReadingSession) -> str:
    """Return the code of a district that the actor sees.

    Raises:
        DomainError: ``division.not_found``.
    """
    return get_division(session, actor.scope, district).district_code


District = Annotated[str, Depends(visible_district)]


@router.get("/sites.geojson", response_class=Response)
def drawn_sites(
    district: District, actor: CurrentActor, session: ReadingSession, on: Day
) -> Response:
    """Return a district's sites for the screen."""
    wanted = SiteFilter(district=district)
    content = sites_geojson(session, actor.scope, wanted, on=on, decimals=DRAWN_DECIMALS)
    return Response(content, media_type=GEOJSON)


@router.get("/divisions.geojson", response_class=Response)
def drawn_divisions(district: District, actor: CurrentActor, session: ReadingSession) -> Response:
    """Return a district's towns and neighbourhoods."""
    return Response(divisions_geojson(session, actor.scope, district), media_type=GEOJSON)


@router.get("/ground.geojson", response_class=Response)
def drawn_ground(district: District, actor: CurrentActor, session: ReadingSession) -> Response:
    """Return a district's roads, water, green and residential areas."""
    return Response(ground_geojson(session, actor.scope, district), media_type=GEOJSON)


@router.get("/footprints.geojson", response_class=Response)
def drawn_footprints(
    district: District, bbox: str, actor: CurrentActor, session: ReadingSession
) -> Response:
    """Return the building outlines in a box, as many as a screen can show."""
    content = footprints_geojson(session, actor.scope, district, bounds(bbox))
    return Response(content, media_type=GEOJSON)
