"""What a process knows of changes: counters, the day that is drawn, and who wants to be told.

One connection listens; PostgreSQL tells it of each committed change. While it is lost nothing
kept can be trusted: `Live.is_current` is false, and tiles are made anew for each request.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from datetime import date
from typing import Any, Final

from psycopg import Error
from sqlalchemy import Engine

from geodata.domain.access import Scope
from geodata.domain.period import today
from geodata.layers import LAYERS, ChangeGroup
from geodata.store.drawn_changes import (
    ALL_COUNTERS,
    CHANNEL,
    GROUP_COUNTERS,
    Counters,
    CountersRead,
    DrawnChange,
    Viewer,
)
from geodata.store.session import conninfo_of
from geodata.store.tiles import TileId, draw_day, tile_statement
from server.replica import POSITION, Replica
from server.tiles.ending import end
from server.tiles.events import Event, Subscribers
from server.tiles.listening import listener
from server.tiles.past import PastDays
from server.tiles.readers import Parameter, Readers
from server.tiles.viewers import ACCESS_CHANNEL, Viewers

_BEAT_S: Final = 5
"""A connection that is silent for this long is asked whether it still lives."""
_AGAIN_S: Final = 0.2
_CONNECTIONS: Final = 8
_COUNTING: Final = 2
_WARM: Final = 4
"""After an edit this many tiles are made anew at once, or a few more."""
_NOWHERE: Final = TileId(16, 0, 0)
CONNECTION_OPTIONS: Final = (
    "-c default_transaction_read_only=on -c statement_timeout=20000 -c jit=off"
    " -c search_path=public -c timezone=Asia/Shanghai"
    # Planning a tile anew each time takes ten times as long as making it.
    " -c plan_cache_mode=force_generic_plan"
    # A second process takes longer to begin than the first to finish.
    " -c max_parallel_workers_per_gather=0"
)
_LOG: Final = logging.getLogger("fugai")


class Live:
    """What one process knows of changes, and its connections for making tiles.

    Args:
        engine: For the one write: drawing a new day.
        url: SQLAlchemy address of the database.
        replica: Of it, which is told how far it has to be; ``None`` for none.
    """

    def __init__(self, engine: Engine, url: str, replica: Replica | None = None) -> None:
        """Connect nothing yet."""
        self._engine = engine
        self._conninfo = conninfo_of(url)
        self.replica = replica
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.counters = Counters()
        self.day: date | None = None
        self.is_current = False
        self.past: PastDays | None = None
        self.subscribers = Subscribers()
        self.viewers = Viewers()
        self.readers = Readers(self._conninfo, CONNECTION_OPTIONS, _CONNECTIONS)
        # Of their own: whoever tells of a change waits for no tile.
        self._counting = Readers(self._conninfo, CONNECTION_OPTIONS, _COUNTING)
        self._spare_readers = (
            None
            if replica is None
            else Readers(conninfo_of(replica.url), CONNECTION_OPTIONS, _CONNECTIONS)
        )

    @property
    def is_here(self) -> bool:
        """Whether the caller's event loop runs this; elsewhere tiles are read one by one."""
        return self._loop is asyncio.get_running_loop()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[bool]:
        """Listen while the context lasts; a database that is not there yet is waited for.

        Of several event loops in one process the first runs it, and is told that it does.
        """
        if self._task is not None:
            yield False
            return
        self._loop = asyncio.get_running_loop()
        self.past = PastDays(self._engine)
        self._task = asyncio.create_task(self._listen())
        try:
            yield True
        finally:
            self.subscribers.close()
            await end(self._task)
            self.readers.close()
            self._counting.close()
            if self._spare_readers is not None:
                self._spare_readers.close()
            self._task = self._loop = self.past = None

    async def present(self, statement: str, parameters: Sequence[Parameter]) -> bytes:
        """Return a tile of the present: made by the replica, if it shows all that was told.

        Raises:
            psycopg.Error: As `Readers.value`.
        """
        replica, spare = self.replica, self._spare_readers
        if replica is not None and spare is not None:
            is_there = replica.is_far_enough or await asyncio.to_thread(replica.may_read)
            if is_there:
                try:
                    return await spare.value(statement, parameters)
                except Error:
                    replica.lost()
        return await self.readers.value(statement, parameters)

    async def show_day(self, day: date) -> None:
        """See to it that sites are drawn as of a day, today's."""
        if self.day == day:
            return
        await asyncio.to_thread(draw_day, self._engine, day)
        self.day = day
        self.subscribers.tell_all(Event("day", {"day": day.isoformat()}))

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except (Error, OSError) as error:
                _LOG.warning("tiles: the listening connection is lost: %s", type(error).__name__)
            except Exception:  # noqa: BLE001 - whatever it is, listening begins anew
                _LOG.exception("tiles: listening failed")
            finally:
                self.is_current = False
                self.viewers.forget()
                if self.replica is not None:
                    self.replica.need(None)
            await asyncio.sleep(_AGAIN_S)

    async def _listen_once(self) -> None:
        connection = await listener(self._conninfo, (CHANNEL, ACCESS_CHANNEL))
        with closing(connection):
            # Only now: what is committed after this is told, what came before is read.
            fresh = await self._read_counters(ALL_COUNTERS)
            await self._note_position()
            self.counters = Counters(fresh)
            self.is_current = True
            await self.show_day(today())
            await self.readers.warm(
                _WARM, *tile_statement([*LAYERS.values()], _NOWHERE, Scope.everything(), today())
            )
            for viewer in self.subscribers.viewers():
                self.subscribers.tell(viewer, Event("versions", self.versions(viewer)))
            while True:
                while (note := await connection.next(_BEAT_S)) is not None:
                    await self._take(*note)
                connection.ask()
                await self._note_position()
                await self.show_day(today())

    async def _read_counters(self, statement: str, *parameters: str) -> CountersRead:
        return CountersRead.read(await self._counting.value(statement, parameters))

    async def _note_position(self) -> None:
        """Tell the replica to show all that has just been read, before anybody hears of it."""
        if self.replica is None:
            return
        position = await self._counting.value(f"SELECT ({POSITION})::text", ())
        self.replica.need(int(position) if position else None)

    async def _take(self, channel: str, payload: str) -> None:
        if channel == ACCESS_CHANNEL:
            self.viewers.forget()
            # Browsers come back by themselves, if they still may.
            self.subscribers.close()
            return
        change = DrawnChange.read(payload)
        if change.blocks is None:
            await self._count_anew(change)
            return
        await self._note_position()
        if self.counters.add(change):
            for viewer in self.subscribers.viewers():
                now = self.counters.of(viewer, change.group)
                self._tell(viewer, change, {block: now[block] for block in change.seen_by(viewer)})

    async def _count_anew(self, change: DrawnChange) -> None:
        """Read the counters of a change that is too large to be told in full."""
        group, district = change.group, change.district
        found = await self._read_counters(GROUP_COUNTERS, group, district)
        await self._note_position()
        # At one go from here on: whoever began to watch meanwhile was told of what was before.
        before = {one: dict(self.counters.of(one, group)) for one in self.subscribers.viewers()}
        self.counters.put(group, district, found)
        for viewer, was in before.items():
            now = self.counters.of(viewer, group).items()
            self._tell(viewer, change, {block: n for block, n in now if was.get(block) != n})

    def _tell(self, viewer: Viewer, change: DrawnChange, moved: dict[str, int]) -> None:
        if not moved:
            return
        said: dict[str, Any] = {"group": change.group.value, "blocks": moved}
        # Whoever sees one town only must not learn of the sites of others.
        if change.sites is not None and viewer.town is None:
            said["sites"] = change.sites
        self.subscribers.tell(viewer, Event("changed", said))

    def versions(self, viewer: Viewer) -> dict[str, Any]:
        """Return all counters that a viewer's tiles depend on, and the day that is drawn."""
        counted = {one.value: dict(self.counters.of(viewer, one)) for one in ChangeGroup}
        return {"day": (self.day or today()).isoformat(), **counted}
