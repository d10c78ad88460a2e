"""Clients that ask and then stop reading, and whether others are still served meanwhile."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Final
from urllib.parse import urlsplit

_SMALL_BUFFER: Final = 4096


@contextmanager
def stalled_clients(
    url: str, path: str, headers: Mapping[str, str], count: int
) -> Iterator[list[socket.socket]]:
    """Open connections that ask for something and never read a byte of the answer.

    Args:
        url: Of the server.
        path: What they ask for.
        headers: Of each request.
        count: How many.
    """
    parts = urlsplit(url)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    request = f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{lines}\r\n".encode()
    with ExitStack() as stack:
        clients = []
        for _ in range(count):
            client = stack.enter_context(socket.socket())
            # So that little of an answer fits between the two of them.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_BUFFER)
            client.settimeout(30)
            client.connect((str(parts.hostname), int(parts.port or 80)))
            client.sendall(request)
            clients.append(client)
        yield clients
