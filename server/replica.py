"""A standby that reads for us, whenever it shows all that its reader knows of already.

PostgreSQL's streaming replication applies what the primary wrote a moment later. How far a standby
is, and how far it has to be, is told in positions of the primary's log (LSN), as numbers of bytes:

* each process notes how far the log was when it last heard of a change, or of nothing new, so that
  nothing that was told, and nothing older than a few seconds, is missing;
* whoever writes is given a cookie with the position after it, so that an editor reads their own
  writes, whichever process or server answers next.

While the standby is behind either, or away, the primary reads.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final

from prometheus_client import Counter
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request

from geodata.store.session import connect
from server.methods import SAFE_METHODS

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

POSITION: Final = (
    # A commit that is seen before it is written down could be read here and not there.
    "SELECT CASE WHEN current_setting('synchronous_commit') <> 'off'"
    " THEN pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint END"
)
_REPLAYED: Final = text(
    "SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint WHERE pg_is_in_recovery()"
)
_COOKIE: Final = "fugai_written"
_UNKNOWN: Final = "?"
"""No number: whoever shows it is answered by the primary."""
_KEPT_S: Final = 60
"""Longer than a standby may be behind what a process knows, which is seconds."""
_AWAY_S: Final = 3
"""One that did not answer is not asked again for so long."""
_LOG: Final = logging.getLogger("fugai")
_READS: Final = Counter("fugai_reads_total", "Transactions that read, by who answered", ["by"])


class Replica:
    """A standby, and how far it has to be.

    Args:
        url: SQLAlchemy address, for the server's role.
    """

    def __init__(self, url: str) -> None:
        """Connect nothing yet."""
        self.url = url
        self.engine = connect(url, waits_s=_AWAY_S)
        self._needed: int | None = None
        self._replayed = 0
        self._away_until = 0.0

    def need(self, position: int | None) -> None:
        """Note how far it has to be; ``None`` where nobody knows: it may not read at all."""
        self._needed = position

    def replayed(self) -> int | None:
        """Return how far it is, ``None`` where it is away, or no standby any more."""
        if time.monotonic() < self._away_until:
            return None
        try:
            # Said each time: a standby refuses a transaction that is said to write.
            readonly = self.engine.execution_options(postgresql_readonly=True)
            with readonly.connect() as connection:
                replayed = connection.scalar(_REPLAYED)
        except DBAPIError as error:
            _LOG.warning("the replica is away: %s", type(error).__name__)
            replayed = None
        if replayed is None:
            self.lost()
            return None
        self._replayed = int(replayed)
        return self._replayed

    def may_read(self, written: int = 0) -> bool:
        """Tell whether it answers, and shows all that this process was told of and a reader wrote.

        Args:
            written: Position after the reader's last write.
        """
        needed = self._needed
        is_there = needed is not None and (self.replayed() or 0) >= max(needed, written)
        _READS.labels("replica" if is_there else "primary").inc()
        return is_there

    def lost(self) -> None:
        """Note that it did not answer, to leave it alone for a moment."""
        self._away_until = time.monotonic() + _AWAY_S

    @property
    def is_far_enough(self) -> bool:
        """Whether it showed all that this process was told of when it last answered.

        It never falls back; whether it still answers is found out by whoever asks it.
        """
        is_away = time.monotonic() < self._away_until
        return not is_away and self._needed is not None and self._replayed >= self._needed


def engine_to_read(request: Request) -> Engine:
    """Return the engine for a transaction that reads: the standby's, or the primary's."""
    state = request.app.state
    primary: Engine = state.engine
    replica: Replica | None = state.replica
    if replica is None or request.method not in SAFE_METHODS:
        return primary
    written = _written(request)
    if written is None or not replica.may_read(written):
        return primary
    return replica.engine


def _written(request: Request) -> int | None:
    """Return the position after the asker's last write, ``None`` where nobody can tell."""
    # A program that shows a token keeps no cookies, and may have written a moment ago.
    if "authorization" in request.headers:
        return None
    told = request.cookies.get(_COOKIE, "0")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 20 else None  # noqa: PLR2004


class WrittenMiddleware:
    """Tells whoever wrote how far the log was after it.

    Args:
        app: The next application.
        primary: Where is written.
    """

    def __init__(self, app: ASGIApp, *, primary: Engine) -> None:
        """Keep both."""
        self._app = app
        self._primary = primary

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self._app(scope, receive, send)
            return

        async def send_with_position(message: Message) -> None:
            if message["type"] == "http.response.start":
                position = await run_in_threadpool(position_of, self._primary)
                told = _UNKNOWN if position is None else position
                cookie = f"{_COOKIE}={told}; Max-Age={_KEPT_S}; Path=/; HttpOnly; SameSite=lax"
                MutableHeaders(scope=message).append("Set-Cookie", cookie)
            await send(message)

        await self._app(scope, receive, send_with_position)


def position_of(primary: Engine) -> int | None:
    """Return how far the primary's log is, ``None`` where it is away or cannot tell."""
    try:
        with primary.connect() as connection:
            found = connection.scalar(text(POSITION))
    except DBAPIError:
        return None
    return None if found is None else int(found)
