"""How often each block of the map has changed, for whom: what makes a kept tile old.

A tile's version is the sum of the counters of the blocks (tiles at zoom 14) that it covers or
that cover it. Counters count committed rows of `drawn_change` and only grow, so the version of
a tile is another one after every change that it shows. They are read once; from then on each
transaction tells which rows it added, and those that the reading has seen are not counted again.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from geodata.layers import ChangeGroup
from geodata.store.tiles import TileId

BLOCK_ZOOM: Final = 14
"""2 km at 37 degrees: an edit makes few tiles old, and a district has some hundred blocks."""

EVERYWHERE: Final = "*"
"""The name of the block that every tile counts."""

CHANNEL: Final = "fugai_drawn"
"""What PostgreSQL notifies on; see ``sql/071_drawn_changes.sql``."""

_COUNTERS: Final = (
    "SELECT json_build_object('seen', pg_current_snapshot()::text,"
    " 'rows', coalesce(json_agg(json_build_array(change_group, district_code, town_code,"
    " coalesce(x || '/' || y, '*'), n)), '[]'))::text FROM (SELECT change_group, district_code,"
    " town_code, x, y, count(*) AS n FROM drawn_change WHERE {} GROUP BY 1, 2, 3, 4, 5) AS c"
)
ALL_COUNTERS: Final = _COUNTERS.format("true")
GROUP_COUNTERS: Final = _COUNTERS.format("change_group = %s AND district_code = %s")
"""What reads counters as one JSON text: see `CountersRead`."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose changes count: those of a town, of a district, or all.

    Attributes:
        district: Code, ``None`` for all.
        town: Code, ``None`` for all of the district.
    """

    district: str | None
    town: str | None

    def sees(self, district: str, town: str | None) -> bool:
        """Whether a change in a district, and a town or in none, may show on their map."""
        is_own_town = self.town is None or town in (None, self.town)
        return self.district in (None, district) and is_own_town


@dataclass(frozen=True, slots=True)
class DrawnChange:
    """What a transaction has changed, as PostgreSQL tells it once that is committed.

    Attributes:
        group: What changed.
        district: Code.
        blocks: Town (``None`` for none) and block of each row that was added, ``None`` where they
            are many.
        sites: Ids of the sites that changed, ``None`` where they are many or none is meant.
        transaction: Its number.
    """

    group: ChangeGroup
    district: str
    blocks: tuple[tuple[str | None, str], ...] | None
    sites: tuple[int, ...] | None
    transaction: int

    @classmethod
    def read(cls, payload: str) -> DrawnChange:
        """Return what a notification says."""
        told = json.loads(payload)
        blocks, sites = told["blocks"], told["sites"]
        return cls(
            ChangeGroup(told["group"]),
            told["district"],
            None if blocks is None else tuple(_block(one) for one in blocks),
            None if sites is None else tuple(sites),
            told["transaction"],
        )

    def seen_by(self, viewer: Viewer) -> set[str]:
        """Return the blocks that look different to a viewer."""
        blocks = self.blocks or ()
        return {block for town, block in blocks if viewer.sees(self.district, town)}


@dataclass(frozen=True, slots=True)
class CountersRead:
    """Counters as a statement read them, and which transactions it saw.

    Attributes:
        rows: Group, district, town, block, and how often it has changed.
        next: Number that no transaction had yet (``xmax`` of PostgreSQL's ``pg_snapshot``).
        running: Numbers below it that were not over (``xip_list``).
    """

    rows: tuple[tuple[str, str, str | None, str, int], ...] = ()
    next: int = 0
    running: frozenset[int] = frozenset()

    @classmethod
    def read(cls, told: str | bytes) -> CountersRead:
        """Return what `ALL_COUNTERS` or `GROUP_COUNTERS` has read."""
        found = json.loads(told)
        _, following, running = found["seen"].split(":")
        numbers = frozenset(int(one) for one in running.split(",") if one)
        return cls(tuple(tuple(row) for row in found["rows"]), int(following), numbers)

    def saw(self, transaction: int) -> bool:
        """Whether the rows of a committed transaction are among those that were read."""
        return transaction < self.next and transaction not in self.running


_NOTHING: Final = CountersRead()


class Counters:
    """Counters, as they were read and as they have grown since.

    Args:
        whole: What `ALL_COUNTERS` read.
    """

    def __init__(self, whole: CountersRead = _NOTHING) -> None:
        """Begin with what was read."""
        self._counts = defaultdict[tuple[str, str, str | None], Counter[str]](Counter)
        self._sums: dict[tuple[Viewer, ChangeGroup], _Sums] = {}
        self._whole = whole
        self._later: dict[tuple[str, str], CountersRead] = {}
        self._keep(whole)

    def put(self, group: ChangeGroup, district: str, found: CountersRead) -> None:
        """Take over what `GROUP_COUNTERS` read of a group and district."""
        self._later[group, district] = found
        self._keep(found)
        self._sums.clear()

    def add(self, change: DrawnChange) -> bool:
        """Count the rows that a change told of; return whether they were not counted yet."""
        known = self._later.get((change.group, change.district), self._whole)
        if known.saw(change.transaction):
            return False
        for town, block in change.blocks or ():
            self._counts[change.group, change.district, town][block] += 1
            for (viewer, group), sums in self._sums.items():
                if group == change.group and viewer.sees(change.district, town):
                    sums.count(block, 1)
        return True

    def of(self, viewer: Viewer, group: ChangeGroup) -> Mapping[str, int]:
        """Return a viewer's counters of a group, by block."""
        return self._of(viewer, group).blocks

    def version(self, viewer: Viewer, groups: Iterable[ChangeGroup], tile: TileId) -> int:
        """Return the version of a tile that shows these groups, of the day that is drawn."""
        return sum(self._of(viewer, group).version(tile) for group in groups)

    def _keep(self, found: CountersRead) -> None:
        for group, district, town, block, count in found.rows:
            self._counts[group, district, town][block] = count

    def _of(self, viewer: Viewer, group: ChangeGroup) -> _Sums:
        sums = self._sums.get((viewer, group))
        if sums is None:
            sums = self._sums[viewer, group] = _Sums()
            for (of_group, district, town), blocks in self._counts.items():
                if of_group == group and viewer.sees(district, town):
                    for block, count in blocks.items():
                        sums.count(block, count)
        return sums


class _Sums:
    """What a viewer's counters of a group add up to, by block and by farther tile."""

    def __init__(self) -> None:
        self.blocks = Counter[str]()
        self._tiles = Counter[tuple[int, int, int]]()

    def count(self, block: str, by: int) -> None:
        self.blocks[block] += by
        if block != EVERYWHERE:
            x, y = map(int, block.split("/"))
            for up in range(1, BLOCK_ZOOM + 1):
                self._tiles[BLOCK_ZOOM - up, y >> up, x >> up] += by

    def version(self, tile: TileId) -> int:
        closer = tile.z - BLOCK_ZOOM
        if closer >= 0:
            own = self.blocks[f"{tile.x >> closer}/{tile.y >> closer}"]
        else:
            own = self._tiles[tile.z, tile.y, tile.x]
        return own + self.blocks[EVERYWHERE]


def _block(told: str) -> tuple[str | None, str]:
    town, _, block = told.partition(":")
    return town or None, block
