"""Plain lists over the interface and on their page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from geodata.domain.access import Role
from server.app import create_app
from server.settings import Settings
from tests.builders import SOUTH, WEST
from tests.postgis import TestServer, as_server
from tests.server.conftest import LogIn
from tests.world import World

EAST_OF, NORTH_OF = f"{WEST + 0.013:.6f}", f"{SOUTH + 0.023:.6f}"
INSIDE = f"{EAST_OF},{NORTH_OF}"
NAME = "新开名单.csv"
ODD = f"""XQMC,GLQK,SFBZ,XX,YY
新苑小区,单位自管,1.2元/平米/月,{INSIDE}
新里花园,顺达物业公司,待定,{INSIDE}
"""
PLAIN = "名称,街道,社区\n新苑小区,西街街道,西里社区\n"


@pytest.fixture(scope="module")
def world(server: TestServer) -> World:
    """A district of their own: these tests write."""
    return server.clone_world(f"{server.worker}_columns")[1]


@pytest.fixture(scope="module")
def app(
    server: TestServer, world: World, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FastAPI]:
    """The application over it."""
    assert world
    url = server.address(f"{server.worker}_columns")
    app = create_app(Settings(database_url=as_server(url), files=tmp_path_factory.mktemp("files")))
    yield app
    app.state.engine.dispose()


@pytest.fixture
def clerk(log_in: LogIn) -> TestClient:
    """The browser of somebody who may write in the whole district."""
    return log_in(Role.DISTRICT_LEAD)


def send(browser: TestClient, text: str, **form: str) -> dict[str, Any]:
    """Send a list; the answer must be that it is kept."""
    answer = browser.post(
        "/api/ledger/imports",
        files={"file": (NAME, text.encode())},
        data={"kind": "listing", **form},
    )
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_a_list_whose_columns_are_open_says_so(clerk: TestClient) -> None:
    sent = send(clerk, ODD)
    assert (sent["kind"], sent["state"], sent["needs_columns"]) == ("listing", "received", True)
    told = clerk.get(f"/api/ledger/imports/{sent['id']}/columns").json()
    assert told["has_header"]
    assert told["proposal"][2] == {
        "column": 2,
        "header": "SFBZ",
        "samples": ["1.2元/平米/月", "待定"],
        "field": None,
        "confidence": 0,
        "reason": None,
    }
    assert [told["proposal"][index]["reason"] for index in (0, 3, 4)] == ["content"] * 3


def test_rows_are_shown_under_a_mapping_that_is_only_tried(clerk: TestClient) -> None:
    number = send(clerk, ODD)["id"]
    query = "tried=true&datum=cgcs2000&column=name:0&column=company:1&column=fee_yuan_m2_month:2"
    path = f"/api/ledger/imports/{number}/columns"
    told = clerk.get(f"{path}?{query}&column=longitude:3&column=latitude:4").json()
    first, second = told["rows"]
    assert {field: cell["value"] for field, cell in first["cells"].items()} == {
        "name": "新苑小区",
        "company": "单位自管",
        "fee_yuan_m2_month": "1.2",
        "longitude": EAST_OF,
        "latitude": NORTH_OF,
    }
    (fault,) = second["cells"]["fee_yuan_m2_month"]["faults"]
    assert (fault["code"], fault["row"], fault["column"]) == ("value.not_a_number", 3, "SFBZ")
    assert fault["reason"]
    assert clerk.get(path).json()["columns"] != told["columns"]


def test_columns_are_chosen_by_index_or_header_and_the_list_is_compared(
    clerk: TestClient,
) -> None:
    number = send(clerk, ODD)["id"]
    columns = {"name": "XQMC", "company": 1, "longitude": "XX", "latitude": 4}
    path = f"/api/ledger/imports/{number}/columns"
    refused = clerk.post(path, json={"columns": columns})
    assert (refused.status_code, refused.json()["code"]) == (422, "columns.datum_needed")
    told = clerk.post(path, json={"columns": columns, "datum": "cgcs2000"}).json()
    assert (told["state"], told["needs_columns"]) == ("staged", False)
    assert told["report"]["counts"]["new"] == 2


def test_a_list_whose_headers_say_it_all_is_compared_at_once(clerk: TestClient) -> None:
    sent = send(clerk, PLAIN)
    assert (sent["state"], sent["report"]["counts"]["new"]) == ("staged", 1)


def test_a_file_that_is_not_the_form_is_refused_and_may_become_a_list(clerk: TestClient) -> None:
    files = {"file": (NAME, PLAIN.encode())}
    refused = clerk.post("/api/ledger/imports", files=files)
    assert (refused.status_code, refused.json()["code"]) == (422, "ledger.header_missing")
    number = clerk.get("/api/ledger/imports").json()["imports"][0]["id"]
    page = clerk.get(f"/imports/{number}").text
    assert "按普通名单导入" in page
    told = clerk.post(f"/api/ledger/imports/{number}/as_listing").json()
    assert (told["kind"], told["needs_columns"]) == ("listing", True)
    assert "请先核对各列" in clerk.get(f"/imports/{number}").text
    assert clerk.post(f"/api/ledger/imports/{number}/stage").json()["state"] == "staged"


def test_another_town_neither_sees_nor_chooses_columns(
    clerk: TestClient, log_in: LogIn, world: World
) -> None:
    number = send(clerk, ODD, town=world.west)["id"]
    stranger = log_in(Role.TOWN)
    assert stranger.get(f"/api/ledger/imports/{number}/columns").status_code == 404
    assert stranger.get(f"/imports/{number}/columns").status_code == 404
    for step, body in (("columns", {"columns": {"name": 0}}), ("as_listing", {})):
        answer = stranger.post(f"/api/ledger/imports/{number}/{step}", json=body)
        assert answer.status_code == 404


def test_a_leader_looks_and_does_not_choose(clerk: TestClient, leader: TestClient) -> None:
    number = send(clerk, ODD)["id"]
    body = {"columns": {"name": 0}}
    assert leader.post(f"/api/ledger/imports/{number}/columns", json=body).status_code == 403
    page = leader.get(f"/imports/{number}/columns")
    assert page.status_code == 200
    assert "btn btn-primary" not in page.text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_speaks_the_readers_language(clerk: TestClient, lang: str) -> None:
    number = send(clerk, ODD.replace("XQMC", "MCXQ"))["id"]
    page = clerk.get(f"/imports/{number}/columns?lang={lang}").text
    text = re.sub(r"<script.*?</script>|<[^>]+>", " ", page, flags=re.DOTALL)
    shown = (
        "核对各列 按内容推断 不导入 无坐标" if lang == "zh" else "What-the-columns-are By-its-cells"
    )
    assert [one for one in shown.split() if one.replace("-", " ") not in text] == []
    if lang == "zh":
        own = {"English", "MCXQ", "GLQK", "SFBZ", "csv", "district", "lead"}
        assert set(re.findall(r"[A-Za-z]{3,}", text)) - own == set()


def test_a_headers_text_is_never_markup(clerk: TestClient) -> None:
    number = send(clerk, f"<b>x</b>,XX,YY\n<i>新苑</i>小区,{INSIDE}\n")["id"]
    page = clerk.get(f"/imports/{number}/columns").text
    assert "<b>x</b>" not in page
    assert "<i>新苑" not in page


def test_a_list_without_a_header_says_so(clerk: TestClient) -> None:
    number = send(clerk, f"新苑小区,单位自管,{INSIDE}\n新里花园,顺达物业公司,{INSIDE}\n")["id"]
    assert "没有找到表头" in clerk.get(f"/imports/{number}/columns").text
