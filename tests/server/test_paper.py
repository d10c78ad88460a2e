"""Ten sheets, ticked by hand as it were, photographed askew and blurred, are read back."""

from __future__ import annotations

import random
from collections.abc import Iterator
from io import BytesIO

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image, ImageDraw, ImageFilter

from geodata.domain.access import Role
from server.reports.paper import read_sheet
from server.reports.sheet_layout import PAGE_MM, placed, tick_boxes
from server.reports.visit_sheet import visit_sheets
from tests.own_world import logged_in
from tests.postgis import TestServer
from tests.server.visit_desk import VisitDesk, visit_desk

DOTS = 200 / 25.4


def _plan(stops: int, number: int):
    route = {
        "inspector": "inspector",
        "inspector_name": "王检查",
        "on": "2026-11-30",
        "starts_s": 32400,
        "ends_s": 61200,
        "lunch_s": 41400,
        "travel_s": 3600,
        "distance_m": 21000,
        "start": [117.85, 36.80],
        "end": [117.85, 36.80],
        "line": [[[117.85, 36.80], [117.86, 36.81]]],
        "stops": [
            {
                "site": 1000 + at,
                "name": f"示例小区{at}",
                "position": at + 1,
                "begins_s": 32400 + 1800 * at,
                "ends_s": 33600 + 1800 * at,
                "longitude": 117.85 + at / 500,
                "latitude": 36.80 + at / 700,
                "town_name": "大街街道",
                "neighbourhood_name": None,
                "address": "兴鲁大道 1 号",
                "sentence": "整改待复查 · 已等 12 天",
            }
            for at in range(stops)
        ],
    }
    return {"id": number, "basis": "roads", "mode": "car"}, route


def _pages(stops: int, number: int) -> list[Image.Image]:
    plan, route = _plan(stops, number)
    made = visit_sheets(
        plan,
        [(route, [])],
        address="http://10.20.30.40:8000",
        mark="内部使用",
        language="zh",
        picture=True,
    )
    return [Image.open(BytesIO(one)).convert("L") for one in made]


def _ticked(page: Image.Image, rows: list[tuple[int, int, dict[str, bool]]], rng) -> None:
    pen = ImageDraw.Draw(page)
    for number, row, wanted in rows:
        for key, box in tick_boxes(number, row).items():
            if not wanted[key]:
                continue
            x, y, side = (value * DOTS for value in (box.x, box.y, box.side))
            shift = rng.uniform(-0.1, 0.1) * side
            points = [(0.1, 0.5), (0.4, 0.9), (1.1, -0.1)]
            line = [(x + shift + a * side, y + shift + b * side) for a, b in points]
            pen.line(line, fill=rng.randint(20, 70), width=rng.randint(4, 6))


def _photographed(page: Image.Image, rng) -> bytes:
    wide = Image.new("L", (page.width + 240, page.height + 240), 120)
    wide.paste(page, (120, 120))
    turned = wide.rotate(rng.uniform(-3, 3), Image.Resampling.BICUBIC, fillcolor=120)
    w, h = turned.size
    tilt = [rng.uniform(-0.015, 0.015) * w for _ in range(8)]
    corners = [(0, 0), (w, 0), (w, h), (0, h)]
    shape = [
        value
        for (x, y), a, b in zip(corners, tilt[::2], tilt[1::2], strict=True)
        for value in (x + a, y + b)
    ]
    quad = [*shape[0:2], *shape[6:8], *shape[4:6], *shape[2:4]]
    skewed = turned.transform((w, h), Image.Transform.QUAD, quad, Image.Resampling.BICUBIC)
    shaded = skewed.point(lambda value: value * 0.82)
    blurred = shaded.filter(ImageFilter.GaussianBlur(1.4))
    target = BytesIO()
    blurred.save(target, "JPEG", quality=80)
    return target.getvalue()


def test_ten_photographed_sheets_are_read_back() -> None:
    rng = random.Random(7)
    right = wrong = sheets = 0
    for number in range(1, 8):
        stops = rng.randint(3, 12)
        wanted = {
            1000 + at: {key: rng.random() < 0.45 for key in tick_boxes(1, 0)} for at in range(stops)
        }
        places = placed(stops)
        for index, page in enumerate(_pages(stops, number), start=1):
            rows = [
                (at, row, wanted[1000 + place])
                for place, (at, row) in enumerate(places)
                if at == index
            ]
            _ticked(page, rows, rng)
            found = read_sheet(_photographed(page, rng), "photo.jpg")
            assert [one.site for one in found] == [
                1000 + place for place, (at, _) in enumerate(places) if at == index
            ]
            sheets += 1
            for one in found:
                assert one.plan == number
                for key, value in one.ticks.items():
                    right += value == wanted[one.site][key]
                    wrong += value != wanted[one.site][key]
    assert sheets >= 10
    assert right / (right + wrong) >= 0.98


def test_a_sheet_alone_on_its_page_is_read() -> None:
    (page,) = _pages(1, 3)
    _ticked(page, [(1, 0, dict.fromkeys(tick_boxes(1, 0), True))], random.Random(1))
    assert page.size == pytest.approx([side * DOTS for side in PAGE_MM], abs=2)
    (found,) = read_sheet(_photographed(page, random.Random(2)), "photo.jpg")
    assert all(found.ticks.values())


@pytest.fixture(scope="module")
def desk(server: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VisitDesk]:
    with visit_desk(server, "paper", tmp_path_factory.mktemp("files")) as desk:
        yield desk


def _sheet_of(desk: VisitDesk, client: TestClient) -> tuple[dict, bytes]:
    plan = desk.plan(client, sites=desk.ids("东苑小区", "东安里"), minutes=20)
    route = plan["routes"][0]
    (page,) = visit_sheets(
        plan, [(route, [])], address="http://testserver", mark="", language="zh", picture=True
    )
    picture = Image.open(BytesIO(page)).convert("L")
    ticks = dict.fromkeys(tick_boxes(1, 0), False) | {"passed": True, "covered": True}
    _ticked(picture, [(1, 0, ticks)], random.Random(1))
    return plan, _photographed(picture, random.Random(4))


def test_drafts_are_told_and_nothing_is_saved(desk: VisitDesk) -> None:
    app: FastAPI = desk.app
    with logged_in(app, Role.INSPECTOR) as client, logged_in(app, Role.TOWN) as town:
        plan, photo = _sheet_of(desk, client)
        told = client.post("/api/paper-sheets", files={"file": ("a.jpg", photo)}).json()
        first, second = told["drafts"]
        assert first["site"] == plan["routes"][0]["stops"][0]["site"]
        assert first["result"] == "passed"
        assert first["confirms_cover"]
        assert second["result"] is None
        again = client.get(f"/api/visit-plans/{plan['id']}").json()
        assert {one["state"] for one in again["routes"][0]["stops"]} == {"planned"}
        assert town.post("/api/paper-sheets", files={"file": ("a.jpg", photo)}).status_code == 404
        blank = BytesIO()
        Image.new("L", (400, 400), 255).save(blank, "PNG")
        for content, code in ((blank.getvalue(), "paper.no_code"), (b"x", "paper.unreadable")):
            answer = client.post("/api/paper-sheets", files={"file": ("a.png", content)})
            assert (answer.status_code, answer.json()["code"]) == (422, code)
