"""Nonsense is refused at once, as problem+json, before anything is asked of the database."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import event

from geodata.domain.access import Role
from tests.loops import run_apart
from tests.server.ogc.asking import get, refused

ITEMS = "/collections/communities/items"


@pytest.fixture
def statements(app):
    """What is sent to the database meanwhile."""
    sent = []

    def note(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    event.listen(app.state.engine, "before_cursor_execute", note)
    yield sent
    event.remove(app.state.engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("/collections/nothing", {}, "404 ogc.collection_not_found"),
        ("/collections/nothing/items", {}, "404 ogc.collection_not_found"),
        ("/collections/site/items", {}, "404 ogc.collection_not_found"),
        ("/collections/nothing/queryables", {}, "404 ogc.collection_not_found"),
        ("/collections/nothing/tiles", {}, "404 ogc.collection_not_found"),
        ("/collections/communities/tiles/Nothing", {}, "404 request.not_found"),
        ("/tileMatrixSets/Nothing", {}, "404 request.not_found"),
        ("", {"nonsense": 1}, "400 ogc.parameter_unknown"),
        ("/collections", {"limit": 1}, "400 ogc.parameter_unknown"),
        ("/conformance", {"f": "xml"}, "400 ogc.parameter_bad"),
        (ITEMS, {"nonsense": 1}, "400 ogc.parameter_unknown"),
        (ITEMS, {"phone": "138"}, "400 ogc.parameter_unknown"),
        (ITEMS, {"f": "shp"}, "400 ogc.parameter_bad"),
        (ITEMS, {"limit": 0}, "400 ogc.parameter_bad"),
        (ITEMS, {"limit": -1}, "400 ogc.parameter_bad"),
        (ITEMS, {"limit": "ten"}, "400 ogc.parameter_bad"),
        (ITEMS, {"limit": ""}, "400 ogc.parameter_bad"),
        (ITEMS, {"cursor": "x"}, "400 ogc.parameter_bad"),
        (ITEMS, {"cursor": "东"}, "400 ogc.parameter_bad"),
        (ITEMS, {"cursor": "MQ"}, "400 ogc.parameter_bad"),
        (ITEMS, {"bbox": "1,2,3"}, "400 ogc.bbox"),
        (ITEMS, {"bbox": "a,b,c,d"}, "400 ogc.bbox"),
        (ITEMS, {"bbox": "118,37,117,36"}, "400 ogc.bbox"),
        (ITEMS, {"bbox": "nan,1,2,3"}, "400 ogc.bbox"),
        (ITEMS, {"bbox": "1,2,3,1e999"}, "400 ogc.bbox"),
        (ITEMS, {"bbox": ""}, "400 ogc.bbox"),
        (ITEMS, {"crs": "EPSG:9"}, "400 ogc.crs_unknown"),
        (ITEMS, {"datetime": "yesterday"}, "400 ogc.parameter_bad"),
        (ITEMS, {"datetime": "../.."}, "400 ogc.parameter_bad"),
        (ITEMS, {"datetime": "/"}, "400 ogc.parameter_bad"),
        (ITEMS, {"datetime": "2026-02-01/2026-01-01"}, "400 ogc.parameter_bad"),
        (ITEMS, {"datetime": "2026-02-30"}, "400 ogc.parameter_bad"),
        (ITEMS, {"datetime": "2026-01-01/2026-01-02/2026-01-03"}, "400 ogc.parameter_bad"),
        (ITEMS, {"datetime": "2026-01-01T00:00:00"}, "400 ogc.parameter_bad"),
        (ITEMS, {"datetime": "0001-01-01T00:00:00+23:59"}, "400 ogc.parameter_bad"),
        (ITEMS, {"category": "castle"}, "400 ogc.parameter_bad"),
        (ITEMS, {"households": "many"}, "400 ogc.parameter_bad"),
        (ITEMS, {"households": "99999999999"}, "400 ogc.parameter_bad"),
        (ITEMS, {"covered": "perhaps"}, "400 ogc.parameter_bad"),
        (ITEMS, {"uncovered_since": "long"}, "400 ogc.parameter_bad"),
        (ITEMS, {"properties": "name,phone"}, "400 ogc.property_unknown"),
        (ITEMS, {"name": "\0"}, "400 filter.text_bad"),
        (ITEMS, {"filter-lang": "sql"}, "400 ogc.parameter_bad"),
        (ITEMS, {"filter": "1=1; DROP TABLE site"}, "400 filter.syntax"),
        (ITEMS, {"filter": "name = 'x' OR 1=1 --"}, "400 filter.syntax"),
        (ITEMS, {"filter": "name = (SELECT password_hash FROM account)"}, "400 filter.syntax"),
        (ITEMS, {"filter": "pg_sleep(9) = 1"}, "400 filter.operator_unknown"),
        (ITEMS, {"filter": "password_hash = 'x'"}, "400 filter.property_unknown"),
        (ITEMS, {"filter": "households = 'x'"}, "400 filter.wrong_kind"),
        (ITEMS, {"filter": ""}, "400 filter.syntax"),
        (ITEMS, {"filter": "(" * 15_000}, "400 filter.too_deep"),
        (ITEMS, {"filter": "covered AND " * 3000}, "400 filter.too_long"),
        (ITEMS, {"filter": "[" * 15_000, "filter-lang": "cql2-json"}, "400 filter.too_deep"),
        (ITEMS, {"filter": "x" * 60_000}, "414 ogc.query_too_long"),
        (ITEMS, {"bbox": "1," * 16_000}, "414 ogc.query_too_long"),
        ("", {"x": "1" * 60_000}, "414 ogc.query_too_long"),
        (ITEMS + "/1", {"bbox": "1,2,3,4"}, "400 ogc.parameter_unknown"),
        (ITEMS + "/1", {"f": "csv"}, "400 ogc.parameter_bad"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_without_the_database(leader, statements, path, query, code):
    statements.clear()
    began = time.process_time()
    answer = leader.get(f"/ogc{path}", params={name: str(one) for name, one in query.items()})
    assert refused(answer) == code
    assert time.process_time() - began < 10
    assert statements == []


def test_ten_megabytes_are_refused_before_they_are_read(app, statements):
    """Straight to the application: no client writes such an address."""
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/ogc{ITEMS}",
        "raw_path": f"/ogc{ITEMS}".encode(),
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "server": ("testserver", 80),
        "client": ("127.0.0.1", 1),
        "query_string": b"filter=" + b"(" * 10_000_000,
        "headers": [(b"host", b"testserver")],
    }
    run_apart(lambda: app(scope, receive, send))
    assert sent[0]["status"] == 414
    assert (b"content-type", b"application/problem+json") in sent[0]["headers"]
    assert statements == []


def test_a_parameter_stands_once(leader):
    assert refused(leader.get(f"/ogc{ITEMS}?limit=1&limit=2")) == "400 ogc.parameter_twice"


def test_a_format_that_is_not_there_is_not_acceptable(leader):
    answer = leader.get(f"/ogc{ITEMS}", headers={"Accept": "image/png"})
    assert refused(answer) == "406 ogc.not_acceptable"


@pytest.mark.parametrize("feature", ["999999", "x", "-1", "1e3", "9" * 40])
def test_a_feature_that_is_not_there_is_not_found(leader, feature):
    assert refused(get(leader, f"{ITEMS}/{feature}")) == "404 ogc.feature_not_found"


def test_a_feature_of_another_layer_or_town_is_not_found(leader, log_in, world):
    standalone = world.ids["东街5号楼"]
    assert refused(get(leader, f"{ITEMS}/{standalone}")) == "404 ogc.feature_not_found"
    stranger = world.ids["西里小区"]
    answer = get(log_in(Role.TOWN), f"{ITEMS}/{stranger}")
    assert refused(answer) == "404 ogc.feature_not_found"


def test_a_refusal_speaks_the_readers_language(leader):
    zh = leader.get(f"/ogc{ITEMS}?limit=0&lang=zh").json()["detail"]
    en = leader.get(f"/ogc{ITEMS}?limit=0&lang=en").json()["detail"]
    assert zh.startswith("参数 limit")
    assert en.startswith("The parameter limit")


def test_without_a_login_there_is_nothing(client):
    assert refused(get(client, "/collections")) == "401 auth.login_required"
    assert get(client, ITEMS).headers["www-authenticate"] == "Bearer"
