"""Archives of tiles, handed out in the pieces that a map asks for."""

from __future__ import annotations

import re
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse

from geodata.domain.errors import DomainError
from server.actions.archives import find_archive
from server.auth import CurrentActor, ReadingSession

router = APIRouter(tags=["map"])

PMTILES: Final = "application/vnd.pmtiles"
_PART: Final = r"\s*\d{0,18}-\d{0,18}\s*"
_RANGE: Final = re.compile(rf"bytes=({_PART}(?:,{_PART})*)")


@router.get("/archives/{name}.pmtiles", response_class=FileResponse)
def archive(
    request: Request, name: str, actor: CurrentActor, session: ReadingSession
) -> FileResponse:
    """Return an archive of tiles (PMTiles 3), or the range of bytes that is asked for.

    What it holds must lie in the actor's scope, all of it.
    """
    path = find_archive(session, actor.scope, request.app.state.settings.archives, name)
    _check_range(request.headers.get("range"), path.stat().st_size)
    return FileResponse(path, media_type=PMTILES, headers={"Cache-Control": "private, no-cache"})


def _check_range(asked: str | None, size: int) -> None:
    """Refuse what no byte of a file answers, as a problem like any other.

    Raises:
        DomainError: ``archive.range``.
    """
    if asked is None:
        return
    match = _RANGE.fullmatch(asked)
    parts = [] if match is None else match[1].split(",")
    if not parts or not any(_lies_within(one.strip(), size) for one in parts):
        raise DomainError("archive.range", range=asked[:60], size=size)


def _lies_within(part: str, size: int) -> bool:
    first, _, last = part.partition("-")
    if not first:
        return bool(last) and int(last) > 0
    return int(first) < size and (not last or int(first) <= int(last))
