"""Tiles of one moment: the same as those that are served, and all of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from geodata.domain.period import today
from geodata.layers import LAYERS
from geodata.store.frozen_tiles import frozen
from geodata.store.session import Change, connect, reading, writing
from geodata.store.tiles import TileId, read_tile
from tests.builders import a_site, square
from tests.world import LISTED_ON, World, build_world

ALL = list(LAYERS.values())


@pytest.fixture
def shared(world: World, world_url: str) -> Iterator[Engine]:
    """The shared district."""
    assert world
    engine = connect(world_url)
    yield engine
    engine.dispose()


def around(zoom: int) -> list[TileId]:
    """Every tile around the district, some way beyond its borders."""
    side = 1 << zoom
    left, right = (int((lng + 180) / 360 * side) for lng in (117.5, 118.3))
    # Rows of 37.2 and 36.5 degrees north, in parts of the world.
    top, bottom = int(0.38804 * side), int(0.39104 * side)
    return [TileId(zoom, y, x) for y in range(top, bottom + 1) for x in range(left, right + 1)]


@pytest.mark.parametrize("day", [today(), LISTED_ON + timedelta(days=30)])
def test_they_are_those_that_are_served(shared: Engine, day: date) -> None:
    everything = Scope.everything()
    with frozen(shared, ALL, everything, day, connections=2) as tiles, reading(shared) as session:
        levels = list(tiles.occupied(6, 14))
        assert [level[0].z for level in levels] == list(range(6, 15))
        for level in levels:
            found = set(level)
            # A stranger's test: whatever is served somewhere around is among them.
            zoom = level[0].z
            for tile in around(zoom) if zoom <= 13 else level:
                served = read_tile(session, ALL, tile, everything, on=day)
                if tile in found:
                    assert tiles.read(tile) == served
                else:
                    assert served == b"", tile


def test_a_districts_are_among_all(shared: Engine, world: World) -> None:
    scope = Scope(DivisionKind.DISTRICT, world.district)
    elsewhere = Scope(DivisionKind.DISTRICT, "110101")
    with frozen(shared, ALL, scope, today(), connections=1) as tiles:
        assert any(tiles.read(one) for level in tiles.occupied(12, 12) for one in level)
    with frozen(shared, ALL, elsewhere, today(), connections=1) as tiles:
        assert list(tiles.occupied(6, 8)) == [[], [], []]


def test_what_changes_meanwhile_shows_in_none(engine: Engine) -> None:
    build_world(engine)
    layers = [LAYERS["communities"]]
    tile = TileId(8, 99, 211)
    with frozen(engine, layers, Scope.everything(), today(), connections=2) as tiles:
        before = tiles.read(tile)
        with writing(engine, Change("tester", "meanwhile")) as session:
            a_site(session, "新来的", boundary=square(0.05, 0.05, 0.01))
        assert before
        assert [tiles.read(tile) for _ in range(4)] == [before] * 4
    with frozen(engine, layers, Scope.everything(), today(), connections=1) as tiles:
        assert tiles.read(tile) != before


def test_nothing_of_it_stays_in_a_connection(engine: Engine) -> None:
    build_world(engine)
    with frozen(engine, ALL, Scope.everything(), LISTED_ON, connections=3) as tiles:
        assert tiles.read(TileId(8, 99, 211))
    with engine.connect() as connection:
        kept = text("SELECT count(*) FROM pg_class WHERE relname = 'drawn_site'")
        assert connection.scalar(kept) == 1
