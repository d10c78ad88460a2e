"""Vector tiles in one file that needs no server: PMTiles, version 3.

The library's writer keeps tiles that are alike once, and the directories that find them. Tiles
are web mercator (EPSG:3857); bounds are degrees. The same tiles give the same bytes: nothing in
a file tells when it was written.
"""

from __future__ import annotations

import gzip
import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from json import JSONDecodeError
from pathlib import Path
from typing import Any, Final

from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import (
    Compression,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    TileType,
    zxy_to_tileid,
)
from pmtiles.writer import Writer

from geodata.domain.errors import DomainError

SUFFIX: Final = ".pmtiles"
_LEVEL: Final = 6
_PER_DEGREE: Final = 10_000_000

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class ArchiveSize:
    """What an archive holds.

    Attributes:
        tiles: Tiles that are not empty.
        contents: Different ones among them.
        size_bytes: Of the file.
    """

    tiles: int
    contents: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ArchiveFacts:
    """What an archive says of itself.

    Attributes:
        metadata: As it was written.
        first: The first zoom that has tiles.
        last: The last.
        bounds: West, south, east, north.
        is_vector: Whether its tiles are vector tiles.
    """

    metadata: dict[str, Any]
    first: int
    last: int
    bounds: Box
    is_vector: bool


def archive_order(z: int, x: int, y: int) -> int:
    """Return a tile's place in an archive: zoom by zoom along Hilbert's curve."""
    place: int = zxy_to_tileid(z, x, y)
    return place


def packed(tile: bytes) -> bytes:
    """Return a tile as archives hold it: gzip, without a time."""
    return gzip.compress(tile, _LEVEL, mtime=0)


def write_archive(
    path: Path, tiles: Iterable[tuple[int, bytes]], bounds: Box, metadata: Mapping[str, Any]
) -> ArchiveSize:
    """Write an archive, whole or not at all: until then a file of that name stays as it was.

    Args:
        path: The file.
        tiles: Place by `archive_order` and bytes by `packed`, in that order.
        bounds: West, south, east, north, degrees, of what the tiles show.
        metadata: What the archive says of itself.

    Raises:
        DomainError: ``archive.empty`` where there are no tiles.
    """
    with _whole_or_nothing(path) as draft, draft.open("wb") as file:
        writer = Writer(file)
        try:
            for place, content in tiles:
                writer.write_tile(place, content)
            if not writer.tile_entries:
                raise DomainError("archive.empty")
            tile_count, contents = writer.addressed_tiles, len(writer.hash_to_offset)
            writer.finalize(_header(bounds), dict(metadata))
        finally:
            writer.tile_f.close()
        file.flush()
        os.fsync(file.fileno())
    return ArchiveSize(tile_count, contents, path.stat().st_size)


def read_archive(path: Path) -> ArchiveFacts:
    """Return what an archive says of itself.

    Raises:
        DomainError: ``archive.unreadable``.
    """
    try:
        with path.open("rb") as file:
            reader = Reader(MmapSource(file))
            header, metadata = reader.header(), reader.metadata()
    except _UNREADABLE as error:
        raise DomainError("archive.unreadable", path=path.name) from error
    sides = ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")
    west, south, east, north = (header[side] / _PER_DEGREE for side in sides)
    return ArchiveFacts(
        metadata=metadata if isinstance(metadata, dict) else {},
        first=header["min_zoom"],
        last=header["max_zoom"],
        bounds=(west, south, east, north),
        is_vector=header["tile_type"] is TileType.MVT,
    )


_UNREADABLE: Final = (
    *(OSError, ValueError, IndexError, EOFError, zlib.error),
    *(JSONDecodeError, MagicNumberNotFound, SpecVersionUnsupported),
)


def _header(bounds: Box) -> dict[str, Any]:
    west, south, east, north = (round(side * _PER_DEGREE) for side in bounds)
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": _CENTRE_ZOOM,
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
    }


_CENTRE_ZOOM: Final = 11
"""A district fits a screen here."""


@contextmanager
def _whole_or_nothing(path: Path) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        draft.chmod(0o644)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
