"""The interface that others rely on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from geodata.domain.period import today
from tests.world import HOSTILE, LISTED_ON, World

DENOMINATORS = ("sites", "buildings", "households", "floor_area_m2")


def test_divisions_stand_in_official_order(leader: TestClient, world: World) -> None:
    rows = leader.get("/api/divisions").json()["divisions"]
    assert [row["name"] for row in rows] == [
        "周村区", "东街街道", "西街街道", "东苑社区", "西里社区",
    ]  # fmt: skip
    assert {row["kind"] for row in rows} == {"district", "town", "neighbourhood"}


def test_coverage_rows_add_up_to_the_total(leader: TestClient) -> None:
    table = leader.get("/api/coverage?by=town").json()
    for key in (*DENOMINATORS, *(f"covered_{one}" for one in DENOMINATORS)):
        assert sum(row[key] for row in table["rows"]) == table["total"][key]
    assert table["total"]["sites"] == 8
    assert table["total"]["covered_sites"] == 5
    assert table["total"]["coverage_rate"] == pytest.approx(5 / 8)


@pytest.mark.parametrize(
    "by", ["town", "neighbourhood", "category", "management_type", "inspection_status"]
)
def test_every_breakdown_has_the_promised_columns(leader: TestClient, by: str) -> None:
    table = leader.get(f"/api/coverage?by={by}").json()
    wanted = {"code", "label", "coverage_rate", *DENOMINATORS}
    for row in (*table["rows"], table["total"]):
        assert wanted <= row.keys()


def test_coverage_of_a_past_day_knows_nothing_of_later_lapses(leader: TestClient) -> None:
    before = today() - timedelta(days=11)
    assert leader.get(f"/api/coverage?on={before}").json()["total"]["covered_sites"] == 6
    earlier = LISTED_ON - timedelta(days=1)
    assert leader.get(f"/api/coverage?on={earlier}").json()["total"]["sites"] == 0


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("covered=false", {"东街5号楼", "东宿舍", "西新村"}),
        ("category=standalone_building", {"东街5号楼"}),
        ("category=unreported", {"东宿舍"}),
        ("management_type=simple", {"东安里", HOSTILE, "西机关宿舍"}),
        ("management_type=unreported", {"东宿舍", "西新村"}),
        ("inspection_status=overdue", {"东安里"}),
        ("q=机关", {"西机关宿舍"}),
        ("q=%25", set()),
        ("bbox=117.91,36.76,117.95,36.80", {"东苑小区"}),
        ("town=370306002&covered=true", {"西里小区", "西机关宿舍"}),
    ],
)
def test_filters_keep_what_they_say(leader: TestClient, query: str, names: set[str]) -> None:
    answer = leader.get(f"/api/sites?{query}").json()
    assert {site["name"] for site in answer["sites"]} == names
    assert answer["total"] == len(names)
    features = leader.get(f"/api/sites.geojson?{query}").json()["features"]
    assert {one["properties"]["name"] for one in features} == names


def test_pages_of_sites_meet_without_gap_or_overlap(leader: TestClient, world: World) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        page = leader.get(f"/api/sites?limit=3{cursor}").json()
        seen += [site["name"] for site in page["sites"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert sorted(seen) == sorted(world.ids)


def test_a_record_masks_the_phone(leader: TestClient, world: World) -> None:
    answer = leader.get(f"/api/sites/{world.ids['东苑小区']}")
    assert answer.json()["phone"] == "138****1234"
    assert "13812341234" not in answer.text


def test_drawn_sites_hold_no_personal_data(leader: TestClient) -> None:
    text = leader.get("/api/map/sites.geojson?district=370306").text
    assert "1234" not in text
    assert "phone" not in text


def test_a_site_without_a_place_has_a_null_geometry(leader: TestClient) -> None:
    features = leader.get("/api/sites.geojson").json()["features"]
    by_name = {one["properties"]["name"]: one for one in features}
    assert by_name[HOSTILE]["geometry"] is None
    assert by_name["东宿舍"]["geometry"]["type"] == "Point"
    assert by_name["东苑小区"]["geometry"]["type"] == "MultiPolygon"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/sites/999999", 404, "site.not_found"),
        ("/api/map/sites.geojson?district=nowhere", 404, "division.not_found"),
        ("/api/sites?bbox=1,2,3", 422, "request.bbox"),
        ("/api/sites?bbox=nan,nan,nan,nan", 422, "request.bbox"),
        ("/api/sites?category=palace", 422, "request.invalid"),
        ("/api/coverage?on=2026-02-30", 422, "request.invalid"),
        ("/api/nothing", 404, "request.not_found"),
    ],
)
def test_refusals_are_problems_with_code_and_facts(
    leader: TestClient, path: str, status: int, code: str
) -> None:
    answer = leader.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["code"] == code
    assert body["facts"] is not None
    assert body["detail"]
    assert code not in body["detail"]


def test_the_trend_ends_with_today(leader: TestClient) -> None:
    rows = leader.get("/api/trend?district=370306&months=3").json()["rows"]
    assert len(rows) == 4
    assert rows[-1]["on"] == today().isoformat()
    assert rows[-1]["covered_sites"] == 5
