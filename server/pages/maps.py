"""The coverage map and the map of gaps."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from geodata.store.queries.coverage_table import Breakdown, coverage_table
from geodata.store.queries.state import SiteFilter
from maps.assets import served
from maps.basemaps import basemap
from maps.pages import MAP_CSS, SCRIPTS, coverage_map
from maps.symbology import Colouring
from server.actions.export_map import map_subject
from server.auth import ReadingSession
from server.i18n import language_of
from server.pages.context import Shown, ShownDistrict
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
    settings = request.app.state.settings
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
        "ground": f"/api/map/ground.geojson?{asked}",
        "footprints": f"/api/map/footprints.geojson?{asked}&bbox={{bbox}}",
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
    )
    pieces, skeleton = coverage_map(
        subject,
        sources,
        language,
        basemap=basemap(settings.basemap_url, settings.tianditu_key),
    )
    return page(
        request,
        "map.html",
        active="gaps" if colouring is Colouring.GAP else "map",
        files=served([*pieces.links, MAP_CSS, *SCRIPTS]),
        skeleton=skeleton,
        pieces=pieces,
        export=export,
        **shown.head(),
    )
