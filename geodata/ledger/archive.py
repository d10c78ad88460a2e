"""Look into a zip archive before a reader of workbooks does, and refuse what would harm it.

A reader trusts what an archive says of itself: one that lies fills the memory of the process,
which then dies without a word. So each part is unpacked here once, a piece at a time.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from geodata.domain.errors import DomainError

MOST_UNPACKED_BYTES: Final = 1 << 29
_MOST_PARTS: Final = 10_000
_SUSPECT_BYTES: Final = 1 << 24
_MOST_RATIO: Final = 200
"""Rows that resemble each other shrink to a fortieth; what shrinks to less was made to harm."""

_PIECE: Final = 1 << 18
_LOCAL_HEADER: Final = struct.Struct("<4s22xHH")
_LOCAL_MAGIC: Final = b"PK\x03\x04"
_ENCRYPTED: Final = 1


@dataclass(frozen=True, slots=True)
class Archive:
    """The parts of an archive, each known to unpack to no more than it says.

    Attributes:
        file: The file's name, for messages.
        content: The archive.
        parts: Where each part begins and ends, and whether it is deflated, by its name.
    """

    file: str
    content: bytes
    parts: dict[str, tuple[int, int, bool]]

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield a part unpacked, a piece at a time.

        Raises:
            DomainError: ``table.unreadable`` when it is damaged.
        """
        start, end, is_deflated = self.parts[name]
        packed = memoryview(self.content)[start:end]
        if not is_deflated:
            for at in range(0, len(packed), _PIECE):
                yield bytes(packed[at : at + _PIECE])
            return
        unpack = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for at in range(0, len(packed), _PIECE):
                piece = unpack.decompress(packed[at : at + _PIECE], _PIECE)
                while piece:
                    yield piece
                    piece = unpack.decompress(unpack.unconsumed_tail, _PIECE)
        except zlib.error as error:
            raise DomainError("table.unreadable", file=self.file, reason=str(error)) from error
        if not unpack.eof:
            raise DomainError("table.unreadable", file=self.file, reason=f"{name}: truncated")

    def read(self, name: str) -> bytes:
        """Return a part unpacked, ``b""`` where the archive has none of this name."""
        return b"".join(self.pieces(name)) if name in self.parts else b""


def open_archive(file: str, content: bytes) -> Archive:
    """Find the parts of an archive and unpack each once, to know that it is what it says.

    Raises:
        DomainError: ``table.too_large``, ``table.encrypted``, ``table.unreadable``.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as opened:
            items = opened.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error) as error:
        raise DomainError("table.unreadable", file=file, reason=str(error)) from error
    if any(item.flag_bits & _ENCRYPTED for item in items):
        raise DomainError("table.encrypted", file=file)
    declared = sum(item.file_size for item in items)
    if declared > MOST_UNPACKED_BYTES or len(items) > _MOST_PARTS:
        raise DomainError("table.too_large", file=file, most_mb=MOST_UNPACKED_BYTES >> 20)
    archive = Archive(file, content, {})
    for item in items:
        if item.filename in archive.parts:
            raise DomainError("table.unreadable", file=file, reason=f"{item.filename} twice")
        archive.parts[item.filename] = _extent(file, content, item)
    _refuse_overlaps(archive)
    for item in items:
        _weigh(archive, item)
    return archive


def _extent(file: str, content: bytes, item: zipfile.ZipInfo) -> tuple[int, int, bool]:
    header = content[item.header_offset : item.header_offset + _LOCAL_HEADER.size]
    if len(header) == _LOCAL_HEADER.size and item.compress_type in {
        zipfile.ZIP_STORED,
        zipfile.ZIP_DEFLATED,
    }:
        magic, name, extra = _LOCAL_HEADER.unpack(header)
        start = item.header_offset + _LOCAL_HEADER.size + name + extra
        end = start + item.compress_size
        if magic == _LOCAL_MAGIC and end <= len(content):
            return start, end, item.compress_type == zipfile.ZIP_DEFLATED
    raise DomainError("table.unreadable", file=file, reason=f"{item.filename}: truncated")


def _refuse_overlaps(archive: Archive) -> None:
    """Refuse parts that share their bytes: a small file could unpack to any size that way."""
    reached = 0
    for start, end, _ in sorted(archive.parts.values()):
        if start < reached:
            raise DomainError("table.unreadable", file=archive.file, reason="overlapping parts")
        reached = end


def _weigh(archive: Archive, item: zipfile.ZipInfo) -> None:
    unpacked = 0
    for piece in archive.pieces(item.filename):
        unpacked += len(piece)
        if unpacked > _SUSPECT_BYTES and unpacked > item.compress_size * _MOST_RATIO:
            raise DomainError(
                "table.too_large", file=archive.file, most_mb=MOST_UNPACKED_BYTES >> 20
            )
        if unpacked > item.file_size:
            break
    if unpacked != item.file_size:
        reason = f"{item.filename}: not of the size that it says"
        raise DomainError("table.unreadable", file=archive.file, reason=reason)
