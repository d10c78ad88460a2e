"""Leaving and returning, bringing back, two days compared, lapses: by the interface and pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlalchemy import Engine, text, update

from geodata.domain.access import Role
from geodata.domain.period import today
from geodata.ledger.form import COLUMNS
from geodata.store.session import Change, writing
from geodata.store.tables import ManagementArrangement, Site, SiteContact
from server.app import create_app
from server.settings import Settings
from tests.builders import an_inspection, square
from tests.postgis import as_server
from tests.world import PASSWORD, World

DAY = timedelta(days=1)
HTML = {"accept": "text/html"}
_NAMES = re.compile(r"(map_|script_overlay_|macro_element_|layer_control_)?[0-9a-f]{32}")
"""Folium gives each map a name of its own."""
Browser = Callable[[Role], TestClient]
Values = dict[str, Any]


@pytest.fixture
def database_url(copied: tuple[str, World]) -> str:
    return copied[0]


@pytest.fixture
def own(copied: tuple[str, World]) -> World:
    """A district of the test's own, to write into."""
    return copied[1]


@pytest.fixture
def browser(own: World, database_url: str, tmp_path: Path) -> Iterator[Browser]:
    """Logs in to an application over it."""
    assert own
    app: FastAPI = create_app(Settings(database_url=as_server(database_url), files=tmp_path))
    opened: list[TestClient] = []

    def log_in(role: Role) -> TestClient:
        client = TestClient(app, follow_redirects=False)
        opened.append(client)
        credentials = {"username": role.value, "password": PASSWORD}
        assert client.post("/api/login", json=credentials).status_code == 200
        return client

    yield log_in
    for client in opened:
        client.close()
    app.state.engine.dispose()


@pytest.fixture
def lead(browser: Browser) -> TestClient:
    """The district lead's browser."""
    return browser(Role.DISTRICT_LEAD)


def _edit(engine: Engine, site: int, since: date | None = None, /, **values: Any) -> None:
    with writing(engine, Change("wang", "核对", since)) as session:
        values["row_version"] = Site.row_version + 1
        session.execute(
            update(Site)
            .where(Site.id == site)
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def _figures(client: TestClient, on: date) -> tuple[int, int]:
    total = client.get(f"/api/coverage?on={on}").json()["total"]
    return total["sites"], total["covered_sites"]


def test_the_last_type_ends_and_yesterday_stays(
    lead: TestClient, engine: Engine, own: World
) -> None:
    yesterday, site = today() - DAY, own.ids["东苑小区"]
    map_then = lead.get(f"/api/map/sites.geojson?district={own.district}&on={yesterday}").content
    before, raised = _figures(lead, today()), lead.get("/api/lapses").json()["total"]
    with writing(engine, Change("wang", "合同到期")) as session:
        session.execute(
            update(ManagementArrangement)
            .where(ManagementArrangement.site_id == site)
            .values(ends_on=yesterday, company="万邻物业")
        )
    assert _figures(lead, today()) == (before[0], before[1] - 1)
    same = lead.get(f"/api/map/sites.geojson?district={own.district}&on={yesterday}").content
    assert same == map_then
    answer = lead.get("/api/lapses").json()
    assert answer["total"] == raised + 1
    newest = answer["lapses"][0]
    assert (newest["id"], newest["lost_on"], newest["days"]) == (site, today().isoformat(), 0)
    assert newest["ended"] == [{"management_type": "professional", "company": "万邻物业"}]
    assert lead.get(f"/api/lapses?on={yesterday}").json()["total"] == raised
    assert f">{raised + 1}</span>" in lead.get("/lapses/count").text


def test_a_lapse_is_told_from_a_site_never_managed(lead: TestClient) -> None:
    found = lead.get("/api/lapses").json()["lapses"]
    assert [one["name"] for one in found] == ["西新村"]
    assert "西新村" in lead.get("/lapses").text
    assert "东宿舍" not in lead.get("/lapses").text


def test_a_town_is_told_of_its_own_lapses(browser: Browser) -> None:
    assert browser(Role.TOWN).get("/api/lapses").json()["total"] == 0
    assert browser(Role.NEIGHBOURHOOD).get("/api/lapses").json()["total"] == 1


def test_a_site_leaves_by_a_date_and_comes_back(
    lead: TestClient, engine: Engine, own: World
) -> None:
    site, on = own.ids["东苑小区"], today() - 3 * DAY
    sites, covered = _figures(lead, today())
    body = {"reason": "旧城改造", "kind": "demolished", "on": on.isoformat()}
    assert lead.post(f"/api/sites/{site}/delist", json=body).json()["row_version"] == 2
    assert _figures(lead, today()) == (sites - 1, covered - 1)
    assert _figures(lead, on - DAY) == (sites, covered)
    record = lead.get(f"/api/sites/{site}").json()
    assert (record["on"], record["left_on"]) == ((on - DAY).isoformat(), on.isoformat())
    assert record["covered"] is True
    page = lead.get(f"/sites/{site}", headers=HTML).text
    assert "已移出台账" in page
    assert f'action="/sites/{site}/relist"' in page
    assert "拆除: 旧城改造" in lead.get("/departures").text
    (gone,) = lead.get("/api/departures?covered=true").json()["departures"]
    assert (gone["id"], gone["left_on"]) == (site, on.isoformat())
    assert "东苑小区" not in lead.get(f"/departures?on={on - DAY}").text
    assert lead.post(f"/api/sites/{site}/delist", json=body).status_code == 404

    back = {"reason": "误操作", "on": on.isoformat(), "resumes": True}
    assert lead.post(f"/api/sites/{site}/relist", json=back).status_code == 200
    for day in (on - DAY, on, today()):
        assert _figures(lead, day) == (sites, covered)
    with engine.connect() as connection:
        acts = connection.scalars(
            text("SELECT action FROM audit_line WHERE subject = :site ORDER BY id"),
            {"site": str(site)},
        ).all()
    assert acts == ["delist_site", "relist_site"]


@pytest.mark.parametrize(
    ("role", "name", "headers", "on", "status"),
    [
        (Role.LEADER, "东苑小区", {}, 0, 403),
        (Role.TOWN, "西里小区", {}, 0, 404),
        (Role.TOWN, "东苑小区", {"if-match": '"7"'}, 0, 412),
        (Role.TOWN, "东苑小区", {"if-match": "seven"}, 0, 422),
        (Role.TOWN, "东苑小区", {}, 1, 422),
        (Role.TOWN, "东苑小区", {"if-match": '"1"'}, 0, 200),
    ],
)
def test_who_may_take_a_site_out_and_when(
    browser: Browser,
    own: World,
    role: Role,
    name: str,
    headers: dict[str, str],
    on: int,
    status: int,
) -> None:
    body = {"reason": "重复", "kind": "duplicate", "on": (today() + on * DAY).isoformat()}
    path = f"/api/sites/{own.ids[name]}/delist"
    assert browser(role).post(path, json=body, headers=headers).status_code == status


def test_history_tells_who_when_old_new_and_why(
    lead: TestClient, engine: Engine, own: World
) -> None:
    site = own.ids["东苑小区"]
    _edit(engine, site, households=118, phone="13987654321")
    rows = lead.get(f"/api/sites/{site}/history?field=households").json()["changes"]
    assert [(row["old"], row["new"]) for row in rows] == [(100, 118), (None, 100)]
    assert (rows[0]["by"], rows[0]["reason"]) == ("wang", "核对")
    assert rows[0]["effective_on"] == today().isoformat()
    answer = lead.get(f"/api/sites/{site}/history")
    assert "13987654321" not in answer.text
    phones = [one for one in answer.json()["changes"] if one["field"] == "phone"]
    assert [(one["old"], one["new"]) for one in phones] == [
        ("138****1234", "139****4321"),
        (None, "138****1234"),
    ]
    past = lead.get(f"/api/sites/{site}/history?to={today() - DAY}&field=households").json()
    assert [row["new"] for row in past["changes"]] == [100]


def test_history_comes_in_pages_without_gap_or_overlap(
    lead: TestClient, engine: Engine, own: World
) -> None:
    site = own.ids["东苑小区"]
    for households in range(5):
        _edit(engine, site, households=households)
    whole = lead.get(f"/api/sites/{site}/history").json()["changes"]
    parts, cursor = [], ""
    while cursor is not None:
        page = lead.get(f"/api/sites/{site}/history?limit=2{cursor}").json()
        parts += page["changes"]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert parts == whole
    assert [one["version"] for one in whole] == sorted((o["version"] for o in whole), reverse=True)


def test_a_moved_boundary_tells_its_areas_and_shapes(
    lead: TestClient, engine: Engine, own: World
) -> None:
    site = own.ids["东苑小区"]
    half = f"SRID=4490;{square(0.12, 0.02, 0.01).wkt}"
    _edit(engine, site, geom=half)
    first = lead.get(f"/api/sites/{site}/history?field=boundary").json()["changes"][0]
    assert first["changed"] is True
    assert first["area_m2"]["before"] == pytest.approx(4 * first["area_m2"]["after"], rel=1e-3)
    assert first["new"] is None
    drawn = lead.get(f"/api/sites/{site}/history?field=boundary&geometry=true").json()["changes"]
    assert drawn[0]["new"]["type"] == "MultiPolygon"
    assert "<svg" in lead.get(f"/sites/{site}/history").text


def test_the_reason_of_an_old_import_is_told_in_words(
    lead: TestClient, engine: Engine, own: World
) -> None:
    site = own.ids["东苑小区"]
    for reason in ("import_listing 名单.csv", "edit_site", "edit_site 之后"):
        with writing(engine, Change("cli", reason)) as session:
            session.execute(update(Site).where(Site.id == site).values(note=reason))
    page = lead.get(f"/sites/{site}/history").text
    assert "导入名单 名单.csv" in page
    assert ">网页填报" in page
    assert ">edit_site 之后" in page


def test_each_town_reads_of_its_own_time_only(browser: Browser, engine: Engine, own: World) -> None:
    site = own.ids["东苑小区"]
    _edit(engine, site, today() - 20 * DAY, note="东街的备注")
    moved: Values = {"town_code": own.west, "neighbourhood_code": None, "name": "西苑小区"}
    _edit(engine, site, today() - 10 * DAY, **moved)
    _edit(engine, site, note="西街的备注")
    with writing(engine, Change("wang", "登记")) as session:
        session.add(SiteContact(site_id=site, slot="owners_committee", person="西街的人"))
    town = browser(Role.TOWN)
    told = town.get(f"/api/sites/{site}/history")
    assert "东街的备注" in told.text
    for later in ("西街的备注", "西苑小区", "西街的人"):
        assert later not in told.text
    moves = [one for one in told.json()["changes"] if one["field"] == "town_code"]
    assert (moves[0]["old"], moves[0]["new"]) == (own.east, own.west)
    assert town.get(f"/api/sites/{site}").status_code == 404
    assert town.get(f"/api/sites/{site}?on={today() - 11 * DAY}").json()["name"] == "东苑小区"
    assert "西苑小区" in browser(Role.LEADER).get(f"/api/sites/{site}/history").text
    stranger = browser(Role.NEIGHBOURHOOD)
    assert stranger.get(f"/api/sites/{site}/history").status_code == 404


def test_a_version_is_brought_back_as_a_new_one(
    lead: TestClient, engine: Engine, own: World
) -> None:
    site = own.ids["东苑小区"]
    before = lead.get(f"/api/sites/{site}").json()
    first = lead.get(f"/api/sites/{site}/history?field=name").json()["changes"][-1]["version"]
    far = f"SRID=4490;{square(0.19, 0.09, 0.001).wkt}"
    _edit(engine, site, name="改错", households=1, geom=far, fee_min_yuan=9)
    body: dict[str, Any] = {"version": first, "reason": "改回", "fields": ["households"]}
    path = f"/api/sites/{site}/restore"
    assert lead.post(path, json=body, headers={"if-match": "1"}).status_code == 412
    answer = lead.post(path, json=body, headers={"if-match": "2"}).json()
    assert (answer["changed"], answer["row_version"]) == (["households"], 3)
    assert lead.post(path, json=body).json()["code"] == "change.nothing_differs"
    whole = lead.post(path, json={**body, "fields": []}).json()
    assert whole["changed"] == ["fee_min_yuan", "geom", "name"]
    after = lead.get(f"/api/sites/{site}").json()
    assert {**after, "row_version": 1} == before
    for field in ("town_code", "delisted_on", "nothing"):
        refused = lead.post(path, json={**body, "fields": [field]}).json()
        assert refused["code"] == "change.not_restorable"
    assert lead.post(path, json={**body, "version": 10**9}).status_code == 404


def test_the_forms_of_a_record_do_the_same(lead: TestClient, engine: Engine, own: World) -> None:
    site = own.ids["东苑小区"]
    _edit(engine, site, households=1)
    part = lead.get(f"/sites/{site}/history?field=households").text
    assert part.count("恢复到此值") == 2
    first = lead.get(f"/api/sites/{site}/history?field=households").json()["changes"][-1]["version"]
    form = {"version": first, "reason": "改回", "seen": 2, "field": "households"}
    assert lead.post(f"/sites/{site}/restore", data=form).status_code == 303
    assert lead.get(f"/api/sites/{site}").json()["households"] == 100
    leave = {"on": today().isoformat(), "kind": "mistaken", "reason": "误录", "seen": 3}
    assert lead.post(f"/sites/{site}/delist", data=leave).status_code == 303
    assert lead.get(f"/api/sites/{site}").json()["left_on"] == today().isoformat()
    assert "恢复到此版本" not in lead.get(f"/sites/{site}/history").text
    back = {"on": today().isoformat(), "reason": "查实", "seen": 4, "resumes": "true"}
    assert lead.post(f"/sites/{site}/relist", data=back).status_code == 303
    assert lead.get(f"/api/sites/{site}").json()["left_on"] is None
    stale = lead.post(f"/sites/{site}/delist", data=leave, headers=HTML)
    assert stale.status_code == 412
    assert "别人已修改过" in stale.text


def test_two_days_differ_by_what_happened_between(
    lead: TestClient, engine: Engine, own: World
) -> None:
    _edit(engine, own.ids["东安里"], name="东安新里", phone="13900001111")
    lead.post(
        f"/api/sites/{own.ids['西里小区']}/delist", json={"reason": "拆", "kind": "demolished"}
    )
    moved: Values = {"town_code": own.west, "neighbourhood_code": None}
    _edit(engine, own.ids["东苑小区"], **moved)
    day_from = today() - 20 * DAY
    answer = lead.get(f"/api/changes?from={day_from}").json()
    found = {one["name"]: one["kinds"] for one in answer["changes"]}
    assert found == {
        "东安新里": ["other"],
        "西里小区": ["left"],
        "东苑小区": ["moved"],
        "西新村": ["lost", "types"],
    }
    by_code = {row["code"]: row for row in (*answer["rows"], answer["total"])}
    east, west, total = (by_code[code] for code in (own.east, own.west, "total"))
    assert (east["moved_out"], east["moved_out_covered"], west["moved_in"]) == (1, 1, 1)
    assert (total["left"], total["left_covered"], total["lost"], total["moved"]) == (1, 1, 1, 1)
    for row in by_code.values():
        for side, day in (("from", day_from), ("to", today())):
            scope = "" if row is total else f"&town={row['code']}"
            counted = lead.get(f"/api/coverage?on={day}{scope}").json()["total"]
            assert row[f"sites_{side}"] == counted["sites"]
            assert row[f"covered_{side}"] == counted["covered_sites"]
        came = row["joined"] + row["moved_in"] - row["left"] - row["moved_out"]
        assert row["sites_to"] - row["sites_from"] == came
        gained = row["gained"] + row["joined_covered"] + row["moved_in_covered"]
        lost = row["lost"] + row["left_covered"] + row["moved_out_covered"]
        assert row["covered_to"] - row["covered_from"] == gained - lost
    page = lead.get(f"/changes?from={day_from}").text
    assert "名称: 东安里 → 东安新里" in page
    assert "13900001111" not in page


def test_the_workbook_of_changes_holds_the_official_columns_and_what_changed(
    lead: TestClient, engine: Engine, own: World
) -> None:
    _edit(engine, own.ids["东苑小区"], name="=1+1", phone="13900001111")
    lead.post(
        f"/api/sites/{own.ids['西里小区']}/delist", json={"reason": "拆", "kind": "demolished"}
    )
    answer = lead.get(f"/changes.xlsx?from={today() - DAY}")
    assert "%E5%8F%B0%E8%B4%A6%E5%8F%98%E5%8C%96" in answer.headers["content-disposition"]
    rows = list(load_workbook(BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True))
    assert rows[2][0] == COLUMNS[0].header
    assert rows[2][3] == COLUMNS[3].header
    assert rows[2][-2:] == ("变化", "变化内容")
    by_name = {row[3]: row for row in rows[3:]}
    assert set(by_name) == {"=1+1", "西里小区"}
    assert by_name["西里小区"][-2] == "移出台账"
    assert "东苑小区 → =1+1" in str(by_name["=1+1"][-1])
    assert all("13900001111" not in str(cell) for row in rows for cell in row)


@pytest.mark.parametrize("query", ["from=2026-02-01&to=2026-01-01"])
def test_days_in_the_wrong_order_are_refused(lead: TestClient, query: str) -> None:
    answer = lead.get(f"/api/changes?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "change.days_reversed")


def test_a_past_day_shows_the_past_everywhere(lead: TestClient, engine: Engine, own: World) -> None:
    site, past = own.ids["东苑小区"], today() - 5 * DAY
    asked = f"district={own.district}&on={past}"
    routes = [
        *("/map", "/towns", f"/towns/{own.east}", "/sites", f"/sites/{site}"),
        *(f"/sites/{site}/card", "/lapses", "/departures", "/map/export.html"),
        *(f"/sites/{site}/history", f"/api/sites/{site}", "/api/sites", "/api/sites.geojson"),
        *("/api/coverage", "/api/trend", "/api/map/sites.geojson", "/api/lapses"),
        *("/api/map/cube", "/api/map/gaps"),
    ]
    before = {path: _plain(lead, f"{path}?{asked}") for path in routes}
    workbook = _cells(lead, f"/ledger.xlsx?{asked}")
    assert "138****1234" in before[f"/sites/{site}"]
    far = f"SRID=4490;{square(0.19, 0.09, 0.001).wkt}"
    later: Values = {"name": "新名", "address": "新址", "geom": far, "phone": "13999998888"}
    _edit(engine, site, **later, households=7, company="新公司", built_year=1999, note="新注")
    with writing(engine, Change("wang", "今天")) as session:
        one = session.get_one(Site, site)
        own_types = ManagementArrangement.site_id == site
        session.execute(update(ManagementArrangement).where(own_types).values(ends_on=past + DAY))
        an_inspection(session, one, today() - DAY)
    lead.post(
        f"/api/sites/{own.ids['西里小区']}/delist", json={"reason": "拆", "kind": "demolished"}
    )
    for path in routes:
        assert _plain(lead, f"{path}?{asked}") == before[path], path
    assert _cells(lead, f"/ledger.xlsx?{asked}") == workbook
    assert "新名" in lead.get(f"/sites/{site}").text


def _plain(client: TestClient, path: str) -> str:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200, path
    text = answer.text
    nonce = answer.headers["content-security-policy"].split("'nonce-")[1].split("'")[0]
    return _NAMES.sub("", text.replace(nonce, ""))


def _cells(client: TestClient, path: str) -> list[Any]:
    book = load_workbook(BytesIO(client.get(path).content))
    return list(book.worksheets[0].iter_rows(values_only=True))


def test_the_past_is_marked_and_leads_back(lead: TestClient, own: World) -> None:
    past = today() - 40 * DAY
    text = lead.get(f"/sites?on={past}&covered=false").text
    assert f"您在看 {past.year}年{past.month}月{past.day}日 的台账" in text
    assert "回到今天" in text
    assert f"/map?on={past}" in text
    assert '<input type="hidden" name="covered" value="false">' in text
    assert "您在看" not in lead.get("/sites").text
    assert "的预计" in lead.get(f"/sites?on={today() + DAY}").text
    record = lead.get(f"/sites/{own.ids['东苑小区']}?on={past}").text
    assert "/delist" not in record
    assert "/delist" in lead.get(f"/sites/{own.ids['东苑小区']}").text
