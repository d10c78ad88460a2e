"""Many tiles of one moment: what people change meanwhile shows in none of them.

Several connections share one snapshot, each with a copy of its own of the sites as of the day
under the names that the tile functions read (`drawn_site`, `drawn_day`): PostgreSQL looks among a
session's temporary tables first. So a past day costs no more than today, and nothing is locked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from queue import SimpleQueue
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from geodata.layers import Layer
from geodata.store.tiles import TileId, tile_statement

_DRAW: Final = (
    # Other processes do not see temporary tables.
    "SET LOCAL max_parallel_workers_per_gather = 0",
    "SET LOCAL jit = off",
    # Planning a tile anew each time takes ten times as long as making it.
    "SET LOCAL plan_cache_mode = force_generic_plan",
    "CREATE TEMPORARY TABLE drawn_day (day date) ON COMMIT DROP",
    "CREATE TEMPORARY TABLE drawn_site (LIKE public.drawn_site) ON COMMIT DROP",
)
_FILL: Final = (
    "INSERT INTO pg_temp.drawn_site SELECT * FROM sites_on_maps(%s) ORDER BY site_id",
    "INSERT INTO pg_temp.drawn_day VALUES (%s)",
)
_FINISH: Final = (
    "CREATE INDEX ON pg_temp.drawn_site USING gist (place)",
    "ANALYZE pg_temp.drawn_site",
    "SET TRANSACTION READ ONLY",
)

_PLACES: Final = {
    "communities": ("drawn_site", "place"),
    "standalone_buildings": ("drawn_site", "place"),
    "gaps": ("drawn_site", "place"),
    "findings": ("drawn_site", "place"),
    "planned_stops": ("drawn_site", "place"),
    "candidates": ("gap_candidate", "geom_3857"),
    "footprints": ("footprint", "geom_3857"),
    "divisions": ("division", "geom_3857"),
    "roads": ("road", "geom_3857"),
    "landuse": ("landuse", "geom_3857"),
}
"""Where each layer's tiles look for rows: all of them by the box of a tile with its rim."""


class FrozenTiles:
    """Tiles of one moment and day, for several threads.

    Args:
        connections: In transactions that share a snapshot.
        layers: What the tiles hold.
        scope: Whose.
        day: The day of dated layers.
    """

    def __init__(
        self, connections: Sequence[Connection], layers: Sequence[Layer], scope: Scope, day: date
    ) -> None:
        """Keep the connections, each for one thread at a time."""
        self.session = Session(connections[0])
        self._free = SimpleQueue[Connection]()
        for one in connections:
            self._free.put(one)
        self._layers, self._scope, self._day = layers, scope, day

    def read(self, tile: TileId) -> bytes:
        """Return a tile; an empty one has no bytes."""
        statement, parameters = tile_statement(self._layers, tile, self._scope, self._day)
        connection = self._free.get()
        try:
            return bytes(connection.exec_driver_sql(statement, parameters).scalar_one())
        finally:
            self._free.put(connection)

    def occupied(self, first: int, last: int) -> Iterator[list[TileId]]:
        """Yield, for each zoom, the tiles that can hold something.

        A tile with its rim lies in its parent with the parent's: the rim is a part of the side.
        So where no row's box meets a tile, none meets the tiles in it, and the descent ends
        there. A tile that is empty may well have some that are not in it: small roads and areas
        are drawn when they can be seen.
        """
        found = [TileId(0, 0, 0)]
        for zoom in range(last + 1):
            if zoom > 0:
                found = [child for one in found for child in _children(one)]
            found = self._met(zoom, found)
            if zoom >= first:
                yield found

    def _met(self, zoom: int, tiles: Sequence[TileId]) -> list[TileId]:
        code = self._scope.code if self._scope.kind is DivisionKind.DISTRICT else None
        places = sorted({_PLACES[layer.id] for layer in self._layers})
        met = " OR ".join(
            f"EXISTS (SELECT FROM {table} AS r WHERE r.{column} && tile_box(%(z)s, t.x, t.y)"
            " AND (%(code)s::text IS NULL OR r.district_code = %(code)s))"
            for table, column in places
        )
        statement = (
            "SELECT t.x, t.y FROM unnest(%(x)s::integer[], %(y)s::integer[]) AS t(x, y)"  # noqa: S608
            f" WHERE {met}"
        )
        columns, rows = [one.x for one in tiles], [one.y for one in tiles]
        asked = {"z": zoom, "x": columns, "y": rows, "code": code}
        connection = self._free.get()
        try:
            found = connection.exec_driver_sql(statement, asked).all()
        finally:
            self._free.put(connection)
        return [TileId(zoom, y, x) for x, y in found]


@contextmanager
def frozen(
    engine: Engine, layers: Sequence[Layer], scope: Scope, day: date, *, connections: int
) -> Iterator[FrozenTiles]:
    """Yield the tiles of this moment; nothing of it stays in the database.

    Args:
        engine: The database.
        layers: What the tiles hold, in this order.
        scope: Whose.
        day: The day of dated layers.
        connections: How many tiles are made at once.
    """
    snapshot = None
    with ExitStack() as stack:
        opened = []
        for _ in range(connections):
            connection = stack.enter_context(engine.connect())
            connection.execution_options(isolation_level="REPEATABLE READ")
            stack.callback(connection.rollback)
            if snapshot is None:
                asked = connection.exec_driver_sql("SELECT pg_export_snapshot()")
                snapshot = str(asked.scalar_one())
            else:
                connection.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
            _draw(connection, day)
            opened.append(connection)
        yield FrozenTiles(opened, layers, scope, day)


def _draw(connection: Connection, day: date) -> None:
    for statement in _DRAW:
        connection.exec_driver_sql(statement)
    for statement in _FILL:
        connection.exec_driver_sql(statement, (day,))
    for statement in _FINISH:
        connection.exec_driver_sql(statement)


def _children(tile: TileId) -> Iterator[TileId]:
    for down in (0, 1):
        for right in (0, 1):
            yield TileId(tile.z + 1, 2 * tile.y + down, 2 * tile.x + right)
