"""What tiles are drawn from follows the ledger in its own transaction, and every change is told."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import takewhile

import psycopg
import pytest
from sqlalchemy import Engine, select, text

from geodata.domain.access import Scope
from geodata.domain.management import ManagementType as M
from geodata.domain.period import today
from geodata.layers import LAYERS, ChangeGroup
from geodata.store.drawn_changes import (
    ALL_COUNTERS,
    BLOCK_ZOOM,
    CHANNEL,
    EVERYWHERE,
    Counters,
    CountersRead,
    DrawnChange,
    Viewer,
)
from geodata.store.session import Change, writing
from geodata.store.tables import Footprint, ManagementArrangement, Site
from geodata.store.tiles import TileId, draw_day, drawn_day, read_tile
from tests.builders import SOUTH, WEST, _shape, a_district, a_footprint, a_site, a_town, square
from tests.tile_reading import tile_at

DIFFERENCE = """
  (SELECT d.* FROM drawn_site AS d EXCEPT ALL SELECT m.* FROM sites_on_maps(:day) AS m)
  UNION ALL (SELECT m.* FROM sites_on_maps(:day) AS m EXCEPT ALL SELECT d.* FROM drawn_site AS d)
"""
COUNTED = """
  SELECT f.x, f.y, f.n FROM (
    SELECT c.x, c.y, count(*) AS n FROM footprint, footprint_cell(geom_3857) AS c GROUP BY 1, 2
  ) AS f EXCEPT SELECT x, y, sum(count) FROM footprint_count GROUP BY 1, 2
"""


def _write(engine: Engine):
    return writing(engine, Change("tester", "test"))


def _counters(engine: Engine) -> Counters:
    return Counters(_read(engine))


def _read(engine: Engine) -> CountersRead:
    with engine.connect() as connection:
        return CountersRead.read(connection.scalar(text(ALL_COUNTERS)))


def _difference(engine: Engine, day: date) -> list:
    with engine.connect() as connection:
        return list(connection.execute(text(DIFFERENCE), {"day": day}))


@pytest.fixture
def drawn(engine):
    """A database whose sites are drawn as of today, with two towns and some sites."""
    with _write(engine) as session:
        a_district(session)
        towns = [a_town(session, boundary=square(0.1 * one, 0, 0.1)) for one in range(2)]
        for number in range(6):
            a_site(session, town=towns[number % 2], boundary=square(0.02 * number, 0, 0.01))
    draw_day(engine, today())
    return engine


def _come(session, rng: random.Random, _site: Site) -> None:
    a_site(session, point=(WEST + rng.random() / 10, SOUTH + rng.random() / 10))


def _move(_session, rng: random.Random, site: Site) -> None:
    site.geom = _shape(square(rng.random() / 5, rng.random() / 5, 0.01))


def _lose(_session, _rng: random.Random, site: Site) -> None:
    site.geom = site.point = None


def _leave(_session, _rng: random.Random, site: Site) -> None:
    site.delisted_on = today()


def _manage(session, _rng: random.Random, site: Site) -> None:
    held = {one.management_type for one in _arrangements(session, site)}
    for one in {M.SIMPLE.value, M.UNIT_RUN.value} - held:
        session.add(ManagementArrangement(site_id=site.id, management_type=one, starts_on=today()))


def _unmanage(session, _rng: random.Random, site: Site) -> None:
    for one in _arrangements(session, site):
        session.delete(one)


def _rename(_session, rng: random.Random, site: Site) -> None:
    site.name, site.subsidised = f"改名{rng.randrange(100)}", rng.random() < 0.5


def _mend_all(session, _rng: random.Random, _site: Site) -> None:
    session.execute(text("UPDATE site SET households = 7"))


ACTS = (_come, _move, _lose, _leave, _manage, _unmanage, _rename, _mend_all)


def _step(session, rng: random.Random) -> None:
    """Do something that a clerk, an inspector or an import would do."""
    site = rng.choice(session.scalars(select(Site).order_by(Site.id)).all())
    rng.choice(ACTS)(session, rng, site)


def _arrangements(session, site: Site) -> list[ManagementArrangement]:
    wanted = select(ManagementArrangement).where(ManagementArrangement.site_id == site.id)
    return list(session.scalars(wanted))


def test_after_any_act_the_drawn_sites_are_what_the_ledger_says(drawn):
    rng = random.Random(7)
    for _ in range(25):
        with _write(drawn) as session:
            for _ in range(rng.randrange(1, 4)):
                _step(session, rng)
                session.flush()
        assert _difference(drawn, today()) == []


def test_many_sites_at_once_are_drawn_as_few_are(drawn):
    with _write(drawn) as session:
        town = a_town(session)
        for number in range(320):
            a_site(session, town=town, point=(WEST + number / 10000, SOUTH))
    assert _difference(drawn, today()) == []


def test_what_is_taken_back_is_not_drawn(drawn):
    before = _counters(drawn).of(Viewer(None, None), ChangeGroup.SITES)
    with _write(drawn) as session:
        a_site(session, point=(WEST, SOUTH))
        session.flush()
        session.get_transaction().rollback()
    assert _difference(drawn, today()) == []
    assert _counters(drawn).of(Viewer(None, None), ChangeGroup.SITES) == before


def test_a_change_that_no_map_shows_is_not_told(drawn):
    before = _counters(drawn).of(Viewer(None, None), ChangeGroup.SITES)
    with _write(drawn) as session:
        session.scalars(select(Site)).first().phone = "13800000000"
    assert _counters(drawn).of(Viewer(None, None), ChangeGroup.SITES) == before


def test_a_new_day_is_drawn_once_and_tells_only_what_looks_different(engine):
    yesterday = today() - timedelta(days=1)
    with _write(engine) as session:
        a_site(session, boundary=square(), lapsed_on=today())
        a_site(session, boundary=square(0.15, 0.15), ticked={M.SIMPLE})
    draw_day(engine, yesterday)
    before = _counters(engine).of(Viewer(None, None), ChangeGroup.SITES)
    draw_day(engine, today())
    draw_day(engine, today())
    with writing(engine, Change("tester", "test")) as session:
        assert drawn_day(session) == today()
    # The day stands in each feature, but a site that looks the same is not drawn anew.
    after = _counters(engine).of(Viewer(None, None), ChangeGroup.SITES)
    moved = {block for block in after if after[block] != before.get(block)}
    lapsed = tile_at(WEST + 0.005, SOUTH + 0.005, BLOCK_ZOOM)
    assert f"{lapsed.x}/{lapsed.y}" in moved
    assert _difference(engine, today()) == []


@pytest.mark.parametrize("z", [6, 9, 10, 12, 14, 16])
def test_every_tile_that_shows_a_change_has_another_version(drawn, z):
    """Also those that show only the rim of what changed: each tile is compared byte by byte."""
    near = tile_at(WEST + 0.05, SOUTH + 0.02, z)
    around = [
        TileId(z, y, x)
        for y in range(near.y - 2, near.y + 3)
        for x in range(near.x - 2, near.x + 3)
        if 0 <= x < 1 << z and 0 <= y < 1 << z
    ]
    layers = [LAYERS["communities"], LAYERS["gaps"]]
    rng = random.Random(z)
    before = _pictures(drawn, layers, around)
    for _ in range(6):
        with _write(drawn) as session:
            _step(session, rng)
        after = _pictures(drawn, layers, around)
        for tile in around:
            if before[tile][1] != after[tile][1]:
                assert after[tile][0] > before[tile][0], tile
        before = after


def _pictures(engine: Engine, layers, tiles) -> dict[TileId, tuple[int, bytes]]:
    counters = _counters(engine)
    everybody = Viewer(None, None)
    with writing(engine, Change("tester", "look")) as session:
        return {
            tile: (
                counters.version(everybody, {ChangeGroup.SITES}, tile),
                read_tile(session, layers, tile, Scope.everything(), on=today()),
            )
            for tile in tiles
        }


def test_a_town_is_told_of_its_own_changes_only(drawn):
    with drawn.connect() as connection:
        (mine, other) = connection.scalars(
            text("SELECT code FROM division WHERE kind = 'town' ORDER BY sort_order, code")
        ).all()
    before = _counters(drawn)
    with _write(drawn) as session:
        session.scalars(select(Site).where(Site.town_code == mine)).first().name = "改名"
    after = _counters(drawn)
    for viewer, moves in (
        (Viewer("370306", mine), True),
        (Viewer("370306", other), False),
        (Viewer("370306", None), True),
        (Viewer(None, None), True),
        (Viewer("110101", None), False),
    ):
        groups = before.of(viewer, ChangeGroup.SITES), after.of(viewer, ChangeGroup.SITES)
        assert (groups[0] != groups[1]) is moves, viewer


def test_footprints_are_counted_by_cell_whatever_happens_to_them(drawn):
    rng = random.Random(3)
    for _ in range(25):
        with _write(drawn) as session:
            outlines = session.scalars(select(Footprint)).all()
            town = session.scalar(text("SELECT min(code) FROM division WHERE kind = 'town'"))
            match rng.randrange(4) if outlines else 0:
                case 0:
                    place = square(rng.random() / 5, rng.random() / 5, 0.001)
                    a_footprint(session, place, source_id=str(rng.random()))
                case 1:
                    rng.choice(outlines).geom = _shape(square(rng.random() / 5, 0, 0.001))
                case 2:
                    rng.choice(outlines).town_code = rng.choice([None, town])
                case 3:
                    session.delete(rng.choice(outlines))
        with drawn.connect() as connection:
            assert list(connection.execute(text(COUNTED))) == []
            counted = connection.scalar(text("SELECT coalesce(sum(count), 0) FROM footprint_count"))
            assert counted == connection.scalar(text("SELECT count(*) FROM footprint"))


def test_whoever_listens_is_told_when_it_is_committed(drawn):
    url = drawn.url.render_as_string(hide_password=False).replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        with _write(drawn) as session:
            site = session.scalars(select(Site)).first()
            site.name, number = "改名", site.id
            session.flush()
            assert list(listener.notifies(timeout=0)) == []
        (note,) = listener.notifies(timeout=5, stop_after=1)
    assert f'"sites" : [{number}]' in note.payload
    assert '"group" : "sites"' in note.payload


def test_the_ground_counts_everywhere(engine):
    with _write(engine) as session:
        a_district(session)
    counters = _counters(engine)
    for tile in (TileId(6, 24, 52), TileId(16, 0, 0)):
        version = counters.version(Viewer("370306", None), {ChangeGroup.GROUND}, tile)
        assert version == 1


def test_no_single_feature_is_drawn_from_farther_than_the_rim_reaches():
    """`map_blocks` widens a change by the rim of a tile at zoom 10."""
    by_block = [one for one in LAYERS.values() if one.group is not ChangeGroup.GROUND]
    assert min(one.merged_below for one in by_block) >= 10


@pytest.fixture
def listener(drawn):
    url = drawn.url.render_as_string(hide_password=False).replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"LISTEN {CHANNEL}")
        yield connection


def _told(listener: psycopg.Connection) -> list[DrawnChange]:
    listener.execute(f"NOTIFY {CHANNEL}, 'that is all'")
    heard = takewhile(lambda one: one != "that is all", (n.payload for n in listener.notifies()))
    return [DrawnChange.read(one) for one in heard]


EVERY_TILE = [TileId(z, 0, 0) for z in (0, 6)] + [
    tile_at(WEST + x / 20, SOUTH, zoom) for x in range(5) for zoom in (8, 12, 14, 16)
]
VIEWERS = [Viewer(None, None), Viewer("370306", None), Viewer("370306", "370306001")]


def _versions(counters: Counters) -> list[int]:
    return [
        counters.version(viewer, {group}, tile)
        for viewer in VIEWERS
        for group in ChangeGroup
        for tile in EVERY_TILE
    ]


def test_counters_that_grow_by_what_is_told_are_those_that_are_read(drawn, listener):
    """Read in the middle of what is told: nothing counts twice, and nothing is left out."""
    rng = random.Random(17)
    counters = Counters(_read(drawn))
    for turn in range(30):
        _versions(counters)
        with _write(drawn) as session:
            for _ in range(rng.randrange(1, 4)):
                _step(session, rng)
                _survey(session, rng)
                session.flush()
        if turn % 7 == 3:
            # What was told but not heard yet is in this reading already.
            counters = Counters(_read(drawn))
        for change in _told(listener):
            assert change.blocks is not None
            counters.add(change)
        assert _versions(counters) == _versions(_counters(drawn))


def _survey(session, rng: random.Random) -> None:
    a_footprint(session, square(rng.random() / 5, rng.random() / 10, 0.001))


def test_a_transaction_that_was_open_while_counters_were_read_counts_when_it_is_told(
    drawn, listener
):
    with _write(drawn) as session:
        session.scalars(select(Site)).first().name = "改名"
        session.flush()
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        counters = Counters(_read(drawn))
    (change,) = _told(listener)
    assert counters.add(change)
    assert _versions(counters) == _versions(_counters(drawn))
    assert not Counters(_read(drawn)).add(change)


def test_nobody_is_told_of_the_sites_of_another_district(drawn, listener):
    with _write(drawn) as session:
        session.scalars(select(Site)).first().name = "改名"
        other = a_town(session, district=a_district(session, code="370305"))
        a_site(session, town=other, boundary=square(0.01, 0.01, 0.001))
    told = _told(listener)
    assert {one.district for one in told if one.group == ChangeGroup.SITES} == {"370305", "370306"}
    assert all(one.sites is None for one in told)


@pytest.mark.parametrize(("code", "sites"), [("370306009", 15), ("x-" + "长" * 300, 1)])
def test_what_a_notification_has_no_room_for_is_not_told_block_by_block(
    drawn, listener, code, sites
):
    with _write(drawn) as session:
        town = a_town(session, code=code)
        for number in range(sites):
            a_site(session, town=town, boundary=square(0.1 * number, 0, 0.09))
    told = [one for one in _told(listener) if one.group == ChangeGroup.SITES]
    assert [one.blocks for one in told] == [None]


def test_what_is_as_wide_as_a_country_counts_everywhere(drawn):
    with _write(drawn) as session:
        site = session.scalars(select(Site)).first()
        site.geom = _shape(square(side=30))
    blocks = _counters(drawn).of(Viewer(None, None), ChangeGroup.SITES)
    assert blocks[EVERYWHERE] == 1
    assert _difference(drawn, today()) == []
