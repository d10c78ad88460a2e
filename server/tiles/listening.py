"""One connection that PostgreSQL tells of changes: libpq itself, as every turn of the loop counts.

A driver's own way takes the event loop several turns for each word, and a loop under load makes
each turn last.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

from psycopg import OperationalError, pq
from psycopg.conninfo import make_conninfo
from psycopg.pq.abc import PGconn

_WAITS_S: Final = 10
Note = tuple[str, str]
"""The channel, and what was said on it."""


class Listener:
    """A connection that listens.

    Args:
        connection: One that listens already; nobody else uses it.
    """

    def __init__(self, connection: PGconn) -> None:
        """Hear what is told from now on, and what was told since it listens."""
        connection.nonblocking = 1
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._heard = asyncio.Queue[Note | None]()
        self._socket = connection.socket
        self._loop.add_reader(self._socket, self._read)
        self._read()

    async def next(self, within_s: float) -> Note | None:
        """Return what is told next, ``None`` when it was quiet for some seconds.

        Raises:
            psycopg.OperationalError: The connection is lost.
        """
        try:
            async with asyncio.timeout(within_s):
                note = await self._heard.get()
        except TimeoutError:
            return None
        if note is None:
            raise OperationalError("the listening connection is lost")
        return note

    def ask(self) -> None:
        """Ask whether the other end still lives: a dead one loses the connection.

        Raises:
            psycopg.OperationalError: It is lost already.
        """
        if self._connection.transaction_status == pq.TransactionStatus.ACTIVE:
            raise OperationalError("the listening connection does not answer")
        self._connection.send_query(b"SELECT 1")
        self._connection.flush()

    def close(self) -> None:
        """Let go of the connection."""
        self._unwatch()
        self._connection.finish()

    def _unwatch(self) -> None:
        if self._socket >= 0:
            self._loop.remove_reader(self._socket)
            self._socket = -1

    def _read(self) -> None:
        try:
            self._connection.consume_input()
            while not self._connection.is_busy() and self._connection.get_result() is not None:
                pass  # The answer to `ask` has nothing in it.
            while (note := self._connection.notifies()) is not None:
                self._heard.put_nowait((note.relname.decode(), note.extra.decode()))
        except OperationalError:
            self._unwatch()
            self._heard.put_nowait(None)


async def listener(conninfo: str, channels: Iterable[str]) -> Listener:
    """Connect and listen.

    Args:
        conninfo: Of the database.
        channels: Names of our own.

    Raises:
        psycopg.OperationalError: The database does not answer.
    """
    full = make_conninfo(conninfo, application_name="fugai listens", connect_timeout=_WAITS_S)
    spoken = "; ".join(f"LISTEN {channel}" for channel in channels).encode()
    return Listener(await asyncio.to_thread(_connected, full.encode(), spoken))


def _connected(conninfo: bytes, spoken: bytes) -> PGconn:
    connection = pq.PGconn.connect(conninfo)
    is_there = connection.status == pq.ConnStatus.OK
    if is_there and connection.exec_(spoken).status == pq.ExecStatus.COMMAND_OK:
        return connection
    message = connection.get_error_message()
    connection.finish()
    raise OperationalError(message)
