"""An archive of tiles as a page that shows it with no server."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from geodata.domain.errors import DomainError
from geodata.domain.vocabulary import Language
from geodata.layers import LAYERS
from geodata.spatial.tile_archive import read_archive
from maps.archive_page import ShownArchive, archive_page
from maps.symbology import Colouring
from server.actions.described import field_words

_LARGEST_BYTES: Final = 256_000_000
"""A browser reads no page whose text is much longer."""


def show_archive(path: Path, language: Language, colouring: Colouring) -> str:
    """Return an HTML document with an archive in it.

    Args:
        path: The archive.
        language: Of the page.
        colouring: The one shown first.

    Raises:
        DomainError: ``archive.unreadable``, ``archive.too_large``; ``assets.missing``.
    """
    facts = read_archive(path)
    if not facts.is_vector:
        raise DomainError("archive.unreadable", path=path.name)
    size = path.stat().st_size
    if size > _LARGEST_BYTES:
        megabytes = {"size": size // 10**6, "most": _LARGEST_BYTES // 10**6}
        raise DomainError("archive.too_large", path=path.name, **megabytes)
    told = facts.metadata
    shown = ShownArchive(
        content=path.read_bytes(),
        title=str(told.get("name") or path.stem),
        attribution=str(told.get("description") or told.get("attribution") or ""),
        layers=[one["id"] for one in told.get("vector_layers", ()) if one.get("id") in LAYERS],
        fields=field_words(language),
    )
    return archive_page(shown, language, colouring)
