"""Answers for tiles, before anything else of the application runs: a map asks forty at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request

from geodata.domain.errors import DomainError
from server.errors import problem
from server.tiles.address import PREFIX, read_address
from server.tiles.serving import Tiles

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class TileMiddleware:
    """Answers what begins with ``/tiles/`` and ends with ``.mvt``; passes on the rest.

    Args:
        app: The next application.
        tiles: Where tiles come from.
    """

    def __init__(self, app: ASGIApp, tiles: Tiles) -> None:
        """Keep what is needed."""
        self._app = app
        self._tiles = tiles

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        is_tile = scope["type"] == "http" and scope["path"].startswith(PREFIX)
        if not is_tile or not scope["path"].endswith(".mvt"):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            wanted = read_address(scope["path"], scope["query_string"], scope["method"])
            await self._tiles.answer(request, wanted, send)
        except DomainError as error:
            await problem(request, error)(scope, receive, send)
