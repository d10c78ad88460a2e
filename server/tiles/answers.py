"""How a tile leaves: its headers, packed or plain, or word that nothing has changed."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from server.tiles.kept import Kept

if TYPE_CHECKING:
    from starlette.types import Send

MEDIA_TYPE: Final = "application/vnd.mapbox-vector-tile"
FOREVER: Final = b"private, max-age=31536000, immutable"
ASK_AGAIN: Final = b"private, no-cache"
NEVER: Final = b"no-store"
_PLAIN: Final = (
    (b"content-type", MEDIA_TYPE.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"vary", b"accept-encoding, authorization, cookie"),
)


class Answer:
    """The answer to one request.

    Attributes:
        new_pass: A ``Set-Cookie`` that goes along, ``None`` for none.
    """

    __slots__ = ("_headers", "_is_head", "_send", "new_pass")

    def __init__(self, send: Send, headers: dict[bytes, bytes], *, is_head: bool) -> None:
        """Keep where to send to, and the request's headers."""
        self._send = send
        self._headers = headers
        self._is_head = is_head
        self.new_pass: str | None = None

    async def tile(self, tile: Kept, cache_control: bytes, tag: bytes | None = None) -> None:
        """Send a tile."""
        gzipped = bool(tile.content) and b"gzip" in self._headers.get(b"accept-encoding", b"")
        body = tile.body(gzipped=gzipped)
        headers = [
            *_PLAIN,
            (b"cache-control", cache_control),
            (b"content-length", b"%d" % len(body)),
        ]
        if gzipped:
            headers.append((b"content-encoding", b"gzip"))
        await self._start(HTTPStatus.OK, headers, tag)
        await self._send({"type": "http.response.body", "body": b"" if self._is_head else body})

    async def nothing_new(self, tag: bytes) -> None:
        """Send word that the asker's tile still holds."""
        await self._start(HTTPStatus.NOT_MODIFIED, [(b"cache-control", ASK_AGAIN)], tag)
        await self._send({"type": "http.response.body", "body": b""})

    async def _start(
        self, status: HTTPStatus, headers: list[tuple[bytes, bytes]], tag: bytes | None
    ) -> None:
        if tag is not None:
            headers.append((b"etag", tag))
        if self.new_pass is not None:
            headers.append((b"set-cookie", self.new_pass.encode()))
        await self._send(
            {"type": "http.response.start", "status": status.value, "headers": headers}
        )
