"""Connections that make tiles: libpq itself, as one value comes back and nothing is converted.

A tile takes PostgreSQL well under a millisecond; a driver's cursors, pools and conversions would
take the server longer than that.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import date
from typing import Final

from psycopg import OperationalError, pq
from psycopg.conninfo import make_conninfo
from psycopg.errors import error_from_result
from psycopg.pq.abc import PGconn, PGresult

_WAITS_S: Final = 10
_DONE: Final = pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK
_BINARY: Final = 1

Parameter = str | int | date | None


class Readers:
    """Some connections, made when they are needed.

    Args:
        conninfo: Of the database.
        options: PostgreSQL's settings of each connection.
        most: How many there may be.
    """

    def __init__(self, conninfo: str, options: str, most: int) -> None:
        """Connect nothing yet."""
        self._conninfo = make_conninfo(
            conninfo, options=options, application_name="fugai tiles", connect_timeout=_WAITS_S
        ).encode()
        self._most = most
        self._open = 0
        self._idle: list[_Reader] = []
        self._waiting: deque[asyncio.Future[_Reader | None]] = deque()

    async def value(self, statement: str, parameters: Sequence[Parameter]) -> bytes:
        """Return the one value that a statement (psycopg's ``%s``) reads, in binary form.

        Raises:
            psycopg.Error: The database does not answer, or refuses.
        """
        reader = await self._take()
        is_whole = False
        try:
            value = await reader.value(statement, parameters)
            is_whole = True
        finally:
            # What was left in the middle of an answer is of no more use.
            self._give_back(reader if is_whole or reader.is_idle else None, reader)
        return value

    async def warm(self, count: int, statement: str, parameters: Sequence[Parameter]) -> None:
        """Open connections and have each read something: the first time takes many times as long.

        Raises:
            psycopg.Error: As `value`.
        """
        taken: list[_Reader] = []
        try:
            while len(taken) < count:
                taken.append(await self._take())
                await taken[-1].value(statement, parameters)
        finally:
            for reader in taken:
                self._give_back(reader if reader.is_idle else None, reader)

    def close(self) -> None:
        """Let go of all that nobody is using."""
        while self._idle:
            self._idle.pop().close()
            self._open -= 1

    async def _take(self) -> _Reader:
        if self._idle:
            return self._idle.pop()
        if self._open >= self._most:
            waiting: asyncio.Future[_Reader | None] = asyncio.get_running_loop().create_future()
            self._waiting.append(waiting)
            try:
                given = await asyncio.wait_for(waiting, _WAITS_S)
            except TimeoutError as error:
                raise OperationalError("no connection is free") from error
            if given is not None:
                return given
        self._open += 1
        try:
            return _Reader(await asyncio.to_thread(pq.PGconn.connect, self._conninfo))
        except BaseException:
            self._open -= 1
            self._hand_on(None)
            raise

    def _give_back(self, usable: _Reader | None, reader: _Reader) -> None:
        if usable is None:
            reader.close()
            self._open -= 1
        if not self._hand_on(usable) and usable is not None:
            self._idle.append(usable)

    def _hand_on(self, reader: _Reader | None) -> bool:
        """Give a connection, or ``None`` for the room for one, to who has waited longest."""
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(reader)
                return True
        return False


class _Reader:
    """One connection and the statements that it knows already."""

    def __init__(self, connection: PGconn) -> None:
        if connection.status != pq.ConnStatus.OK:
            message = connection.get_error_message()
            connection.finish()
            raise OperationalError(message)
        connection.nonblocking = 1
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._names: dict[str, bytes] = {}
        self._answer: asyncio.Future[PGresult | None] | None = None
        self._result: PGresult | None = None
        # libpq forgets its socket when it is lost.
        self._socket = connection.socket
        self._loop.add_reader(self._socket, self._read)

    @property
    def is_idle(self) -> bool:
        """Whether it lives and waits for a statement."""
        is_alive = self._connection.status == pq.ConnStatus.OK
        return is_alive and self._connection.transaction_status == pq.TransactionStatus.IDLE

    async def value(self, statement: str, parameters: Sequence[Parameter]) -> bytes:
        name = self._names.get(statement)
        if name is None:
            name = b"s%d" % len(self._names)
            numbered = statement % tuple(f"${number + 1}" for number in range(len(parameters)))
            self._connection.send_prepare(name, numbered.encode())
            await self._finished()
            self._names[statement] = name
        values = [None if one is None else str(one).encode() for one in parameters]
        self._connection.send_query_prepared(name, values, result_format=_BINARY)
        return (await self._finished()).get_value(0, 0) or b""

    def close(self) -> None:
        self._unwatch()
        self._connection.finish()

    def _unwatch(self) -> None:
        if self._socket >= 0:
            self._loop.remove_reader(self._socket)
            self._socket = -1

    async def _finished(self) -> PGresult:
        # A statement is smaller than any socket's buffer; what may still be left goes at once.
        while self._connection.flush():  # noqa: ASYNC110 - the socket tells only of reading
            await asyncio.sleep(0)
        self._result = None
        self._answer = self._loop.create_future()
        result = await self._answer
        if result is None:
            raise OperationalError("the connection is lost")
        if result.status not in _DONE:
            raise error_from_result(result)
        return result

    def _read(self) -> None:
        try:
            self._connection.consume_input()
            while not self._connection.is_busy():
                result = self._connection.get_result()
                if result is None:
                    self._finish(self._result)
                    return
                self._result = result
        except OperationalError:
            self._unwatch()
            self._finish(None)

    def _finish(self, result: PGresult | None) -> None:
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_result(result)
