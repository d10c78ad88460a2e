"""How often each block of the map has changed, for whom: what makes a kept tile old.

A tile's version is the sum of the counters of the blocks (tiles at zoom 14) that it covers or
that cover it. Counters count committed rows of `drawn_change` and only grow, so the version of
a tile is another one after every change that it shows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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
    "SELECT coalesce(json_agg(json_build_array(change_group, district_code, town_code,"
    " coalesce(x || '/' || y, '*'), n)), '[]')::text FROM (SELECT change_group, district_code,"
    " town_code, x, y, count(*) AS n FROM drawn_change WHERE {} GROUP BY 1, 2, 3, 4, 5) AS c"
)
_OF_GROUP: Final = "change_group = %s AND district_code = %s"
ALL_COUNTERS: Final = _COUNTERS.format("true")
GROUP_COUNTERS: Final = _COUNTERS.format(_OF_GROUP)
BLOCK_COUNTERS: Final = _COUNTERS.format(
    f"{_OF_GROUP} AND (x = ANY(%s::integer[]) AND y = ANY(%s::integer[]) OR x IS NULL)"
)
"""What reads counters as one JSON text, a list of `CounterRow`."""

CounterRow = tuple[str, str, str | None, str, int]
"""Group, district, town, block, and how often it has changed."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose changes count: those of a town, of a district, or all.

    Attributes:
        district: Code, ``None`` for all.
        town: Code, ``None`` for all of the district.
    """

    district: str | None
    town: str | None


@dataclass(slots=True)
class Counters:
    """The counters as they were last read."""

    _counts: dict[tuple[str, str, str | None], dict[str, int]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    _added: dict[tuple[Viewer, str], dict[str, int]] = field(default_factory=dict)
    _far: dict[tuple[Viewer, str], dict[tuple[int, int, int], int]] = field(default_factory=dict)

    def put(self, rows: Iterable[CounterRow]) -> None:
        """Keep what rows say of their blocks; a counter never goes back."""
        for group, district, town, block, count in rows:
            kept = self._counts[group, district, town]
            kept[block] = max(count, kept.get(block, 0))
        self._added.clear()
        self._far.clear()

    def of(self, viewer: Viewer, group: ChangeGroup) -> Mapping[str, int]:
        """Return a viewer's counters of a group, by block."""
        known = self._added.get((viewer, group))
        if known is None:
            known = self._added[viewer, group] = self._add_up(viewer, group)
        return known

    def version(self, viewer: Viewer, groups: Iterable[ChangeGroup], tile: TileId) -> int:
        """Return the version of a tile that shows these groups, of the day that is drawn."""
        return sum(self._version(viewer, group, tile) for group in groups)

    def _version(self, viewer: Viewer, group: ChangeGroup, tile: TileId) -> int:
        if tile.z >= BLOCK_ZOOM:
            blocks, closer = self.of(viewer, group), tile.z - BLOCK_ZOOM
            own = blocks.get(f"{tile.x >> closer}/{tile.y >> closer}", 0)
            return own + blocks.get(EVERYWHERE, 0)
        far = self._far.get((viewer, group))
        if far is None:
            far = self._far[viewer, group] = _sums_by_tile(self.of(viewer, group))
        return far.get((tile.z, tile.y, tile.x), 0) + self.of(viewer, group).get(EVERYWHERE, 0)

    def _add_up(self, viewer: Viewer, group: ChangeGroup) -> dict[str, int]:
        total: dict[str, int] = defaultdict(int)
        for (of_group, district, town), blocks in self._counts.items():
            sees = (viewer.district in (None, district)) and (
                viewer.town is None or town in (None, viewer.town)
            )
            if of_group == group and sees:
                for block, count in blocks.items():
                    total[block] += count
        return dict(total)


def block_numbers(blocks: Iterable[str]) -> tuple[str, str]:
    """Return the columns and rows of blocks, without the one that is everywhere, as arrays."""
    pairs = [tuple(map(int, one.split("/"))) for one in blocks if one != EVERYWHERE]
    columns, rows = (",".join(str(pair[at]) for pair in pairs) for at in (0, 1))
    return f"{{{columns}}}", f"{{{rows}}}"


def _sums_by_tile(blocks: Mapping[str, int]) -> dict[tuple[int, int, int], int]:
    """Return what the blocks in each farther tile (zoom, row, column) add up to."""
    sums: dict[tuple[int, int, int], int] = defaultdict(int)
    for block, count in blocks.items():
        if block != EVERYWHERE:
            x, y = map(int, block.split("/"))
            for up in range(1, BLOCK_ZOOM + 1):
                sums[BLOCK_ZOOM - up, y >> up, x >> up] += count
    return dict(sums)
