"""Vector tiles by OGC's addresses: row before column, one layer or several, in scope."""

from __future__ import annotations

import json
import math
import subprocess
from pathlib import Path

import pytest

from geodata.domain.access import Role
from geodata.domain.period import today
from geodata.layers import LAYERS
from tests.builders import SOUTH, WEST
from tests.server.ogc.asking import ask, get, linked, refused
from tests.world import LISTED_ON

MVT = "application/vnd.mapbox-vector-tile"
TMS = "WebMercatorQuad"


def tile_at(zoom: int, east: float = WEST + 0.1, north: float = SOUTH + 0.05) -> tuple[int, int]:
    """Row and column of the tile with a position."""
    column = (east + 180) / 360 * 2**zoom
    row = (1 - math.asinh(math.tan(math.radians(north))) / math.pi) / 2 * 2**zoom
    return int(row), int(column)


def features(content: bytes, folder: Path, layer: str) -> list[dict]:
    """The features of a layer in a tile, as GDAL reads them."""
    path = folder / "tile.mvt"
    path.write_bytes(content)
    command = ["ogr2ogr", "-f", "GeoJSON", "/vsistdout/", str(path), layer]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [one["properties"] for one in json.loads(done.stdout)["features"]]


def test_a_tile_of_a_layer_holds_its_features(leader, tmp_path):
    row, column = tile_at(10)
    answer = get(leader, f"/collections/communities/tiles/{TMS}/10/{row}/{column}")
    assert answer.headers["content-type"] == MVT
    told = features(answer.content, tmp_path, "communities")
    assert len(told) == 6, "one of the seven lies nowhere"
    assert {one["town"] for one in told} == {"370306001", "370306002"}


def test_row_stands_before_column(leader):
    row, column = tile_at(10)
    assert get(leader, f"/collections/communities/tiles/{TMS}/10/{column}/{row}").content == b""


def test_several_layers_come_in_one_tile(leader, tmp_path):
    row, column = tile_at(10)
    path = f"/tiles/{TMS}/10/{row}/{column}"
    some = get(leader, path, collections="gaps,divisions").content
    assert len(features(some, tmp_path, "gaps")) == 3
    assert len(features(some, tmp_path, "divisions")) >= 2
    alone = get(leader, f"/collections/gaps/tiles/{TMS}/10/{row}/{column}").content
    assert alone in some
    assert some in get(leader, path, collections="gaps,divisions,findings").content
    assert alone in get(leader, path).content


def test_a_day_is_the_day_of_validity(leader, tmp_path):
    row, column = tile_at(10)
    path = f"/collections/communities/tiles/{TMS}/10/{row}/{column}"
    assert get(leader, path, datetime=f"{LISTED_ON}/{today()}").content
    assert get(leader, path, datetime="2024-01-01").content == b""


def test_a_tile_is_cut_by_scope(log_in, tmp_path):
    row, column = tile_at(10)
    path = f"/collections/communities/tiles/{TMS}/10/{row}/{column}"
    told = features(get(log_in(Role.TOWN), path).content, tmp_path, "communities")
    assert {one["town"] for one in told} == {"370306001"}


@pytest.mark.parametrize(
    "tile",
    ["21/0/0", "3/8/0", "3/0/8", "-1/0/0", "x/0/0", "1/1.5/0", "1/0/99999999999999", "１/0/0"],
)
def test_a_tile_that_is_not_there_is_not_found(leader, tile):
    for path in (f"/tiles/{TMS}/{tile}", f"/collections/gaps/tiles/{TMS}/{tile}"):
        assert refused(get(leader, path)) == "404 ogc.tile_not_found"


def test_other_nonsense_is_refused(leader):
    assert refused(get(leader, f"/tiles/{TMS}/6/0/0", nonsense=1)) == "400 ogc.parameter_unknown"
    assert refused(get(leader, f"/tiles/{TMS}/6/0/0", f="png")) == "400 ogc.parameter_bad"
    assert refused(get(leader, f"/tiles/{TMS}/6/0/0", datetime="x")) == "400 ogc.parameter_bad"
    unknown = get(leader, f"/tiles/{TMS}/6/0/0", collections="gaps,site")
    assert refused(unknown) == "404 ogc.collection_not_found"
    assert refused(get(leader, "/tiles/Nothing/6/0/0")) == "404 request.not_found"


def test_tilesets_lead_to_their_tiles(leader):
    row, column = tile_at(12)
    for path, layers in (("", list(LAYERS)), ("/collections/gaps", ["gaps"])):
        listed = ask(leader, f"{path}/tiles")
        (tileset,) = listed["tilesets"]
        assert tileset["dataType"] == "vector"
        assert tileset["tileMatrixSetURI"].endswith(f"/{TMS}")
        document = leader.get(linked(tileset, "self")).json()
        assert [one["id"] for one in document["layers"]] == layers
        scheme = linked(document, "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme")
        assert leader.get(scheme).json()["id"] == TMS
        (item,) = (one for one in document["links"] if one["rel"] == "item")
        assert (item["templated"], item["type"]) == (True, MVT)
        href = item["href"].format(tileMatrix=12, tileRow=row, tileCol=column)
        assert leader.get(href).headers["content-type"] == MVT


def test_the_tile_matrix_set_is_web_mercator_quad(leader):
    (listed,) = ask(leader, "/tileMatrixSets")["tileMatrixSets"]
    assert listed["id"] == TMS
    document = leader.get(linked(listed, "self")).json()
    assert document["crs"].endswith("/EPSG/0/3857")
    first, *_, last = document["tileMatrices"]
    assert first["scaleDenominator"] == pytest.approx(559082264.028718)
    assert first["cellSize"] == pytest.approx(156543.033928041)
    assert first["pointOfOrigin"] == pytest.approx([-20037508.3427892, 20037508.3427892])
    assert (first["matrixWidth"], last["id"], last["matrixHeight"]) == (1, "20", 2**20)


def test_a_tileset_tells_fields_and_kinds(leader):
    (layer,) = ask(leader, f"/collections/gaps/tiles/{TMS}")["layers"]
    assert set(layer["propertiesSchema"]["properties"]) == {
        one.name for one in LAYERS["gaps"].fields
    }
    assert (layer["minTileMatrix"], layer["maxTileMatrix"]) == ("6", "16")
