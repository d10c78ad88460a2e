"""`fugai tiles export` and `fugai map page`."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pyogrio
import pytest
from pmtiles.reader import MmapSource, Reader, all_tiles
from sqlalchemy import Engine

from geodata.domain.access import Scope
from geodata.domain.period import today
from geodata.layers import LAYERS
from geodata.spatial.tile_archive import read_archive
from geodata.store.session import reading
from geodata.store.tiles import TileId, read_tile
from server.actions import export_tiles
from tests.scripts.conftest import Fugai
from tests.world import World, build_world

ZOOMS = ("--zooms", "6-13")


@pytest.fixture
def world(engine: Engine) -> World:
    """A district of its own in the database of `fugai`."""
    return build_world(engine)


def test_an_archive_holds_the_tiles_that_are_served(
    fugai: Fugai, world: World, engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "district.pmtiles"
    ran = fugai("tiles", "export", "--out", path, *ZOOMS, "--district", world.district)
    assert ran.code == 0, ran.err
    with path.open("rb") as file, reading(engine) as session:
        tiles = list(all_tiles(MmapSource(file)))
        assert {z for (z, _, _), _ in tiles} == set(range(6, 14))
        for (z, x, y), content in tiles:
            tile = TileId(z, y, x)
            layers = list(LAYERS.values())
            served = read_tile(session, layers, tile, Scope.everything(), on=today())
            assert gzip.decompress(content) == served
            assert b"13812341234" not in served


def test_it_says_what_it_is(fugai: Fugai, world: World, tmp_path: Path) -> None:
    path = tmp_path / "district.pmtiles"
    wanted = ("--layers", "communities,roads", "--on", "2025-02-01", "--district", world.district)
    assert fugai("tiles", "export", "--out", path, *ZOOMS, *wanted).code == 0
    told = read_archive(path).metadata
    assert "示例数据" in told["name"]
    assert [one["id"] for one in told["vector_layers"]] == ["communities", "roads"]
    assert told["vector_layers"][0]["fields"]["covered"] == "Boolean"
    assert told["fugai"] == {
        "district": world.district,
        "layers": ["communities", "roads"],
        "on": "2025-02-01",
        "sample": True,
    }


@pytest.mark.usefixtures("world")
def test_the_same_data_give_the_same_bytes(fugai: Fugai, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.pmtiles", "b.pmtiles")]
    for path in paths:
        assert fugai("tiles", "export", "--out", path, *ZOOMS).code == 0
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.usefixtures("world")
def test_gdal_opens_it(fugai: Fugai, tmp_path: Path) -> None:
    path = tmp_path / "district.pmtiles"
    assert fugai("tiles", "export", "--out", path, *ZOOMS).code == 0
    assert {"communities", "divisions"} <= {str(name) for name, _ in pyogrio.list_layers(path)}
    sites = pyogrio.read_dataframe(path, layer="communities")
    assert {"西里小区", "东苑小区"} <= set(sites["name"].dropna())
    assert set(sites["covered"]) <= {True, False}


@pytest.mark.usefixtures("world")
def test_the_basemap_holds_no_site(fugai: Fugai, tmp_path: Path) -> None:
    path = tmp_path / "ground.pmtiles"
    assert fugai("tiles", "export", "--out", path, *ZOOMS, "--basemap").code == 0
    told = read_archive(path).metadata
    assert told["type"] == "baselayer"
    assert told["fugai"]["district"] == "370306", "the only one there is"
    assert [one["id"] for one in told["vector_layers"]] == list(export_tiles.BASEMAP)
    with path.open("rb") as file:
        assert all(
            b"communities" not in gzip.decompress(content)
            for _, content in all_tiles(MmapSource(file))
        )


def test_a_past_day_has_its_own_tiles(
    fugai: Fugai, world: World, engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "past.pmtiles"
    day = date(2025, 3, 1)
    wanted = ("--layers", "communities", "--on", day.isoformat(), "--district", world.district)
    assert fugai("tiles", "export", "--out", path, "--zooms", "9", *wanted).code == 0
    with path.open("rb") as file, reading(engine) as session:
        content = gzip.decompress(Reader(MmapSource(file)).get(9, 423, 199))
        layers = [LAYERS["communities"]]
        whole = read_tile(session, layers, TileId(9, 199, 423), Scope.everything(), on=day)
    assert content == whole
    assert day.isoformat().encode() in content


@pytest.mark.usefixtures("world")
def test_ctrl_c_leaves_nothing(
    fugai: Fugai, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()

    def stop(_content: bytes) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(export_tiles, "packed", stop)
    assert fugai("tiles", "export", "--out", folder / "a.pmtiles", *ZOOMS).code != 0
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--zooms", "16-6"), "16-6"),
        (("--zooms", "6-25"), "6-25"),
        (("--zooms", "all"), "all"),
        (("--layers", "secrets"), "secrets"),
        (("--district", "110101"), "110101"),
    ],
)
@pytest.mark.usefixtures("world")
def test_what_makes_no_sense_ends_with_2(
    fugai: Fugai, tmp_path: Path, options: tuple[str, str], said: str
) -> None:
    ran = fugai("tiles", "export", "--out", tmp_path / "a.pmtiles", *options)
    assert ran.code == 2
    assert said in ran.err
    assert not (tmp_path / "a.pmtiles").exists()


def test_an_empty_database_has_no_tiles(fugai: Fugai, tmp_path: Path) -> None:
    assert fugai("tiles", "export", "--out", tmp_path / "a.pmtiles", *ZOOMS).code == 2
    assert not (tmp_path / "a.pmtiles").exists()


def test_a_page_of_something_else_is_refused(fugai: Fugai, tmp_path: Path) -> None:
    (tmp_path / "a.pmtiles").write_bytes(b"no tiles")
    ran = fugai("map", "page", "--archive", tmp_path / "a.pmtiles", "--out", tmp_path / "a.html")
    assert (ran.code, (tmp_path / "a.html").exists()) == (2, False)
