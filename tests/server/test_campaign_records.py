"""What a campaign leaves on paper: who has signed a letter, and its scan."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from geodata.domain.access import Role
from tests.own_world import logged_in
from tests.postgis import TestServer
from tests.server.test_evidence import png
from tests.server.visit_desk import VisitDesk, visit_desk


@pytest.fixture
def desk(server: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VisitDesk]:
    with visit_desk(server, "records", tmp_path_factory.mktemp("files")) as desk:
        yield desk


def test_letters_that_are_missing_are_named(desk) -> None:
    with logged_in(desk.app, Role.DISTRICT_LEAD) as lead, logged_in(desk.app, Role.TOWN) as town:
        record = {"kind": "letter", "held_on": "2017-11-08", "title": "目标管理责任书"}
        assert town.post("/api/campaign-records", json=record).status_code == 201
        told = lead.get("/api/campaign-records").json()
        assert [one["town"] for one in told["letters_missing"]] == [desk.world.west]
        assert told["records"][0]["town_code"] == desk.world.east


def test_a_letter_keeps_its_scan(desk) -> None:
    with logged_in(desk.app, Role.DISTRICT_LEAD) as lead, logged_in(desk.app, Role.TOWN) as town:
        asked = {"kind": "letter", "held_on": "2017-11-09", "title": "目标管理责任书"}
        west = {**asked, "unit": desk.world.west}
        place = (
            f"/api/campaign-records/{lead.post('/api/campaign-records', json=west).json()['id']}"
        )
        file = {"file": ("责任书.png", png(), "image/png")}
        assert town.put(f"{place}/scan", files=file).status_code == 404
        assert lead.get(f"{place}/scan").status_code == 404
        wrong = lead.put(f"{place}/scan", files={"file": ("责任书.pdf", b"MZ no pdf", "a/b")})
        assert wrong.status_code == 422
        assert lead.put(f"{place}/scan", files=file).status_code == 204
        assert lead.get(f"{place}/scan").content == png()
        assert town.get(f"{place}/scan").status_code == 404
        page = lead.get("/campaign").text
        assert "责任书.png" in page
        assert "未签责任书: 东街街道" in page
        assert "责任书.png" not in town.get("/campaign").text


def test_letters_are_a_tree_down_to_neighbourhoods(desk) -> None:
    asked = {"kind": "letter", "held_on": "2017-11-09", "title": "目标管理责任书"}
    lane = f"{desk.world.west}001"
    with logged_in(desk.app, Role.DISTRICT_LEAD) as lead, logged_in(desk.app, Role.TOWN) as town:
        assert town.post("/api/campaign-records", json={**asked, "unit": lane}).status_code == 404
        district = town.post("/api/campaign-records", json={**asked, "unit": desk.world.district})
        assert district.status_code == 404
        with logged_in(desk.app, Role.NEIGHBOURHOOD) as clerk:
            assert clerk.post("/api/campaign-records", json=asked).status_code == 201
            own = clerk.get("/api/campaign-records").json()["records"]
            assert [one["neighbourhood_code"] for one in own] == [lane]
        tree = {one["town"]: one for one in lead.get("/api/campaign-records").json()["letters"]}
        assert not tree[desk.world.west]["signed"]
        assert [one["signed"] for one in tree[desk.world.west]["neighbourhoods"]] == [True]
        assert [one["signed"] for one in tree[desk.world.east]["neighbourhoods"]] == [False]
        assert "社区(村居)已签 1 / 1" in lead.get("/campaign").text
