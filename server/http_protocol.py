"""HTTP as uvicorn speaks it, with a bound on what comes before a request's body.

httptools takes an address or headers of any length and keeps them, so that whoever sends without
an end fills the memory. What is too long is refused before it has come, and what is no HTTP too,
in the words that every other refusal has.
"""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from geodata.domain.errors import DomainError
from server.errors import told_to_programs

_MOST_BYTES: Final = 65_536
"""Of an address and of all headers: a long filter fits, and so do twenty cookies."""
_LISTENS_S: Final = 2.0
"""Whoever is still sending reads the answer only if the connection stays for a moment."""


class BoundedProtocol(HttpToolsProtocol):
    """One connection."""

    _refusal = DomainError("request.malformed")
    _is_refused = False
    _is_in_head = False
    _head_bytes = 0

    def on_message_begin(self) -> None:
        """Begin to count."""
        self._is_in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Take a piece of the address."""
        super().on_url(url)
        if len(self.url) > _MOST_BYTES:
            # The parser takes any error for the end, which is then told.
            self._refusal = DomainError("request.long_address", bytes=_MOST_BYTES)
            raise self._refusal

    def on_headers_complete(self) -> None:
        """Begin the request."""
        self._is_in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Take bytes; after a refusal they are let go."""
        if self._is_refused:
            return
        if self._is_in_head:
            # The parser tells of a header when it is whole, which a long one never is.
            self._head_bytes += len(data)
            if self._head_bytes > _MOST_BYTES:
                self._answer(DomainError("request.long_headers", bytes=_MOST_BYTES))
                return
        super().data_received(data)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words for its log
        """Tell what the parser could not read."""
        self._answer(self._refusal)

    def _answer(self, refusal: DomainError) -> None:
        """Refuse, and leave."""
        self._is_refused = True
        scope: dict[str, Any] = {"type": "http", "query_string": b"", "headers": self.headers or []}
        answer = told_to_programs(Request(scope), refusal)
        lines = [STATUS_LINE[answer.status_code]]
        lines += [b"%s: %s\r\n" % header for header in answer.raw_headers]
        self.transport.write(b"".join([*lines, b"connection: close\r\n\r\n", bytes(answer.body)]))
        self.loop.call_later(_LISTENS_S, self.transport.close)
