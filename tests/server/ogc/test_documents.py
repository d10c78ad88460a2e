"""Landing page, conformance, description, collections, queryables."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI

from geodata.domain.access import Role
from geodata.layers import LAYERS
from server.api.ogc.conformance import CONFORMS_TO
from tests.server.ogc.asking import CRS84, ask, epsg, get, linked
from tests.server.test_scope import routes

HOST = "http://testserver"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_link_from_the_landing_page_leads_somewhere(leader, language):
    todo, seen = ["/ogc"], set()
    while todo:
        path = todo.pop()
        if path in seen or "{" in path or path == "/docs":
            continue
        seen.add(path)
        answer = leader.get(path, params={"lang": language} if "?" not in path else None)
        assert answer.status_code == 200, path
        if "json" not in answer.headers["content-type"]:
            continue
        body = answer.json()
        parts = [body, *body.get("collections", []), *body.get("tilesets", [])]
        for part in parts:
            for one in part.get("links", []):
                assert one["href"].startswith(HOST), one
                todo.append(one["href"].removeprefix(HOST))
    assert {"/ogc/conformance", "/ogc/api", "/ogc/tileMatrixSets/WebMercatorQuad"} <= seen
    assert len(seen) > 60


def test_a_link_tells_the_type_that_its_target_has(leader):
    page = ask(leader)
    for one in page["links"]:
        if one["rel"] != "service-doc":
            told = leader.get(one["href"]).headers["content-type"]
            assert told.replace("; ", ";") == one["type"]


def test_what_is_kept_of_the_standards_is_told(leader):
    assert ask(leader, "/conformance") == {"conformsTo": list(CONFORMS_TO)}


def test_the_description_names_every_route_and_nothing_else(app: FastAPI, leader):
    document = ask(leader, "/api")
    assert re.fullmatch(r"3\.0\.\d", document["openapi"])
    assert document["servers"] == [{"url": f"{HOST}/ogc"}]
    items = {f"/collections/{layer}/items" for layer in LAYERS}
    told = {re.sub(r"\{\w+\}", "{}", path) for path in set(document["paths"]) - items}
    tms = "WebMercatorQuad"
    there = {
        re.sub(r"\{\w+\}", "{}", path.removeprefix("/ogc").replace(tms, "{}")) or "/"
        for path in routes(app)
        if path.startswith("/ogc")
    }
    assert items <= set(document["paths"])
    assert told == there - {"/collections/{}/items"}


def test_the_description_holds_together(leader):
    document = ask(leader, "/api")
    ids = []
    for path, methods in document["paths"].items():
        operation = methods["get"]
        ids.append(operation["operationId"])
        named = []
        for one in operation["parameters"]:
            name = one.get("$ref", "").removeprefix("#/components/parameters/")
            meant = document["components"]["parameters"][name] if name else one
            named.append((meant["in"], meant["name"]))
        assert len(named) == len(set(named)), path
        assert {name for where, name in named if where == "path"} == set(
            re.findall(r"\{(\w+)\}", path)
        )
        assert {"200", "default"} <= set(operation["responses"])
    assert len(ids) == len(set(ids))


def test_every_parameter_of_items_in_the_description_is_understood(leader):
    document = ask(leader, "/api")
    parameters = document["paths"]["/collections/communities/items"]["get"]["parameters"]
    values = {
        "bbox": "117,36,118,37", "bbox-crs": CRS84, "crs": CRS84, "datetime": "2026-01-01",
        "f": "json", "filter": "covered", "filter-crs": CRS84, "filter-lang": "cql2-text",
        "lang": "en", "limit": "1", "properties": "name", "category": "old_community",
        "management_types": "simple", "inspection_status": "passed", "covered": "true",
        "market_covered": "false", "verified": "true", "uncovered_since": "2026-01-01",
        "households": "5", "on": "2026-01-01",
    }  # fmt: skip
    for one in parameters:
        name = one.get("name") or one["$ref"].rsplit("/", 1)[1]
        if name != "cursor":
            params = {name: values.get(name, "x")}
            answer = leader.get("/ogc/collections/communities/items", params=params)
            assert answer.status_code == 200, name


def test_collections_are_the_declared_layers(leader):
    document = ask(leader, "/collections")
    assert [one["id"] for one in document["collections"]] == list(LAYERS)
    for one in document["collections"]:
        assert one["itemType"] == "feature"
        assert one["crs"][0] == CRS84
        assert set(one["crs"]) == {CRS84, *(epsg(code) for code in (4326, 4490, 4548, 4527, 3857))}
        assert one["storageCrs"] == epsg(4490)
        assert linked(one, "items") is not None
        assert ask(leader, f"/collections/{one['id']}") == one
        assert ("temporal" in one.get("extent", {})) == LAYERS[one["id"]].is_dated


def test_an_extent_is_that_of_the_scope(log_in, world):
    def east_end(role: Role) -> float:
        extent = ask(log_in(role), "/collections/communities")["extent"]["spatial"]
        assert extent["crs"] == CRS84
        return extent["bbox"][0][0]

    assert east_end(Role.TOWN) > east_end(Role.LEADER)


@pytest.mark.parametrize("layer", LAYERS)
def test_queryables_are_the_declared_fields(leader, layer):
    answer = get(leader, f"/collections/{layer}/queryables")
    assert answer.headers["content-type"] == "application/schema+json"
    schema = answer.json()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"{HOST}/ogc/collections/{layer}/queryables"
    assert schema["additionalProperties"] is False
    assert list(schema["properties"]) == ["geometry", *(one.name for one in LAYERS[layer].fields)]
    for name, one in schema["properties"].items():
        assert name == "geometry" or one["title"]


def test_titles_follow_the_language(leader):
    assert ask(leader, "/collections/gaps", lang="zh")["title"] == "物业管理缺口"
    assert ask(leader, "/collections/gaps", lang="en")["title"] == "Gaps in coverage"


def test_no_layer_holds_personal_data():
    fields = {field.name for layer in LAYERS.values() for field in layer.fields}
    assert (
        fields & {"phone", "contact", "project_manager", "responsible", "company", "note"} == set()
    )
