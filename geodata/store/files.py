"""Files that people send, kept by the digest of their content, outside everything that is served.

A file is whole on the disk before a row that names it is committed; one that no row names does
no harm. The name somebody gave a file stands in its row, never on the disk.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, BinaryIO, Final

from geodata.domain.errors import DomainError

_PIECE_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file in the store.

    Attributes:
        digest: SHA-256 of its content, hexadecimal.
        size_bytes: Of its content.
    """

    digest: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class FileStore:
    """A folder of files by digest.

    Attributes:
        folder: Made when the first file comes.
    """

    folder: Path

    def keep(self, content: BinaryIO, *, most_bytes: int, name: str) -> KeptFile:
        """Take in a file, once however often it is sent.

        Args:
            content: Read to its end.
            most_bytes: A larger file is refused, and nothing of it stays.
            name: What the sender calls it, for messages.

        Raises:
            DomainError: ``table.too_large`` with ``most_mb``; ``table.empty``.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile(dir=self.folder, prefix="incoming-", delete=False) as target:
            incoming = Path(target.name)
            try:
                kept = _copy(content, target, most_bytes=most_bytes, name=name)
            except BaseException:
                incoming.unlink()
                raise
        place = self.path(kept.digest)
        place.parent.mkdir(exist_ok=True, mode=0o700)
        incoming.replace(place)
        return kept

    def path(self, digest: str) -> Path:
        """Return where a file lies."""
        return self.folder / digest[:2] / digest


def _copy(content: BinaryIO, target: IO[bytes], *, most_bytes: int, name: str) -> KeptFile:
    digest, size = sha256(), 0
    while piece := content.read(_PIECE_BYTES):
        size += len(piece)
        if size > most_bytes:
            raise DomainError("table.too_large", file=name, most_mb=most_bytes >> 20)
        digest.update(piece)
        target.write(piece)
    if not size:
        raise DomainError("table.empty", file=name)
    target.flush()
    os.fsync(target.fileno())
    return KeptFile(digest.hexdigest(), size)
