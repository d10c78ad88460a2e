"""TileJSON and styles: what another program reads before it asks for tiles."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from geodata.domain.access import Role
from geodata.layers import LAYERS
from maps.symbology import Colouring
from tests.server.conftest import LogIn
from tests.world import World

TILEJSON = "/tiles/communities,roads/tilejson.json"
PROBLEM = "application/problem+json"


def test_tilejson_tells_what_the_tiles_hold(leader: TestClient, world: World) -> None:
    told = leader.get(f"{TILEJSON}?district={world.district}&on=2025-02-01").json()
    assert (told["tilejson"], told["minzoom"], told["maxzoom"]) == ("3.0.0", 6, 16)
    address, asked = told["tiles"][0].split("?")
    assert address == "http://testserver/tiles/communities,roads/{z}/{x}/{y}.mvt"
    assert asked == f"district={world.district}&on=2025-02-01"
    assert [one["id"] for one in told["vector_layers"]] == ["communities", "roads"]
    fields = told["vector_layers"][0]["fields"]
    assert {one.name for one in LAYERS["communities"].fields} < set(fields)
    assert {"count", "n_category_old_community", "n_management_types_unreported"} < set(fields)
    assert "count" not in told["vector_layers"][1]["fields"]
    west, south, east, north = told["bounds"]
    longitude, latitude, _zoom = told["center"]
    assert west < longitude < east
    assert south < latitude < north


def test_its_address_of_tiles_answers(leader: TestClient) -> None:
    template = leader.get(TILEJSON).json()["tiles"][0]
    assert "?" not in template
    path = template.removeprefix("http://testserver").format(z=9, x=423, y=199)
    answer = leader.get(path)
    assert answer.status_code == 200
    assert b"communities" in answer.content


def test_every_layer_is_described_in_the_readers_language(leader: TestClient) -> None:
    address = f"/tiles/{','.join(LAYERS)}/tilejson.json"
    told = {lang: leader.get(f"{address}?lang={lang}").json() for lang in ("zh", "en")}
    for chinese, english in zip(*(one["vector_layers"] for one in told.values()), strict=True):
        assert chinese["id"] == english["id"]
        assert chinese["description"] != english["description"]
        for name, text in english["fields"].items():
            assert chinese["fields"][name] != text


def test_only_imported_openstreetmap_data_is_attributed(leader: TestClient) -> None:
    assert "attribution" not in leader.get(TILEJSON).json()


@pytest.mark.parametrize("colouring", list(Colouring))
def test_a_style_points_to_tilejson_that_is_there(
    leader: TestClient, world: World, colouring: Colouring
) -> None:
    found = leader.get(f"/styles/{colouring}.json?district={world.district}&lang=en").json()
    assert found["version"] == 8
    for source in found["sources"].values():
        assert source["url"].startswith("http://testserver/tiles/")
        told = leader.get(source["url"].removeprefix("http://testserver")).json()
        held = {one["id"] for one in told["vector_layers"]}
        drawn = {
            one["source-layer"]
            for one in found["layers"]
            if found["sources"].get(one.get("source")) == source
        }
        assert drawn == held


@pytest.mark.parametrize("path", [TILEJSON, "/styles/category.json"])
def test_both_need_a_login_and_a_district_in_scope(
    client: TestClient, log_in: LogIn, world: World, path: str
) -> None:
    assert client.get(path).status_code == 401
    town = log_in(Role.TOWN)
    assert town.get(path).status_code == 200
    for code in ("110101", world.west, world.east):
        answer = town.get(f"{path}?district={code}")
        assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/styles/beauty.json", "style.unknown"),
        ("/tiles/communities,secrets/tilejson.json", "tile.unknown_layer"),
    ],
)
def test_what_there_is_not_is_404(leader: TestClient, path: str, code: str) -> None:
    answer = leader.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)
    assert answer.json()["code"] == code
