"""Answers for tiles, before anything else of the application runs: a map asks forty at once."""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from psycopg import Error, OperationalError
from psycopg_pool import PoolTimeout
from starlette.requests import Request

from geodata.domain.errors import DomainError
from geodata.domain.period import today
from geodata.store.session import reading
from geodata.store.tiles import read_tile, tile_statement
from server.errors import problem
from server.tiles.address import PREFIX, TileRequest, read_address
from server.tiles.kept import Folder, Kept, Key, Memory
from server.tiles.live import Live
from server.tiles.passes import renewed_pass
from server.tiles.viewers import Sight, sight_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

MEDIA_TYPE: Final = "application/vnd.mapbox-vector-tile"
_FOREVER: Final = b"private, max-age=31536000, immutable"
_ASK_AGAIN: Final = b"private, no-cache"
_NEVER: Final = b"no-store"
_PLAIN: Final = [
    (b"content-type", MEDIA_TYPE.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"vary", b"accept-encoding, authorization, cookie"),
]
_LOG: Final = logging.getLogger("fugai")
_Headers = list[tuple[bytes, bytes]]


class TileMiddleware:
    """Answers what begins with ``/tiles/`` and ends with ``.mvt``; passes on the rest.

    Args:
        app: The next application.
        live: What this process knows of changes.
        memory: Where tiles are kept.
        folder: Where they are kept as files too, ``None`` for memory alone.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        live: Live,
        memory: Memory,
        folder: Folder | None = None,
    ) -> None:
        """Keep what is needed; tiles are kept from the first on."""
        self._app = app
        self._live = live
        self._memory = memory
        self._folder = folder
        self._running: dict[tuple[Key, int], asyncio.Future[Kept]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        is_tile = scope["type"] == "http" and scope["path"].startswith(PREFIX)
        if not is_tile or not scope["path"].endswith(".mvt"):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            await self._answer(request, scope, send)
        except DomainError as error:
            await problem(request, error)(scope, receive, send)
        except (Error, PoolTimeout) as error:
            _LOG.warning("a tile could not be made: %s", type(error).__name__)
            refusal = DomainError("tile.unavailable")
            status = HTTPStatus.SERVICE_UNAVAILABLE
            is_down = isinstance(error, OperationalError | PoolTimeout)
            await problem(request, refusal, status if is_down else None)(scope, receive, send)

    async def _answer(self, request: Request, scope: Scope, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            raise DomainError("tile.method")
        wanted = read_address(scope["path"], scope["query_string"])
        live = self._live
        if not live.is_here:
            content = await asyncio.to_thread(_read_alone, request, wanted)
            await _send(request, send, Kept(0, content), _NEVER, None, [])
            return
        sight = live.viewers.known(request)
        if sight is None:
            sight = await asyncio.to_thread(live.viewers.find, request)
        if wanted.on == today():
            await live.show_day(wanted.on)
        new_pass = renewed_pass(request, sight.actor_scope)
        more = [] if new_pass is None else [(b"set-cookie", new_pass.encode())]
        if not live.is_current:
            tile = Kept(0, await self._make(wanted, sight))
            await _send(request, send, tile, _NEVER, None, more)
            return
        is_dated = wanted.on != live.day
        version = live.counters.version(
            sight.viewer, wanted.groups, None if is_dated else wanted.tile
        )
        tag = f'"{wanted.on.isoformat()}-{version}"'.encode()
        if request.headers.get("if-none-match", "").encode() == tag:
            await _send_status(send, HTTPStatus.NOT_MODIFIED, tag, more)
            return
        if wanted.version is not None and wanted.version > version:
            # The asker has heard of a change that has not been told here yet: make it anew, and
            # keep it under no version.
            tile = Kept(version, await self._make(wanted, sight))
            await _send(request, send, tile, _NEVER, None, more)
            return
        tile = await self._tile(wanted, sight, version, self._folder if not is_dated else None)
        is_exact = wanted.version == version and wanted.is_day_named and not is_dated
        await _send(request, send, tile, _FOREVER if is_exact else _ASK_AGAIN, tag, more)

    async def _tile(
        self, wanted: TileRequest, sight: Sight, version: int, folder: Folder | None
    ) -> Kept:
        key: Key = (sight.scope.kind, sight.scope.code, *wanted.key)
        kept = self._memory.get(key, version)
        if kept is not None:
            if folder is not None and not folder.holds(key, version):
                await asyncio.to_thread(folder.put, key, kept)
            return kept
        running = self._running.get((key, version))
        if running is not None:
            return await asyncio.shield(running)
        running = asyncio.ensure_future(self._make_and_keep(wanted, sight, key, version, folder))
        self._running[key, version] = running
        running.add_done_callback(lambda _: self._running.pop((key, version), None))
        return await asyncio.shield(running)

    async def _make_and_keep(
        self, wanted: TileRequest, sight: Sight, key: Key, version: int, folder: Folder | None
    ) -> Kept:
        # The version was read before the tile is made: it shows this much or more.
        tile = Kept(version, await self._make(wanted, sight))
        self._memory.put(key, tile)
        if folder is not None:
            await asyncio.to_thread(folder.put, key, tile)
        return tile

    async def _make(self, wanted: TileRequest, sight: Sight) -> bytes:
        statement = tile_statement(wanted.layers, wanted.tile, sight.scope, wanted.on)
        rows = await self._live.fetch(*statement)
        return bytes(rows[0][0])


def _read_alone(request: Request, wanted: TileRequest) -> bytes:
    sight = sight_of(request)
    with reading(request.app.state.engine) as session:
        return read_tile(session, wanted.layers, wanted.tile, sight.scope, on=wanted.on)


async def _send(
    request: Request,
    send: Send,
    tile: Kept,
    cache_control: bytes,
    tag: bytes | None,
    more: _Headers,
) -> None:
    gzipped = "gzip" in request.headers.get("accept-encoding", "") and bool(tile.content)
    body = tile.body(gzipped=gzipped)
    headers = [
        *_PLAIN,
        *more,
        (b"cache-control", cache_control),
        (b"content-length", str(len(body)).encode()),
    ]
    if gzipped:
        headers.append((b"content-encoding", b"gzip"))
    if tag is not None:
        headers.append((b"etag", tag))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    shown = b"" if request.method == "HEAD" else body
    await send({"type": "http.response.body", "body": shown})


async def _send_status(send: Send, status: HTTPStatus, tag: bytes, more: _Headers) -> None:
    headers = [*more, (b"etag", tag), (b"cache-control", _ASK_AGAIN)]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": b""})
