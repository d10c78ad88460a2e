"""Locate sites one after the other: the list of those that wait, and the page that draws."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from geodata.domain.division import DivisionKind
from geodata.domain.period import today
from geodata.store.boundary_edits import previous_boundary
from geodata.store.queries.boundary import get_listed_site, shape_of, start_bounds
from geodata.store.queries.divisions import find_divisions, get_division
from geodata.store.queries.worklist import (
    WorkItem,
    boundary_worklist,
    count_unlocated,
    place_among,
)
from geodata.store.tables import Site
from maps.assets import served
from maps.pages import boundary_files, boundary_map
from server.actions.boundary import geojson
from server.actions.export_map import map_subject
from server.auth import Actor, ReadingSession, WritingActor
from server.i18n import language_of
from server.pages.context import ShownDistrict, basemap_of, ground_addresses, shown
from server.pages.render import page

router = APIRouter()


@router.get("/sites/unlocated")
def unlocated_page(
    request: Request,
    shown: ShownDistrict,
    session: ReadingSession,
    town: str | None = None,
    everything: bool = False,  # noqa: FBT001, FBT002 - a query parameter
) -> Response:
    """Show the sites of a town whose boundary is missing or wrong, in the official order."""
    scope, district = shown.actor.scope, shown.district.code
    towns = find_divisions(session, scope, kind=DivisionKind.TOWN, district=district)
    waiting = count_unlocated(session, scope, district)
    codes = [one.code for one in towns]
    chosen = town if town in codes else next((one for one in codes if waiting.get(one)), None)
    chosen = chosen or next(iter(codes), None)
    items = boundary_worklist(session, scope, chosen) if chosen else []
    open_items = [one for one in items if one.is_open]
    return page(
        request,
        "unlocated.html",
        active="sites",
        towns=towns,
        waiting=waiting,
        town=chosen,
        items=items if everything else open_items,
        first=next(iter(open_items), None),
        everything=everything,
        total=len(items),
        left=len(open_items),
        **shown.head(),
    )


@router.get("/sites/{site_id}/boundary")
def boundary_page(
    site_id: int, request: Request, actor: WritingActor, session: ReadingSession
) -> Response:
    """Show the map on which a site's boundary is drawn."""
    site = get_listed_site(session, actor.scope, site_id)
    shows = shown(actor, session, today(), site.district_code)
    pieces, skeleton = boundary_map(
        _config(session, actor, site),
        map_subject(session, actor.scope, shows.district, shows.on, below=basemap_of(request)),
        language_of(request),
    )
    return page(
        request,
        "boundary.html",
        active="sites",
        site=site,
        pieces=pieces,
        skeleton=skeleton,
        files=served(boundary_files(pieces)),
        **shows.head(),
    )


def _config(session: Session, actor: Actor, site: Site) -> dict[str, Any]:
    shape, point = shape_of(site.geom), shape_of(site.point)
    items = boundary_worklist(session, actor.scope, site.town_code)
    return {
        "site": {
            "id": site.id,
            "name": site.name,
            "address": site.address,
            "place": _place(session, actor, site),
        },
        "geometry": None if shape is None else geojson(shape),
        "point": None if point is None else point.coords[0],
        "bounds": start_bounds(session, site),
        "version": site.row_version,
        "source": site.geom_source,
        "note": site.geom_note,
        "accuracy_m": None if site.geom_accuracy_m is None else float(site.geom_accuracy_m),
        "canUndo": previous_boundary(session, site.id) is not None,
        "boundary": f"/api/sites/{site.id}/boundary",
        "around": f"/api/sites/{site.id}/surroundings.geojson?bbox={{bbox}}",
        "places": _places(items, site),
        "without": [
            {"id": one.site_id, "name": one.name}
            for one in items
            if not one.has_boundary and one.site_id != site.id
        ],
        **ground_addresses(site.district_code),
    }


def _place(session: Session, actor: Actor, site: Site) -> str:
    codes = [one for one in (site.town_code, site.neighbourhood_code) if one is not None]
    return " · ".join(get_division(session, actor.scope, code).name for code in codes)


def _places(items: list[WorkItem], site: Site) -> dict[str, Any]:
    """Return where to go from here: to the open sites around it, the list, the record."""
    found = place_among(items, site.id)

    def link(item: WorkItem | None) -> dict[str, str] | None:
        if item is None:
            return None
        return {"href": f"/sites/{item.site_id}/boundary", "name": item.name}

    asked = urlencode({"district": site.district_code, "town": site.town_code})
    return {
        "before": link(found.before),
        "after": link(found.after),
        "left": found.left,
        "list": f"/sites/unlocated?{asked}",
        "record": f"/sites/{site.id}",
    }
