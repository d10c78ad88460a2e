"""Visits are derived, planned by the worker, argued about, changed during the day."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import gpxpy
import numpy as np
import pytest
import zxingcpp
from icalendar import Calendar
from openpyxl import load_workbook
from PIL import Image

from geodata.domain.access import Role
from geodata.domain.period import today
from geodata.spatial.datum import Datum, to_cgcs2000
from tests.own_world import logged_in
from tests.postgis import TestServer
from tests.server.visit_desk import VisitDesk, visit_desk

NAMES = ("东苑小区", "东安里", "东街5号楼", "东宿舍", "西里小区", "西新村")


@pytest.fixture(scope="module")
def desk(server: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VisitDesk]:
    with visit_desk(server, "visit_plans", tmp_path_factory.mktemp("files")) as desk:
        yield desk


@pytest.fixture
def inspector(desk: VisitDesk):
    with logged_in(desk.app, Role.INSPECTOR) as client:
        yield client


def _stops(plan, state="planned"):
    return [one["site"] for one in plan["routes"][0]["stops"] if one["state"] == state]


def test_what_is_due_has_a_reason_and_a_value(inspector) -> None:
    told = inspector.get("/api/visits/due").json()
    assert told["total"] == len(told["visits"]) == sum(told["counts"].values())
    values = [one["value"] for one in told["visits"]]
    assert values == sorted(values, reverse=True)
    assert all(one["sentence"] and one["reason"] for one in told["visits"])
    only = inspector.get("/api/visits/due", params={"reason": "unverified"}).json()
    assert {one["reason"] for one in only["visits"]} <= {"unverified"}


def test_a_town_sees_and_plans_its_own_visits_alone(desk: VisitDesk) -> None:
    with logged_in(desk.app, Role.TOWN) as town:
        told = town.get("/api/visits/due").json()
        assert {one["town"] for one in told["visits"]} == {desk.world.east}
        people = {one["username"] for one in town.get("/api/visitors").json()}
        assert people == {"town"}
        ids = desk.ids(*NAMES)
        plan = desk.plan(town, inspectors=[{"username": "town"}], sites=ids)
        assert set(_stops(plan)) <= set(desk.ids("东苑小区", "东安里", "东街5号楼", "东宿舍"))
        answer = town.post(
            "/api/visit-plans",
            json={"days": ["2026-11-30"], "inspectors": [{"username": "inspector"}]},
        )
        assert answer.status_code == 422
        assert answer.json()["code"] == "visit_plan.inspector_unknown"


def test_a_plan_keeps_shift_pin_and_lunch_and_names_what_it_leaves(desk, inspector) -> None:
    ids = desk.ids(*NAMES)
    plan = desk.plan(
        inspector,
        sites=ids,
        minutes=60,
        inspectors=[{"username": "inspector", "ends_s": 15 * 3600}],
        wishes=[{"site": ids[3], "pin": "first"}],
    )
    assert plan["status"] == "ready"
    assert plan["is_proven"]
    route = plan["routes"][0]
    assert route["stops"][0]["site"] == ids[3]
    assert route["ends_s"] <= 15 * 3600
    assert 11.5 * 3600 <= route["lunch_s"] <= 13 * 3600
    left = {one["site"] for one in plan["unassigned"]}
    assert left | set(_stops(plan)) == set(ids)
    assert left
    assert all(one["reason"].endswith("。") for one in plan["unassigned"])
    assert [one["site"] for one in plan["pins"]] == [ids[3]]
    assert plan["basis"] == "straight_line"


def test_the_rest_of_a_day_is_planned_anew_from_the_last_stop(desk, inspector) -> None:
    plan = desk.plan(inspector, sites=desk.ids(*NAMES), minutes=20)
    place = f"/api/visit-plans/{plan['id']}"
    order = _stops(plan)
    day = plan["routes"][0]["on"]
    done = order[0]
    record = {
        "client_id": "11111111-1111-4111-8111-111111111111",
        "site": done,
        "seen_at": f"{today().isoformat()}T00:01:00+08:00",
        "result": "passed",
        "confirms_cover": True,
        "plan": plan["id"],
    }
    assert inspector.post("/api/inspections", json=record).status_code == 201
    body = {
        "inspector": "inspector",
        "on": day,
        "now_s": 10 * 3600,
        "skip": [{"site": order[1], "note": "门锁着"}],
        "postpone": [{"site": order[2], "note": "改周五"}],
    }
    stale = inspector.post(f"{place}/replan", json=body, headers={"If-Match": '"99"'})
    assert stale.status_code == 412
    headers = {"If-Match": f'"{plan["row_version"]}"'}
    changed = inspector.post(f"{place}/replan", json=body, headers=headers)
    assert changed.status_code == 200, changed.text
    told = changed.json()
    stops = told["routes"][0]["stops"]
    assert stops[0]["site"] == done
    assert stops[0]["state"] == "done"
    assert _stops(told, "skipped") == [order[1]]
    assert _stops(told, "postponed") == [order[2]]
    assert set(_stops(told)) == set(order[3:])
    assert all(one["arrives_s"] >= 10 * 3600 for one in stops if one["state"] == "planned")
    assert next(one["note"] for one in stops if one["state"] == "skipped") == "门锁着"
    again = {**body, "skip": [], "postpone": [], "add": [order[1]]}
    headers = {"If-Match": f'"{told["row_version"]}"'}
    back = inspector.post(f"{place}/replan", json=again, headers=headers).json()
    assert order[1] in _stops(back)


def test_an_order_by_hand_is_kept_and_what_it_breaks_is_told(desk, inspector) -> None:
    ids = desk.ids(*NAMES[:4])
    wishes = [{"site": ids[0], "hours": [{"opens_s": 9 * 3600, "closes_s": 10 * 3600}]}]
    plan = desk.plan(inspector, sites=ids, minutes=20, wishes=wishes)
    place, day = f"/api/visit-plans/{plan['id']}/routes", plan["routes"][0]["on"]
    order = [*[one for one in _stops(plan) if one != ids[0]], ids[0]]
    headers = {"If-Match": f'"{plan["row_version"]}"'}
    route = {"inspector": "inspector", "on": day, "sites": order}
    told = inspector.put(place, json=[route], headers=headers).json()
    assert _stops(told) == order
    assert [one["site"] for one in told["breaches"]] in ([], [ids[0]])
    headers = {"If-Match": f'"{told["row_version"]}"'}
    fewer = inspector.put(place, json=[{**route, "sites": order[:2]}], headers=headers)
    assert fewer.json()["code"] == "visit_plan.order_differs"


def test_how_many_days_until_all_is_seen(desk, inspector) -> None:
    days = [(today() + timedelta(days=ahead)).isoformat() for ahead in range(1, 8)]
    asked = {
        "days": days,
        "inspectors": [{"username": "inspector", "ends_s": 12 * 3600}],
        "sites": desk.ids(*NAMES),
        "minutes": 80,
    }
    told = desk.plan(inspector, **asked, fewest=True)
    assert told["fewest"] == {
        "visits": len(NAMES),
        "shifts": len(told["routes"]),
        "until": told["routes"][-1]["on"],
    }
    assert len(told["routes"]) >= 3
    seen = [one["site"] for route in told["routes"] for one in route["stops"]]
    assert sorted(seen) == sorted(desk.ids(*NAMES))
    few = desk.plan(inspector, **{**asked, "days": days[:1]}, fewest=True)
    assert few["fewest"] == {"visits": len(NAMES), "shifts": None, "until": None}


def test_a_plan_can_be_taken_along_in_four_forms(desk, inspector) -> None:
    plan = desk.plan(inspector, sites=desk.ids(*NAMES), minutes=20)
    place, count = f"/api/visit-plans/{plan['id']}", len(_stops(plan))
    book = load_workbook(BytesIO(inspector.get(f"{place}.xlsx").content))
    sheet: Any = book.active
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 1 + count + len(plan["unassigned"])
    calendar = Calendar.from_ical(inspector.get(f"{place}.ics").content)
    events = calendar.walk("VEVENT")
    assert len(events) == count
    assert {one.decoded("dtstart").utcoffset() for one in events} == {timedelta(hours=8)}
    track = gpxpy.parse(inspector.get(f"{place}.gpx").text)
    assert len(track.waypoints) == count
    assert len(track.tracks[0].segments) == count + 1
    printed = inspector.get(f"{place}.pdf")
    assert printed.content.startswith(b"%PDF")
    assert inspector.get(f"{place}.pdf", params={"inspector": "nobody"}).status_code == 404


def test_codes_on_printed_sheets_lead_where_people_reach_the_server(
    desk, inspector, tmp_path
) -> None:
    plan = desk.plan(inspector, sites=desk.ids("东宿舍"))
    printed, picture = tmp_path / "sheet.pdf", tmp_path / "sheet.png"
    state = desk.app.state
    usual = state.settings
    state.settings = replace(usual, address="https://fugai.example.cn")
    printed.write_bytes(inspector.get(f"/api/visit-plans/{plan['id']}.pdf").content)
    state.settings = usual
    drawing = ["gdal_translate", "-q", "-of", "PNG", "--config", "GDAL_PDF_DPI", "200"]
    subprocess.run([*drawing, printed, picture], check=True, timeout=120)
    codes = zxingcpp.read_barcodes(Image.open(picture).convert("L"))
    assert codes
    wanted = f"https://fugai.example.cn/v/{plan['id']}/"
    assert all(one.text.startswith(wanted) for one in codes)


def test_links_hand_each_application_its_own_datum(desk, inspector) -> None:
    plan = desk.plan(inspector, sites=desk.ids("东宿舍"))
    (stop,) = plan["routes"][0]["stops"]
    links = stop["links"]
    x = float(links["amap_android"].split("dlon=")[1].split("&")[0])
    y = float(links["amap_android"].split("dlat=")[1].split("&")[0])
    back = to_cgcs2000(np.array([x]), np.array([y]), Datum.GCJ02)
    assert float(back[0][0]) == pytest.approx(stop["longitude"], abs=2e-6)
    by, bx = links["baidu"].split("latlng:")[1].split("%7C")[0].split(",")
    back = to_cgcs2000(np.array([float(bx)]), np.array([float(by)]), Datum.BD09)
    assert float(back[1][0]) == pytest.approx(stop["latitude"], abs=2e-6)
    assert not any("http" in one for one in links.values())


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"days": []}, 422),
        ({"inspectors": []}, 422),
        ({"mode": "rocket"}, 422),
        ({"inspectors": [{"username": "inspector"}] * 2}, 422),
        ({"inspectors": [{"username": "nobody"}]}, 422),
        ({"district": "999999"}, 404),
    ],
)
def test_wishes_that_make_no_sense_are_refused(inspector, wish, code) -> None:
    asked = {"days": ["2026-11-30"], "inspectors": [{"username": "inspector"}], **wish}
    assert inspector.post("/api/visit-plans", json=asked).status_code == code


def test_pins_that_cannot_be_kept_are_told_on_the_plan(desk, inspector) -> None:
    ids = desk.ids("东苑小区")
    plan = desk.plan(
        inspector, sites=ids, wishes=[{"site": ids[0], "pin": "first", "at_s": 7 * 3600}]
    )
    assert plan["status"] == "failed"
    assert "东苑小区" in plan["error"]


def test_only_those_who_plan_may_plan_or_stop(desk: VisitDesk) -> None:
    with logged_in(desk.app, Role.LEADER) as leader:
        asked = {"days": ["2026-11-30"], "inspectors": [{"username": "inspector"}]}
        assert leader.post("/api/visit-plans", json=asked).status_code == 403
        assert leader.post("/api/visit-plans/1/stop").status_code == 403


def test_the_day_of_an_inspector(desk: VisitDesk, inspector, tmp_path: Path) -> None:
    assert tmp_path
    plan = desk.plan(inspector, sites=desk.ids("东苑小区", "西里小区"), minutes=20)
    told = inspector.get("/api/visits/today").json()
    assert told["plan"]["id"] == plan["id"]
    assert [one["site"] for one in told["stops"]] == _stops(plan)
    assert len(told["travel_s"]) == len(told["stops"]) + 1
    whole = inspector.get("/api/visits/today").text
    assert "13812341234" not in whole
    assert "138****1234" in whole
    with logged_in(desk.app, Role.LEADER) as leader:
        assert leader.get("/api/visits/today").json()["stops"] == []
