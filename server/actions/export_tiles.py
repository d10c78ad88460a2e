"""Tiles of a district as one file that maps draw from with no database."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.domain.vocabulary import Language
from geodata.layers import DEEPEST_ZOOM, ChangeGroup, Layer
from geodata.spatial.tile_archive import ArchiveSize, archive_order, packed, write_archive
from geodata.store.frozen_tiles import FrozenTiles, frozen
from geodata.store.queries.divisions import DivisionRow, find_divisions
from geodata.store.tiles import TileId
from maps.coverage_scripts import map_words
from server.actions.described import bounds_of, ground_attribution, vector_layers

BASEMAP: Final = ("landuse", "roads", "footprints", "divisions")
"""What lies under the sites, drawn from imported OpenStreetMap data and divisions."""

OURS: Final = "fugai"
"""The key under which an archive of ours says whose rows it holds."""

_CONNECTIONS: Final = 2
_AHEAD: Final = 64
"""Tiles that may wait to be written."""

Progress = Callable[[int, int], None]
"""Is told how many tiles are done, and of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedTiles:
    """What an archive is to hold.

    Attributes:
        layers: In this order.
        first: The first zoom.
        last: The last.
        on: The day of dated layers.
        language: Of names and descriptions.
    """

    layers: Sequence[Layer]
    first: int
    last: int
    on: date
    language: Language


def zooms(text: str) -> tuple[int, int]:
    """Return the first and the last zoom of a text like ``6-16``.

    Raises:
        DomainError: ``archive.zooms``.
    """
    parts = text.split("-")
    if len(parts) in (1, 2) and all(part.isascii() and part.isdecimal() for part in parts):
        first, last = int(parts[0]), int(parts[-1])
        if first <= last <= DEEPEST_ZOOM:
            return first, last
    raise DomainError("archive.zooms", value=text[:20], first=0, deepest=DEEPEST_ZOOM)


def export_tiles(
    engine: Engine, scope: Scope, path: Path, wanted: WantedTiles, progress: Progress
) -> ArchiveSize:
    """Write what a scope sees as an archive, whole or not at all.

    Args:
        engine: The database.
        scope: Whose rows.
        path: The file.
        wanted: What it is to hold.
        progress: Is told of each tile.

    Raises:
        DomainError: ``archive.empty``; ``division.none_yet`` in an empty database.
    """
    with frozen(engine, wanted.layers, scope, wanted.on, connections=_CONNECTIONS) as tiles:
        districts = find_divisions(tiles.session, scope, kind=DivisionKind.DISTRICT)
        if not districts:
            raise DomainError("division.none_yet")
        codes = [one.code for one in districts]
        bounds = bounds_of(tiles.session, scope, codes)
        if bounds is None:
            raise DomainError("archive.empty")
        attribution = ground_attribution(tiles.session, *codes)
        made = _made(tiles, wanted, progress)
        return write_archive(path, made, bounds, _metadata(wanted, scope, districts, attribution))


def _made(
    tiles: FrozenTiles, wanted: WantedTiles, progress: Progress
) -> Iterator[tuple[int, bytes]]:
    """Yield the tiles that are not empty, in the order of archives."""
    found = [one for level in tiles.occupied(wanted.first, wanted.last) for one in level]
    placed = sorted((archive_order(one.z, one.x, one.y), one) for one in found)
    progress(0, len(placed))
    rest = iter(placed)
    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        waiting: deque[tuple[int, Future[bytes]]] = deque()
        try:
            done = 0
            while True:
                for place, tile in islice(rest, _AHEAD - len(waiting)):
                    waiting.append((place, pool.submit(_packed, tiles, tile)))
                if not waiting:
                    return
                place, coming = waiting.popleft()
                content = coming.result()
                done += 1
                progress(done, len(placed))
                if content:
                    yield place, content
        finally:
            # Who stops here does not wait for what nobody will write.
            pool.shutdown(cancel_futures=True)


def _packed(tiles: FrozenTiles, tile: TileId) -> bytes:
    content = tiles.read(tile)
    return packed(content) if content else b""


def _metadata(
    wanted: WantedTiles, scope: Scope, districts: Sequence[DivisionRow], attribution: str
) -> dict[str, Any]:
    said = map_words(wanted.language)
    is_sample = any(one.is_sample for one in districts)
    name = "、".join(one.name for one in districts)
    has_sites = any(one.group is ChangeGroup.SITES for one in wanted.layers)
    parts = (said["sample"] if is_sample else "", said["internal"], attribution)
    whose = districts[0].code if len(districts) == 1 else scope.code
    mark = f" ({said['sample']})" if is_sample else ""
    return {
        "name": f"{name} {said['title'] if has_sites else said['ground']}{mark}",
        "description": " · ".join(part for part in parts if part),
        "attribution": " · ".join(part for part in (parts[0], attribution) if part),
        "type": "overlay" if has_sites else "baselayer",
        "version": wanted.on.isoformat(),
        "vector_layers": vector_layers(
            wanted.layers, wanted.language, first=wanted.first, last=wanted.last, with_kinds=True
        ),
        OURS: {
            "district": whose,
            "layers": [one.id for one in wanted.layers],
            "on": wanted.on.isoformat(),
            "sample": is_sample,
        },
    }
