"""GDAL as a client, over a real port: its OAPIF driver for features, its MVT driver for tiles."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from geodata.layers import LAYERS
from tests.browser.serving import serve
from tests.builders import SOUTH, WEST
from tests.own_world import own_world
from tests.server.ogc.test_tiles import TMS, tile_at
from tests.world import HOSTILE, World

ALL = {"东苑小区", "东安里", "东宿舍", HOSTILE, "西里小区", "西新村", "西机关宿舍"}


class Client:
    """GDAL's commands with a token, as an office would set them up.

    Args:
        address: Of the server.
        token: The leader's.
        folder: For answers.
    """

    def __init__(self, address: str, token: str, folder: Path) -> None:
        self.address = address
        self._folder = folder
        header = folder / "headers.txt"
        header.write_text(f"Authorization: Bearer {token}\n", "utf-8")
        self._environment = os.environ | {"GDAL_HTTP_HEADER_FILE": str(header)}

    def run(self, *command: str) -> str:
        """What a command says; it must succeed without complaint."""
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, env=self._environment, timeout=120
        )
        assert done.returncode == 0, done.stderr
        assert "ERROR" not in done.stderr, done.stderr
        return done.stdout

    def features(self, source: str, *options: str) -> list[dict]:
        """The features of a source, by ogr2ogr."""
        text = self.run("ogr2ogr", "-f", "GeoJSON", "/vsistdout/", source, *options)
        return json.loads(text)["features"]

    def fetched(self, address: str, name: str) -> Path:
        """A file that was fetched."""
        path = self._folder / name
        header = f"@{self._folder / 'headers.txt'}"
        self.run("curl", "-sfS", "-o", str(path), "-H", header, f"{self.address}{address}")
        return path

    def names(self, *options: str, paged: int = 2) -> set[str]:
        """The names of the communities that options keep, each once."""
        source = f"OAPIF:{self.address}/ogc"
        found = self.features(source, "communities", "-oo", f"PAGE_SIZE={paged}", *options)
        named = [one["properties"]["name"] for one in found]
        assert len(named) == len(set(named))
        return set(named)


@pytest.fixture(scope="module")
def gdal(server, tmp_path_factory) -> Iterator[Client]:
    """GDAL, logged in as the leader of a district of its own."""
    folder = tmp_path_factory.mktemp("gdal")
    with own_world(server, "ogc_clients", folder) as (app, world), serve(app) as address:
        assert isinstance(world, World)
        yield Client(address, world.token, folder)


def test_gdal_lists_every_collection(gdal):
    told = gdal.run("ogrinfo", f"OAPIF:{gdal.address}/ogc")
    assert [line for line in LAYERS if line not in told] == []


@pytest.mark.parametrize("page", [1, 3, 1000])
def test_gdal_reads_all_features_page_by_page(gdal, page):
    assert gdal.names(paged=page) == ALL


def test_gdal_filters_by_attribute(gdal):
    assert gdal.names("-where", "category = 'enterprise_run'") == {"西里小区"}
    assert gdal.names("-where", "covered = 0") == {"东宿舍", "西新村"}


def test_gdal_filters_by_area(gdal):
    box = [str(one) for one in (WEST + 0.1, SOUTH, WEST + 0.2, SOUTH + 0.1)]
    assert gdal.names("-spat", *box) == {"东苑小区", "东安里", "东宿舍"}


def test_gdal_knows_the_system_and_the_kinds_of_fields(gdal):
    told = gdal.run("ogrinfo", "-so", f"OAPIF:{gdal.address}/ogc", "communities")
    assert "WGS 84" in told
    assert "households: Integer" in told
    assert "name: String" in told
    (moved,) = gdal.features(
        f"OAPIF:{gdal.address}/ogc",
        "communities",
        "-where",
        "name = '东宿舍'",
        "-t_srs",
        "EPSG:4548",
    )
    east, north = moved["geometry"]["coordinates"]
    assert 500_000 < east < 700_000
    assert 4_000_000 < north < 4_200_000


def test_gdal_reads_the_collection_of_its_own_address(gdal):
    address = f"OAPIF_COLLECTION:{gdal.address}/ogc/collections/gaps"
    assert len(gdal.features(address)) == 3


@pytest.mark.parametrize("form", ["fgb", "gpkg", "csv"])
def test_gdal_reads_the_files_for_bulk(gdal, form):
    path = gdal.fetched(f"/ogc/collections/communities/items?f={form}", f"bulk.{form}")
    assert {one["properties"]["name"] for one in gdal.features(str(path))} == ALL


def test_gdal_reads_tiles(gdal):
    """GDAL's driver wants column before row and a suffix; both addresses have the same tile."""
    row, column = tile_at(10)
    address = f"/tiles/communities/10/{column}/{row}.mvt"
    assert len(gdal.features(f"MVT:{gdal.address}{address}", "communities")) == 6
    same = gdal.fetched(f"/ogc/collections/communities/tiles/{TMS}/10/{row}/{column}", "ogc.mvt")
    assert same.read_bytes() == gdal.fetched(address, "ours.mvt").read_bytes()
    assert len(gdal.features(str(same), "communities")) == 6


def test_a_wrong_token_gets_nothing(gdal):
    environment = os.environ | {"GDAL_HTTP_HEADERS": "Authorization: Bearer wrong"}
    command = ["ogrinfo", f"OAPIF:{gdal.address}/ogc"]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env=environment, timeout=60
    )
    assert done.returncode != 0
    assert "401" in done.stderr
