"""The coverage map."""

from __future__ import annotations

from hashlib import sha256
from typing import Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Request, Response

from geodata.store.queries.map_figures import count_listed
from maps.assets import MODULES, served
from maps.coverage_scripts import coverage_script
from maps.overlays import script_json
from maps.pages import coverage_files, coverage_map
from maps.symbology import Colouring
from server.actions.export_map import map_subject
from server.auth import ReadingSession, current_actor
from server.i18n import language_of
from server.pages.context import Shown, ShownDistrict, basemap_of
from server.pages.render import page

_SPARSE_SITES: Final = 4000
"""So many are drawn each by itself at any zoom; more are merged where the map is far away."""
_SOURCES: Final = {
    "divisions": "/api/map/divisions.geojson",
    "figures": "/api/map/cube",
    "gaps": "/api/map/gaps",
    "search": "/api/sites",
    "site": "/api/sites/{id}",
    "card": "/sites/{id}/card",
    "town": "/towns/{code}",
}
"""Where the map finds what is beside its picture; it adds its district and day."""

router = APIRouter()


@router.get("/map/coverage.js", include_in_schema=False, dependencies=[Depends(current_actor)])
def script(request: Request) -> Response:
    """Return the scripts of the coverage map with the words of a language."""
    content = coverage_script(language_of(request)).encode()
    etag = f'"{sha256(content).hexdigest()[:16]}"'
    headers = {"ETag": etag, "Cache-Control": "public, no-cache"}
    if request.headers.get("if-none-match", "").removeprefix("W/") == etag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="text/javascript", headers=headers)


@router.get("/map")
def map_page(
    request: Request,
    shown: ShownDistrict,
    session: ReadingSession,
    town: str | None = None,
    colouring: Colouring = Colouring.CATEGORY,
) -> Response:
    """Show the coverage map of a district."""
    return _map(request, shown, session, colouring, town)


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
    subject = map_subject(
        session,
        shown.actor.scope,
        shown.district,
        shown.on,
        colouring=colouring,
        town=town,
        below=basemap_of(request),
    )
    tiles = {
        "address": f"/tiles/{{layers}}/{{z}}/{{x}}/{{y}}.mvt?{asked}",
        "versions": f"/api/map/versions?district={quote(code)}",
        "events": f"/api/events?district={quote(code)}",
        "isSparse": count_listed(session, shown.actor.scope, code) <= _SPARSE_SITES,
    }
    pieces, skeleton = coverage_map(subject, tiles, _SOURCES, language)
    return page(
        request,
        "map.html",
        active="map",
        imports=script_json({"imports": MODULES}),
        files=served(coverage_files(pieces, f"/map/coverage.js?lang={language}", subject)),
        skeleton=skeleton,
        pieces=pieces,
        export=f"/map/export.html?{asked}&lang={language}",
        **shown.head(),
    )
