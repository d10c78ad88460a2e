"""The coverage map and the map of gaps."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from geodata.store.queries.coverage_table import Breakdown, coverage_table
from geodata.store.queries.state import SiteFilter
from maps.assets import served
from maps.pages import coverage_map, map_files
from maps.symbology import Colouring
from server.actions.export_map import map_subject
from server.auth import ReadingSession
from server.i18n import language_of
from server.pages.context import Shown, ShownDistrict, basemap_of, ground_addresses
from server.pages.render import page

router = APIRouter()


@router.get("/map")
def map_page(
    request: Request, shown: ShownDistrict, session: ReadingSession, town: str | None = None
) -> Response:
    """Show the coverage map of a district."""
    return _map(request, shown, session, Colouring.CATEGORY, town)


@router.get("/gaps")
def gaps_page(
    request: Request, shown: ShownDistrict, session: ReadingSession, town: str | None = None
) -> Response:
    """Show the map on which uncovered sites and standalone buildings stand out."""
    return _map(request, shown, session, Colouring.GAP, town)


def _map(
    request: Request,
    shown: Shown,
    session: ReadingSession,
    colouring: Colouring,
    town: str | None,
) -> Response:
    language = language_of(request)
    code = shown.district.code
    asked = urlencode({"district": code, "on": shown.on.isoformat()})
    changes = coverage_table(
        session,
        shown.actor.scope,
        by=Breakdown.TOWN,
        on=shown.on,
        wanted=SiteFilter(district=code),
        with_change=True,
    )
    export = f"/map/export.html?{asked}&lang={language}"
    sources = {
        "divisions": f"/api/map/divisions.geojson?{asked}",
        "sites": f"/api/map/sites.geojson?{asked}",
        **ground_addresses(code),
        "card": f"/sites/{{id}}/card?on={shown.on.isoformat()}",
        "town": f"/towns/{{code}}?on={shown.on.isoformat()}",
        "changes": {row.code: row.sites_change for row in changes.rows},
    }
    subject = map_subject(
        session,
        shown.actor.scope,
        shown.district,
        shown.on,
        colouring=colouring,
        town=town,
        below=basemap_of(request),
    )
    pieces, skeleton = coverage_map(subject, sources, language)
    return page(
        request,
        "map.html",
        active="gaps" if colouring is Colouring.GAP else "map",
        files=served(map_files(pieces)),
        skeleton=skeleton,
        pieces=pieces,
        export=export,
        **shown.head(),
    )
