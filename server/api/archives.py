"""Archives of tiles, handed out in the pieces that a map asks for."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse

from server.actions.archives import find_archive
from server.auth import CurrentActor, ReadingSession

router = APIRouter(tags=["map"])

PMTILES: Final = "application/vnd.pmtiles"


@router.get("/archives/{name}.pmtiles", response_class=FileResponse)
def archive(
    request: Request, name: str, actor: CurrentActor, session: ReadingSession
) -> FileResponse:
    """Return an archive of tiles (PMTiles 3), or the range of bytes that is asked for.

    What it holds must lie in the actor's scope, all of it.
    """
    path = find_archive(session, actor.scope, request.app.state.settings.archives, name)
    return FileResponse(path, media_type=PMTILES, headers={"Cache-Control": "private, no-cache"})
