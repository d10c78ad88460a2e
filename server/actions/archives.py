"""Archives of tiles that lie on this machine, and who may see them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.spatial.tile_archive import SUFFIX, ArchiveFacts, read_archive
from geodata.store.tiles import town_of
from maps.basemaps import Basemap, archived
from server.actions.export_tiles import OURS

_NAME: Final = re.compile(r"\w[\w.-]{0,99}")
_WITH_THE_DISTRICT: Final = frozenset({"roads", "landuse"})
"""Layers that whoever sees a part of a district sees all of; the others are cut by scope."""
_KNOWN: Final = 64


def find_archive(session: Session, scope: Scope, folder: Path, name: str) -> Path:
    """Return the file of an archive that a scope may see.

    Raises:
        DomainError: ``archive.not_found``: there is none, it cannot be read, its name leads
            elsewhere, or it holds rows outside the scope.
    """
    path = folder / f"{name}{SUFFIX}"
    if _NAME.fullmatch(name) and path.is_file() and path.resolve().parent == folder.resolve():
        facts = _facts(path)
        if facts is not None and may_see(scope, town_of(session, scope)[0], facts.metadata):
            return path
    raise DomainError("archive.not_found", name=name[:100])


def archived_basemap(session: Session, scope: Scope, folder: Path, name: str) -> Basemap | None:
    """Return the basemap that an archive holds, ``None`` where the scope may not see it."""
    try:
        path = find_archive(session, scope, folder, name)
    except DomainError:
        return None
    facts = _facts(path)
    if facts is None or not facts.is_vector:
        return None
    attribution = str(facts.metadata.get("attribution", ""))
    return archived(f"/archives/{name}{SUFFIX}", attribution, facts.last)


def may_see(scope: Scope, district: str | None, metadata: Mapping[str, Any]) -> bool:
    """Tell whether a scope, which lies in a district, covers all that is in an archive.

    An archive is handed out as a whole, so all of it must lie in the scope. One that no
    ``fugai`` wrote holds nothing of ours: its operator put it there for everybody.
    """
    ours = metadata.get(OURS)
    if not isinstance(ours, dict) or scope.kind is None:
        return True
    if ours.get("district") is None or ours.get("district") != district:
        return False
    is_whole = scope.kind is DivisionKind.DISTRICT
    return is_whole or set(ours.get("layers", ())) <= _WITH_THE_DISTRICT


def _facts(path: Path) -> ArchiveFacts | None:
    stat = path.stat()
    return _read(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(_KNOWN)
def _read(path: Path, _changed_ns: int, _size: int) -> ArchiveFacts | None:
    try:
        return read_archive(path)
    except DomainError:
        return None
