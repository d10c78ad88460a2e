"""Items: filters, pages, days, formats, one feature."""

from __future__ import annotations

import csv
import json
import re
from datetime import date, timedelta

import pytest

from geodata.domain.access import Role
from geodata.domain.period import today
from geodata.layers import LAYERS
from tests.builders import SOUTH, WEST
from tests.server.ogc.asking import ask, get, linked, names
from tests.world import HOSTILE, LISTED_ON

EAST_HALF = f"{WEST + 0.1},{SOUTH},{WEST + 0.2},{SOUTH + 0.1}"
ALL = ["东苑小区", "东安里", "东宿舍", HOSTILE, "西里小区", "西新村", "西机关宿舍"]


def test_a_page_tells_how_many_there_are_and_when(leader):
    answer = get(leader, "/collections/communities/items", limit=3)
    assert answer.headers["content-type"] == "application/geo+json"
    page = answer.json()
    assert page["type"] == "FeatureCollection"
    assert (page["numberMatched"], page["numberReturned"]) == (7, 3)
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", page["timeStamp"])
    assert {"self", "alternate", "collection", "next"} == {one["rel"] for one in page["links"]}


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_next_leads_through_all_features_once(leader, limit):
    seen, href = [], f"/ogc/collections/communities/items?limit={limit}&properties=name"
    while href:
        page = leader.get(href).json()
        assert page["numberMatched"] == 7
        seen += [one["properties"]["name"] for one in page["features"]]
        href = linked(page, "next")
    assert seen == ALL


def test_next_keeps_the_filter(leader):
    first = ask(leader, "/collections/communities/items", filter="name LIKE '西%'", limit=1)
    second = leader.get(linked(first, "next")).json()
    assert second["features"][0]["properties"]["name"] == "西新村"
    assert second["numberMatched"] == 3


def test_a_larger_limit_than_the_largest_is_the_largest(leader):
    assert len(names(leader, limit=10_000_000)) == 7


def test_a_box_keeps_what_reaches_into_it(leader):
    assert names(leader, bbox=EAST_HALF) == ["东苑小区", "东安里", "东宿舍"]
    assert names(leader, bbox="0,0,1,1") == []
    sliver = f"{WEST + 0.12},{SOUTH + 0.02},{WEST + 0.1200001},{SOUTH + 0.0200001}"
    assert names(leader, bbox=sliver) == ["东苑小区"]
    west, south, east, north = EAST_HALF.split(",")
    assert names(leader, bbox=f"{west},{south},0,{east},{north},100") == names(
        leader, bbox=EAST_HALF
    )


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ({"category": "enterprise_run"}, ["西里小区"]),
        ({"covered": "false"}, ["东宿舍", "西新村"]),
        ({"management_types": "simple,neighbourhood_run"}, ["东安里"]),
        ({"inspection_status": "overdue"}, ["东安里"]),
        ({"name": "东宿舍"}, ["东宿舍"]),
        ({"households": "100", "town": "370306002"}, ["西里小区", "西新村", "西机关宿舍"]),
        ({"category": "enterprise_run", "covered": "false"}, []),
        ({"uncovered_since": (today() - timedelta(days=10)).isoformat()}, ["西新村"]),
    ],
)
def test_a_field_as_a_parameter_keeps_what_has_the_value(leader, query, kept):
    assert names(leader, **query) == kept


def test_a_day_or_the_end_of_an_interval_is_the_day_of_validity(leader):
    lapsed = today() - timedelta(days=10)
    before = (lapsed - timedelta(days=1)).isoformat()
    gaps = len(names(leader, "gaps"))
    for day in (
        before,
        f"{LISTED_ON}/{before}",
        f"../{before}",
        f"/{before}",
        f"{before}T12:00:00+08:00",
        f"{LISTED_ON}T00:00:00Z/{before}T00:00:00Z",
    ):
        assert len(names(leader, "gaps", datetime=day)) == gaps - 1, day
    for day in (f"{before}/..", f"{before}/", today().isoformat()):
        assert len(names(leader, "gaps", datetime=day)) == gaps, day
    assert names(leader, datetime=(LISTED_ON - timedelta(days=1)).isoformat()) == []
    told = ask(leader, "/collections/communities/items", datetime=before)["features"][0]
    assert told["properties"]["on"] == before


def test_layers_without_days_take_a_day_and_ignore_it(leader):
    assert len(names(leader, "divisions", datetime="2025-06-01")) == 5


def test_fields_can_be_chosen(leader):
    page = ask(leader, "/collections/communities/items", properties="covered,name")
    assert all(list(one["properties"]) == ["name", "covered"] for one in page["features"])


@pytest.mark.parametrize("layer", LAYERS)
def test_one_feature_is_what_its_page_tells(leader, layer):
    for one in ask(leader, f"/collections/{layer}/items")["features"]:
        feature = ask(leader, f"/collections/{layer}/items/{one['id']}")
        assert linked(feature, "collection").endswith(f"/ogc/collections/{layer}")
        assert linked(feature, "self").endswith(f"/items/{one['id']}")
        del feature["links"]
        assert feature == one


def test_markup_in_a_name_stays_a_text(leader):
    assert HOSTILE in names(leader)


def test_a_table_comes_whole_as_csv(leader):
    answer = get(leader, "/collections/communities/items", f="csv", filter="covered")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "communities_" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines()))
    assert [one["name"] for one in rows] == [one for one in ALL if one not in {"东宿舍", "西新村"}]
    assert rows[0]["geometry"].startswith("MULTIPOLYGON (((")


def test_a_table_can_be_paged_too(leader):
    seen, href = [], "/ogc/collections/communities/items?f=csv&limit=3"
    while href:
        answer = leader.get(href)
        seen += [
            one["name"] for one in csv.DictReader(answer.content.decode("utf-8-sig").splitlines())
        ]
        following = re.fullmatch(r'<(.*)>; rel="next"', answer.headers.get("link", ""))
        href = following and following[1]
    assert seen == ALL


@pytest.mark.parametrize(
    ("accept", "told"),
    [
        ("*/*", "application/geo+json"),
        ("application/json", "application/geo+json"),
        ("application/geo+json, */*;q=0.1", "application/geo+json"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/html, text/csv;q=0.5, */*;q=0.1", "text/csv; charset=utf-8"),
        ("application/geopackage+sqlite3", "application/geopackage+sqlite3"),
        ("application/vnd.flatgeobuf;q=0.9, text/csv;q=0", "application/vnd.flatgeobuf"),
    ],
)
def test_the_header_chooses_the_format(leader, accept, told):
    answer = leader.get("/ogc/collections/gaps/items", headers={"Accept": accept})
    assert answer.headers["content-type"] == told


def test_the_parameter_wins_over_the_header(leader):
    answer = leader.get("/ogc/collections/gaps/items?f=json", headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "application/geo+json"


def test_files_that_were_sent_are_gone(leader, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for form in ("csv", "fgb", "gpkg"):
        assert get(leader, "/collections/communities/items", f=form).content
    assert list(tmp_path.iterdir()) == []


def test_too_much_for_one_file_is_refused(leader, monkeypatch):
    monkeypatch.setattr("server.api.ogc.items.MOST_FEATURES", {"fgb": 5})
    answer = get(leader, "/collections/communities/items", f="fgb")
    assert answer.status_code == 413
    assert answer.json()["facts"] == {"matched": 7, "form": "fgb", "most": 5}


def test_a_neighbourhood_gets_its_own_rows_only(log_in, world):
    browser = log_in(Role.NEIGHBOURHOOD)
    assert names(browser) == world.names[world.west]
    assert ask(browser, "/collections/communities/items")["numberMatched"] == 3
    assert ask(browser, "/collections/footprints/items")["features"] == []


@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_stranger_finds_no_name_of_another_town_by_any_filter(log_in, world, form):
    browser = log_in(Role.TOWN)
    stranger = world.names[world.west][0]
    for query in (
        {},
        {"name": stranger},
        {"filter": f"name = '{stranger}'"},
        {"filter": "TRUE"},
        {"bbox": "0,0,180,90"},
        {"datetime": str(date(2025, 6, 1))},
        {"town": world.west},
    ):
        answer = get(browser, "/collections/communities/items", f=form, **query)
        assert answer.status_code == 200
        rows = json.loads(answer.text)["features"] if form == "json" else answer.text
        for name in world.names[world.west]:
            assert name not in str(rows), query
    assert get(browser, f"/collections/communities/items/{world.ids[stranger]}").status_code == 404
