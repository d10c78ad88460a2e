"""Tiles that are kept: in memory, and as files for a web server that hands them out itself."""

from __future__ import annotations

import gzip
import os
import re
import tempfile
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Final

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind

_PLACE: Final = re.compile(r"all|[a-z]+-[0-9A-Za-z]{1,32}")
_OVERHEAD: Final = 400
_LEVEL: Final = 4
_STAYS_S: Final = 60

Key = tuple[str | None, str | None, str, str, int, int, int]
"""Kind and code of the scope, day, layers, zoom, column, row."""


@dataclass(slots=True)
class Kept:
    """One tile as it was made.

    Attributes:
        version: It shows at least what was committed when this was its version.
        content: Its bytes.
        packed: The same, gzipped, once somebody wanted that.
        filed_at: When it was last known to lie as a file, by the process's clock.
    """

    version: int
    content: bytes
    packed: bytes | None = None
    filed_at: float = -inf

    def body(self, *, gzipped: bool) -> bytes:
        """Return the bytes as they go over the wire."""
        if not gzipped:
            return self.content
        if self.packed is None:
            self.packed = gzip.compress(self.content, _LEVEL, mtime=0)
        return self.packed


class Memory:
    """The tiles asked for last, as many as fit into some megabytes."""

    def __init__(self, most_bytes: int) -> None:
        """Begin empty; nothing fits into 0 bytes."""
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._bytes = 0
        self._most = most_bytes

    def get(self, key: Key, version: int) -> Kept | None:
        """Return a tile of a version, ``None`` where only an older one or none is there."""
        found = self._kept.get(key)
        if found is None or found.version != version:
            return None
        self._kept.move_to_end(key)
        return found

    def put(self, key: Key, tile: Kept) -> None:
        """Keep a tile in place of what was there; the least asked for go."""
        before = self._kept.pop(key, None)
        if before is not None:
            self._bytes -= _size(before)
        self._kept[key] = tile
        self._bytes += _size(tile)
        while self._bytes > self._most and self._kept:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= _size(gone)


class Folder:
    """Tiles as files, named by their version: a web server looks there before it asks us.

    ``PLACE/DAY/VERSION/LAYERS/Z/X/Y.mvt.gz`` below the root, PLACE as `place_of` names it.
    """

    def __init__(self, root: Path) -> None:
        """Keep the root."""
        self._root = root

    def lacks(self, key: Key, tile: Kept) -> bool:
        """Tell whether a tile is to be written again: sweeping took it.

        One that was there is not looked for again for a minute, as looking costs a quarter of
        what handing it out costs.
        """
        now = time.monotonic()
        if now - tile.filed_at < _STAYS_S:
            return False
        tile.filed_at = now
        path = self._path(key, tile.version)
        return path is not None and not path.exists()

    def put(self, key: Key, tile: Kept) -> None:
        """Write a tile as a whole; one of the same version is the same tile."""
        path = self._path(key, tile.version)
        tile.filed_at = time.monotonic()
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(tile.body(gzipped=True))
        Path(name).chmod(0o644)
        Path(name).replace(path)

    def sweep(self, before: float) -> int:
        """Delete what was written before a time (seconds since the epoch); return how many.

        Several processes may sweep at once, and write meanwhile.
        """
        gone = 0
        for folder, _, names in os.walk(self._root, topdown=False):
            for path in (Path(folder) / name for name in names):
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime < before:
                        path.unlink()
                        gone += 1
            # One with something in it stays, and one that a tile is just being written to.
            with suppress(OSError):
                if Path(folder) != self._root and Path(folder).stat().st_mtime < before:
                    Path(folder).rmdir()
        return gone

    def _path(self, key: Key, version: int) -> Path | None:
        kind, code, day, layers, z, x, y = key
        place = place_of(Scope(DivisionKind(kind), code) if kind else Scope.everything())
        if not _PLACE.fullmatch(place):
            return None  # Codes are texts: one that is no name of a folder is not made one.
        return self._root / place / day / f"{version}/{layers}/{z}/{x}/{y}.mvt.gz"


def place_of(scope: Scope) -> str:
    """Return the name of the folder for those who see a scope."""
    return "all" if scope.kind is None else f"{scope.kind}-{scope.code}"


def _size(tile: Kept) -> int:
    return len(tile.content) + len(tile.packed or b"") + _OVERHEAD
