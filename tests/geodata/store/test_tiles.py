"""What stands in a tile: as the ledger has it, cut by scope, merged from afar, never lost."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from shapely import LineString, box
from shapely.geometry import shape
from sqlalchemy import text

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.domain.management import ManagementType as M
from geodata.domain.period import today
from geodata.layers import DEEPEST_ZOOM, LAYERS, Layer
from geodata.store.tables import Division, Landuse, Road
from geodata.store.tiles import TileId, named_layers, read_tile
from tests.builders import (
    SOUTH,
    WEST,
    _shape,
    a_candidate,
    a_district,
    a_finding,
    a_footprint,
    a_neighbourhood,
    a_planned_stop,
    a_site,
    a_town,
    an_inspection,
    square,
)
from tests.tile_reading import features, tile_at

EVERYTHING = Scope.everything()
HERE = (WEST + 0.005, SOUTH + 0.005)


def _draw(session, day=None):
    """Draw today's sites, and let what a commit would do be done."""
    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    session.execute(text("SELECT draw_day(:day)"), {"day": day or today()})


def _features(session, layer, z, *, at=HERE, scope=EVERYTHING, on=None):
    tile = read_tile(session, [LAYERS[layer]], tile_at(*at, z), scope, on=on or today())
    return features(tile, layer)


@pytest.fixture
def scene(session):
    """A place with something of every layer around `HERE`."""
    district = a_district(session)
    town = a_town(session, boundary=square(side=0.1))
    quarter = a_neighbourhood(session, town=town, boundary=square(side=0.05))
    site = a_site(
        session,
        "和平小区",
        neighbourhood=quarter,
        boundary=square(side=0.01),
        ticked={M.SIMPLE, M.PROFESSIONAL},
    )
    lone = a_site(
        session,
        "北楼",
        neighbourhood=quarter,
        category="standalone_building",
        buildings=1,
        ticked={M.NONE},
        point=HERE,
    )
    a_finding(session, an_inspection(session, site, today() - timedelta(days=9)))
    a_footprint(session, square(0.004, 0.004, 0.001), town=town, neighbourhood=quarter)
    line = LineString([(WEST, SOUTH + 0.005), (WEST + 0.02, SOUTH + 0.005)])
    ground = {"district_code": district.code, "source_id": "1"}
    session.add(Road(**ground, highway="primary", name="新建路", geom=_shape(line)))
    area = square(0.002, 0.002, 0.006)
    session.add(Landuse(**ground, kind="residential", name="和平", geom=_shape(area)))
    a_candidate(session, square(0.004, 0.004, 0.001), neighbourhood=quarter)
    a_planned_stop(session, site)
    session.flush()
    _draw(session)
    return site, lone, quarter


def test_a_community_tells_all_three_colourings_and_the_day(session, scene):
    site, _, quarter = scene
    (found,) = _features(session, "communities", 16)
    assert found["id"] == site.id
    assert found["properties"] == {
        "name": "和平小区",
        "category": "old_community",
        "management_types": "professional,simple",
        "inspection_status": "rectifying",
        "covered": True,
        "market_covered": True,
        "verified": True,
        "households": 100,
        "on": today().isoformat(),
        "town": quarter.parent_code,
        "neighbourhood": quarter.code,
    }


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_a_layer_has_the_fields_that_are_declared_and_no_others(session, scene, layer: Layer):
    for z in range(6, 17):
        declared = {one.name for one in layer.fields if one.from_zoom <= z}
        for found in _features(session, layer.id, z):
            names = set(found["properties"])
            if z < layer.merged_below:
                counted = {one for one in names if one.startswith("n_")}
                assert names - counted <= {"count", "covered", "on"}
            else:
                assert names <= declared, z
                assert names >= {one.name for one in layer.fields if one.name in ("on", "town")}
    nearest = _features(session, layer.id, 16)
    assert nearest, "the scene has something of every layer"


def test_a_boundary_is_drawn_where_it_is(session, scene):
    site, *_ = scene
    tile = tile_at(*HERE, 16)
    (found,) = _features(session, "communities", 16)
    drawn = shape(found["geometry"])
    west = tile.x / 65536 * 360 - 180
    for longitude in (WEST, WEST + 0.01):
        expected = (longitude - west) / 360 * 65536 * 4096
        assert min(abs(x - expected) for x in (drawn.bounds[0], drawn.bounds[2])) <= 1
    assert drawn.is_valid
    assert site.id == found["id"]


def test_lone_buildings_are_points_from_afar_and_never_among_communities(session, scene):
    _, lone, _ = scene
    assert [one["id"] for one in _features(session, "standalone_buildings", 12)] == [lone.id]
    assert lone.id not in {one["id"] for one in _features(session, "communities", 12)}


def test_what_is_unmanaged_is_a_gap(session, scene):
    _, lone, _ = scene
    (gap,) = _features(session, "gaps", 14)
    assert (gap["id"], gap["properties"]["gap"]) == (lone.id, "standalone_uncovered")
    assert gap["properties"]["uncovered_since"] == lone.listed_on.isoformat()


def test_from_afar_sites_stand_merged_and_none_is_lost(session):
    town = a_town(session)
    for number in range(40):
        ticked = {M.SIMPLE} if number % 4 else {M.NONE}
        a_site(session, town=town, ticked=ticked, point=(WEST + number * 0.004, SOUTH + 0.01))
    _draw(session)
    for z in (6, 7, 8, 9):
        merged = _features(session, "communities", z)
        west = tile_at(WEST, SOUTH, z)
        if tile_at(WEST + 0.16, SOUTH, z) != west:
            merged += _features(session, "communities", z, at=(WEST + 0.16, SOUTH + 0.01))
        counts = [one["properties"] for one in merged]
        assert len(counts) < 40
        assert sum(one["count"] for one in counts) == 40
        assert sum(one["covered"] for one in counts) == 30
        assert sum(one.get("n_management_types_simple", 0) for one in counts) == 30
        assert sum(one.get("n_management_types_none", 0) for one in counts) == 10
        assert sum(one["n_category_old_community"] for one in counts) == 40


def test_a_shape_at_the_edge_stands_in_the_tile_beside_it_too(session):
    tile = tile_at(*HERE, 14)
    edge = tile.x / 16384 * 360 - 180
    site = a_site(session, boundary=box(edge - 0.002, HERE[1], edge - 0.00001, HERE[1] + 0.001))
    _draw(session)
    for x in (tile.x - 1, tile.x):
        found = read_tile(
            session, [LAYERS["communities"]], TileId(14, tile.y, x), EVERYTHING, on=today()
        )
        assert [one["id"] for one in features(found, "communities")] == [site.id]


def test_a_scope_cuts_every_layer(session, scene):
    other = a_town(session, code="370306999", boundary=square(0.1, 0.1, 0.05))
    elsewhere = Scope(DivisionKind.TOWN, other.code)
    stranger = Scope(DivisionKind.DISTRICT, "110101")
    quarter = scene[2]
    own = Scope(DivisionKind.NEIGHBOURHOOD, quarter.code)
    for layer in LAYERS:
        assert _features(session, layer, 15, scope=own), layer
        assert _features(session, layer, 15, scope=stranger) == [], layer
    for layer in ("communities", "standalone_buildings", "gaps", "findings", "footprints"):
        for z in (8, 12, 16):
            assert _features(session, layer, z, scope=elsewhere) == [], (layer, z)
    codes = {
        one["properties"]["code"] for one in _features(session, "divisions", 12, scope=elsewhere)
    }
    assert quarter.code not in codes


def test_a_past_day_shows_the_past(session):
    town = a_town(session)
    lapsed = today() - timedelta(days=5)
    site = a_site(session, town=town, boundary=square(), lapsed_on=lapsed)
    _draw(session)
    (now,) = _features(session, "communities", 14)
    (then,) = _features(session, "communities", 14, on=lapsed - timedelta(days=1))
    assert (now["properties"]["covered"], then["properties"]["covered"]) == (False, True)
    assert then["properties"]["on"] == (lapsed - timedelta(days=1)).isoformat()
    assert _features(session, "communities", 14, on=date(2017, 1, 1)) == []
    assert now["geometry"] == then["geometry"]
    assert now["id"] == site.id


def test_footprints_stand_merged_by_their_number(session):
    for number in range(9):
        a_footprint(session, square(number * 0.002, 0.001, 0.0005))
    for z in (6, 9, 12, 13):
        near = _features(session, "footprints", z)
        west = tile_at(*HERE, z)
        if tile_at(WEST + 0.018, HERE[1], z) != west:
            near += _features(session, "footprints", z, at=(WEST + 0.018, HERE[1]))
        assert sum(one["properties"]["count"] for one in near) == 9
    assert all("count" not in one["properties"] for one in _features(session, "footprints", 14))


def test_several_layers_share_a_tile(session, scene):
    layers = named_layers("communities,roads,communities")
    assert [one.id for one in layers] == ["communities", "roads"]
    tile = read_tile(session, layers, tile_at(*HERE, 14), EVERYTHING, on=today())
    assert len(features(tile, "communities")) == 1
    assert [one["properties"]["name"] for one in features(tile, "roads")] == ["新建路"]


def test_a_tile_is_the_same_bytes_by_whatever_plan(session, scene):
    """What is kept and what is made anew are compared byte by byte, here and by browsers."""
    _site, _lone, quarter = scene
    rng = random.Random(5)
    for number in range(40):
        place = (WEST + rng.random() / 20, SOUTH + rng.random() / 20)
        site = a_site(session, neighbourhood=quarter, point=place)
        a_finding(session, an_inspection(session, site, today() - timedelta(days=number)))
        a_planned_stop(session, site)
        a_candidate(
            session,
            square(*(one / 20 for one in (rng.random(), rng.random())), 0.0003),
            neighbourhood=quarter,
        )
        a_neighbourhood(session, town=session.get(Division, quarter.parent_code), boundary=square())
    # Divisions of one rank may share a place in the order, and lie in any order in the table.
    session.execute(text("UPDATE division SET sort_order = 1 WHERE kind = 'neighbourhood'"))
    moved = "UPDATE division SET name = name || '区' WHERE kind = 'neighbourhood'"
    session.execute(text(f"{moved} AND right(code, 1) < '5'"))
    _draw(session)
    tiles = [tile_at(*HERE, z) for z in (6, 8, 9, 11, 14)]

    def made() -> list[bytes]:
        session.execute(text("DISCARD PLANS"))
        return [
            read_tile(session, [layer], tile, EVERYTHING, on=today())
            for layer in LAYERS.values()
            for tile in tiles
        ]

    first = made()
    for way in (
        "seqscan",
        "indexscan",
        "bitmapscan",
        "hashjoin",
        "nestloop",
        "hashagg",
        "material",
    ):
        session.execute(text(f"SET LOCAL enable_{way} = off"))
        assert made() == first, way
        if way != "seqscan":
            session.execute(text(f"SET LOCAL enable_{way} = on"))


def test_an_empty_tile_has_no_bytes(session):
    a_district(session)
    _draw(session)
    tile = TileId(14, 0, 0)
    assert read_tile(session, [LAYERS["communities"]], tile, EVERYTHING, on=today()) == b""


def test_a_town_as_wide_as_many_tiles_is_cut_to_each(session):
    a_town(session, boundary=square(side=0.2))
    (town,) = [
        one for one in _features(session, "divisions", 16) if one["properties"]["kind"] == "town"
    ]
    bounds = shape(town["geometry"]).bounds
    assert min(bounds) >= -64
    assert max(bounds) <= 4096 + 64


@pytest.mark.parametrize(
    ("z", "y", "x"), [(-1, 0, 0), (DEEPEST_ZOOM + 1, 0, 0), (3, 8, 0), (3, 0, 8)]
)
def test_a_tile_that_there_is_not_is_refused(z, y, x):
    with pytest.raises(DomainError) as refused:
        TileId.checked(z, y, x)
    assert refused.value.code == "tile.out_of_range"


def test_a_layer_that_is_not_declared_is_refused():
    with pytest.raises(DomainError) as refused:
        named_layers("communities,phones")
    assert refused.value.code == "tile.unknown_layer"
