"""Exports: the map as one file."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from server.actions.export_map import export_map
from server.api.drawn import District
from server.api.parameters import Day
from server.auth import CurrentActor, ReadingSession
from server.i18n import language_of

router = APIRouter(tags=["exports"])


@router.get("/map/export.html", response_class=Response)
def map_file(
    request: Request, district: District, actor: CurrentActor, session: ReadingSession, on: Day
) -> Response:
    """Return the coverage map of a district as one HTML file that needs no network."""
    exported = export_map(session, actor.scope, district, on=on, language=language_of(request))
    name = quote(f"{exported.title}_{on.isoformat()}.html")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(exported.html, media_type="text/html; charset=utf-8", headers=headers)
