"""Where a tile comes from: what is kept, or the database, by what is known of changes."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from psycopg import Error, OperationalError
from starlette.requests import Request

from geodata.domain.errors import DomainError
from geodata.domain.period import today
from geodata.store.session import reading
from geodata.store.tiles import read_tile, tile_statement
from server.errors import problem
from server.tiles.address import TileRequest
from server.tiles.answers import ASK_AGAIN, FOREVER, NEVER, Answer
from server.tiles.kept import Folder, Kept, Key, Memory
from server.tiles.live import Live
from server.tiles.passes import renewed_pass
from server.tiles.readers import Parameter
from server.tiles.viewers import Sight, sight_of

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Send

_LOG: Final = logging.getLogger("fugai")


class Tiles:
    """The tiles of one process.

    Args:
        live: What this process knows of changes.
        memory: Where tiles are kept.
        folder: Where they are kept as files too, ``None`` for memory alone.
    """

    def __init__(self, live: Live, memory: Memory, folder: Folder | None = None) -> None:
        """Keep what is needed; tiles are kept from the first on."""
        self._live = live
        self._memory = memory
        self._folder = folder
        self._running: dict[tuple[Key, int], asyncio.Event] = {}
        self._filing: set[asyncio.Task[None]] = set()

    async def answer(self, request: Request, wanted: TileRequest, send: Send) -> None:
        """Send the tile that a request wants, word that the asker's still holds, or of a fault.

        Raises:
            DomainError: As `Viewers.find`.
        """
        try:
            await self._answer(request, wanted, send)
        except Error as error:
            await _unavailable(request, error)(request.scope, request.receive, send)

    async def _answer(self, request: Request, wanted: TileRequest, send: Send) -> None:
        headers = dict(request.scope["headers"])
        answer = Answer(send, headers, is_head=request.method == "HEAD")
        live = self._live
        if not live.is_here:
            alone = await asyncio.to_thread(_read_alone, request, wanted)
            await answer.tile(Kept(0, alone), NEVER)
            return
        shown = (headers.get(b"authorization", b""), headers.get(b"cookie", b""), wanted.district)
        sight = await live.viewers.find(shown, request)
        if wanted.on != live.day and wanted.on == today():
            await live.show_day(wanted.on)
        answer.new_pass = renewed_pass(request, sight.actor_scope)
        # Counters tell of the day that is drawn: another one is what the ledger says of it now.
        if not live.is_current or wanted.on != live.day:
            if wanted.on != today() and live.past is not None and wanted.is_dated:
                await live.past.show(wanted.on)
            await answer.tile(Kept(0, await self._make(wanted, sight)), NEVER)
            return
        version = live.counters.version(sight.viewer, wanted.groups, wanted.tile)
        tag = f'"{wanted.key[0]}-{version}"'.encode()
        if headers.get(b"if-none-match") == tag:
            await answer.nothing_new(tag)
        elif wanted.version is not None and wanted.version > version:
            # The asker has heard of a change that has not been told here yet: make it anew, and
            # keep it under no version.
            await answer.tile(Kept(version, await self._make(wanted, sight)), NEVER)
        else:
            tile = await self._tile(wanted, sight, version)
            is_exact = wanted.version == version and wanted.is_day_named
            await answer.tile(tile, FOREVER if is_exact else ASK_AGAIN, tag)

    async def _tile(self, wanted: TileRequest, sight: Sight, version: int) -> Kept:
        folder = self._folder
        key: Key = (sight.scope.kind, sight.scope.code, *wanted.key)
        kept = self._memory.get(key, version)
        if kept is not None:
            if folder is not None and folder.lacks(key, kept):
                self._file(folder, key, kept)
            return kept
        running = self._running.get((key, version))
        if running is not None:
            await running.wait()
            kept = self._memory.get(key, version)
            if kept is not None:
                return kept
        running = self._running[key, version] = asyncio.Event()
        try:
            # The version was read before the tile is made: it shows this much or more.
            tile = Kept(version, await self._live.present(*_statement(wanted, sight)))
            self._memory.put(key, tile)
            if folder is not None:
                self._file(folder, key, tile)
        finally:
            running.set()
            self._running.pop((key, version), None)
        return tile

    def _file(self, folder: Folder, key: Key, tile: Kept) -> None:
        """Write a tile as a file while it is on its way: nobody waits for that."""
        tile.filed_at = time.monotonic()
        filing = asyncio.create_task(asyncio.to_thread(folder.put, key, tile))
        self._filing.add(filing)
        filing.add_done_callback(self._filed)

    def _filed(self, filing: asyncio.Task[None]) -> None:
        self._filing.discard(filing)
        if not filing.cancelled() and (error := filing.exception()) is not None:
            _LOG.warning("a tile could not be filed: %s", error)

    async def _make(self, wanted: TileRequest, sight: Sight) -> bytes:
        return await self._live.readers.value(*_statement(wanted, sight))


def _statement(wanted: TileRequest, sight: Sight) -> tuple[str, Sequence[Parameter]]:
    return tile_statement(wanted.layers, wanted.tile, sight.scope, wanted.on)


def _unavailable(request: Request, error: Error) -> Response:
    """Return what is said when the database made no tile."""
    _LOG.warning("a tile could not be made: %s", type(error).__name__)
    refusal = DomainError("tile.unavailable")
    status = HTTPStatus.SERVICE_UNAVAILABLE if isinstance(error, OperationalError) else None
    return problem(request, refusal, status)


def _read_alone(request: Request, wanted: TileRequest) -> bytes:
    sight = sight_of(request)
    with reading(request.app.state.engine, sight.scope) as session:
        return read_tile(session, wanted.layers, wanted.tile, sight.scope, on=wanted.on)
