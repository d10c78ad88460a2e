"""What changes on the map, told while it happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from geodata.domain.errors import DomainError
from server.auth import CurrentActor
from server.tiles.events import Event, written
from server.tiles.live import Live
from server.tiles.passes import renewed_pass
from server.tiles.viewers import Sight, narrowed

router = APIRouter(prefix="/api", tags=["map"])

EVENT_STREAM: Final = "text/event-stream"


@router.get("/map/versions")
def versions(
    request: Request, response: Response, actor: CurrentActor, district: str | None = None
) -> dict[str, Any]:
    """Return how often each block (a tile at zoom 14) has changed, by what changed there.

    A tile's version, the ``v`` of its address, is the sum over the groups of its layers of the
    counters of all blocks that it covers or that cover it, and of the block ``*``.
    """
    sight = narrowed(request.app.state.engine, actor.scope, district)
    new_pass = renewed_pass(request, sight.actor_scope)
    if new_pass is not None:
        response.headers["set-cookie"] = new_pass
    live: Live = request.app.state.live
    if not live.is_current:
        raise DomainError("events.unavailable")
    return live.versions(sight.viewer)


@router.get("/events", response_class=Response)
async def events(request: Request, actor: CurrentActor, district: str | None = None) -> Response:
    """Tell of changes as server-sent events: ``versions``, ``changed``, ``day``, ``reload``.

    ``versions`` comes first, and after every gap, with what ``/api/map/versions`` says;
    ``changed`` has the group, the new counters by block, and the ids of sites where they are few;
    after ``reload`` everything has to be asked for anew.
    """
    sight = await asyncio.to_thread(narrowed, request.app.state.engine, actor.scope, district)
    live: Live = request.app.state.live
    if not live.is_here:
        raise DomainError("events.unavailable")
    headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
    return StreamingResponse(_told(live, sight), media_type=EVENT_STREAM, headers=headers)


async def _told(live: Live, sight: Sight) -> AsyncIterator[str]:
    with live.subscribers.joined(sight.viewer) as queue:
        # Else the first comes as soon as changes are heard of again.
        if live.is_current:
            queue.put_nowait(Event("versions", live.versions(sight.viewer)))
        async for text in written(queue):
            yield text
