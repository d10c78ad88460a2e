"""A client as a map is one: it hears of changes, counts them, and fetches what became old."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterable
from contextlib import closing
from typing import Any, Final
from urllib.parse import urlsplit

from geodata.layers import Layer
from geodata.store.drawn_changes import BLOCK_ZOOM, EVERYWHERE
from geodata.store.tiles import TileId

_AGAIN_S: Final = 0.05


class Tiles:
    """A connection that fetches tiles, and keeps what it may keep, as a browser does."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        """Connect when the first tile is asked for."""
        self._host = urlsplit(url).netloc
        self._headers = headers
        self._connection = http.client.HTTPConnection(self._host, timeout=30)
        self._kept: dict[str, bytes] = {}

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def get(self, path: str) -> bytes:
        """Return a tile's bytes."""
        kept = self._kept.get(path)
        if kept is not None:
            return kept
        try:
            self._connection.request("GET", path, headers=self._headers)
            answer = self._connection.getresponse()
        except (ConnectionError, http.client.HTTPException):
            self._connection.close()
            self._connection.request("GET", path, headers=self._headers)
            answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise ConnectionError(f"{path}: {answer.status} {content[:200]!r}")
        if "immutable" in answer.headers.get("cache-control", ""):
            self._kept[path] = content
        return content


class Follower:
    """Counts the changes that a server tells of."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        """Begin to listen, in a thread of its own."""
        self._host = urlsplit(url).netloc
        self._headers = headers
        self._lock = threading.Lock()
        self._counters: dict[str, dict[str, int]] = {}
        self._is_over = False
        self.heard_at = 0.0
        self.has_begun = threading.Event()
        self._connection: http.client.HTTPConnection | None = None
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def version(self, layers: Iterable[Layer], tile: TileId) -> int:
        """Return the version of a tile, as its documents tell to work it out."""
        with self._lock:
            groups = {layer.group.value for layer in layers}
            return sum(_covered(self._counters.get(group, {}), tile) for group in groups)

    def stop(self) -> None:
        """Hear of nothing more."""
        self._is_over = True
        connection = self._connection
        if connection is not None and connection.sock is not None:
            connection.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(30)

    def _follow(self) -> None:
        while not self._is_over:
            self._connection = http.client.HTTPConnection(self._host, timeout=30)
            try:
                self._connection.request("GET", "/api/events", headers=self._headers)
                with self._connection.getresponse() as answer:
                    self._read(answer)
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(_AGAIN_S)
            finally:
                self._connection.close()

    def _read(self, answer: http.client.HTTPResponse) -> None:
        name = ""
        while not self._is_over:
            whole = answer.readline()
            if not whole:
                return  # The server has ended it.
            line = whole.decode().rstrip("\n")
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                self._hear(name, json.loads(line.removeprefix("data: ")))

    def _hear(self, name: str, said: dict[str, Any]) -> None:
        if name == "reload":
            with closing(http.client.HTTPConnection(self._host, timeout=30)) as connection:
                connection.request("GET", "/api/map/versions", headers=self._headers)
                name, said = "versions", json.loads(connection.getresponse().read())
        with self._lock:
            if name == "versions":
                self._counters = {key: dict(said[key]) for key in said if key != "day"}
                self.has_begun.set()
            elif name == "changed":
                self._counters.setdefault(said["group"], {}).update(said["blocks"])
            self.heard_at = time.monotonic()


def _covered(blocks: dict[str, int], tile: TileId) -> int:
    total = blocks.get(EVERYWHERE, 0)
    for block, count in blocks.items():
        if block == EVERYWHERE:
            continue
        x, y = map(int, block.split("/"))
        nearer = tile.z - BLOCK_ZOOM
        here = (tile.x >> nearer, tile.y >> nearer) if nearer >= 0 else (tile.x, tile.y)
        there = (x, y) if nearer >= 0 else (x >> -nearer, y >> -nearer)
        total += count if here == there else 0
    return total
