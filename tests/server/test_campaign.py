"""A whole campaign by the interface, with the clock set: nodes, reports, months, bulletin."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from geodata.domain.access import Role
from geodata.domain.category import Category
from geodata.domain.errors import DomainError
from geodata.domain.management import ManagementType as M
from geodata.domain.period import CLOCK_VARIABLE, now, today
from geodata.store.session import Change, writing
from geodata.store.tables import Division, Site
from tests.builders import NOTICE_ON, a_site
from tests.own_world import logged_in
from tests.postgis import TestServer
from tests.server.visit_desk import VisitDesk, visit_desk

FILE = Path(__file__).resolve().parents[2] / "scripts" / "demo" / "campaign_2017.toml"
SOFFICE = shutil.which("soffice")
WORDS = {"progress": "逐小区推进。", "problems": "两处资金不足。", "next_steps": "月底前完成。"}


class Clock:
    """Sets what time it is."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def __call__(self, moment: str) -> None:
        """Let it be a moment in Shanghai."""
        self._patch.setenv(CLOCK_VARIABLE, moment)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def desk(server: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VisitDesk]:
    with visit_desk(server, "campaign", tmp_path_factory.mktemp("files")) as desk:
        with writing(desk.app.state.owner, Change("tester", "2017", NOTICE_ON)) as session:
            east = session.get_one(Division, desk.world.east)
            west = session.get_one(Division, desk.world.west)
            for number in range(9):
                a_site(session, f"旧小区{number}", town=east, ticked={M.SIMPLE})
            lone = Category.STANDALONE_BUILDING.value
            a_site(session, "旧楼", town=east, ticked=(), category=lone)
            a_site(session, "西旧小区", town=west, ticked={M.PROFESSIONAL})
        yield desk


def _load(lead) -> int:
    answer = lead.post("/api/campaigns", json={"content": FILE.read_text("utf-8")})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def _states(client, campaign: int, node: str):
    cells = client.get(f"/api/campaigns/{campaign}/nodes").json()
    return {one["unit"]: one["state"] for one in cells if one["node"] == node}


def test_the_clock_can_be_set_and_refuses_nonsense(clock) -> None:
    clock("2017-11-26T15:59:59+00:00")
    assert today().isoformat() == "2017-11-26"
    clock("2017-11-27T00:00:00")
    assert now().isoformat() == "2017-11-27T00:00:00+08:00"
    clock("soon")
    with pytest.raises(DomainError, match=r"period\.clock"):
        now()


def test_nodes_are_on_time_late_or_not_done_to_the_second(desk, clock) -> None:
    east, west = desk.world.east, desk.world.west
    with logged_in(desk.app, Role.DISTRICT_LEAD) as lead, logged_in(desk.app, Role.TOWN) as town:
        clock("2017-11-08T09:00:00")
        campaign = _load(lead)
        assert _load(lead) == campaign
        flags = lead.get("/api/campaigns").json()[0]["flags"]
        assert {"S02", "S26", "S37"} <= {one["clause"] for one in flags}
        assert _states(lead, campaign, "scheme") == {east: "open", west: "open"}
        assert _states(lead, campaign, "inspection") == {east: "not_yet", west: "not_yet"}
        clock("2017-11-10T23:59:59")
        mark = {"node": "scheme", "unit": east}
        assert town.post(f"/api/campaigns/{campaign}/nodes", json=mark).status_code == 204
        other = town.post(f"/api/campaigns/{campaign}/nodes", json={**mark, "unit": west})
        assert other.status_code == 404
        clock("2017-11-11T00:00:00")
        assert _states(lead, campaign, "scheme") == {east: "on_time", west: "overdue"}
        lead.post(f"/api/campaigns/{campaign}/nodes", json={**mark, "unit": west})
        assert _states(lead, campaign, "scheme")[west] == "late"
        assert _states(lead, campaign, "coverage") == {east: "open", west: "on_time"}
        clock("2017-12-01T00:00:00")
        assert _states(lead, campaign, "coverage") == {east: "overdue", west: "on_time"}


def test_reminders_come_five_two_and_no_days_before(desk, clock) -> None:
    with logged_in(desk.app, Role.DISTRICT_LEAD) as lead:
        clock("2017-11-01T08:00:00")
        campaign = _load(lead)
        reminded = []
        for day in range(20, 28):
            clock(f"2017-11-{day}T08:00:00")
            cells = lead.get(f"/api/campaigns/{campaign}/nodes").json()
            report = next(one for one in cells if one["node"] == "report_11")
            if report["reminded_days_left"] is not None:
                reminded.append((day, report["reminded_days_left"]))
        assert reminded == [(21, 5), (24, 2), (26, 0)]


def test_the_present_stage_asks_towns_to_check_and_the_district_to_inspect(desk, clock) -> None:
    def staged(client) -> int:
        told = client.get("/api/visits/due", params={"reason": "stage"}).json()
        return int(told["total"])

    def seen(client, kind: str, site: int, day: str) -> None:
        record = {"client_id": str(uuid4()), "site": site, "kind": kind, "result": "passed"}
        record |= {"seen_at": f"{day}T08:00:00+08:00", "confirms_cover": True}
        answer = client.post("/api/inspections", json=record)
        assert answer.status_code == 201, answer.text

    with logged_in(desk.app, Role.DISTRICT_LEAD) as lead, logged_in(desk.app, Role.TOWN) as town:
        clock("2017-11-08T09:00:00")
        _load(lead)
        assert (staged(town), staged(lead)) == (0, 0)
        clock("2017-12-05T09:00:00")
        assert (staged(town), staged(lead)) == (10, 0)
        sites = [one["site"] for one in town.get("/api/visits/due").json()["visits"]]
        seen(town, "self_check", sites[0], "2017-12-05")
        assert staged(town) == 9
        assert town.post("/api/self-checks", json={"town": desk.world.east}).status_code == 201
        assert staged(town) == 0
        clock("2017-12-12T09:00:00")
        assert (staged(town), staged(lead)) == (0, 11)
        seen(lead, "inspection", sites[0], "2017-12-12")
        assert staged(lead) == 10
        order = {"division": desk.world.east, "kind": "inspection"}
        assert lead.post("/api/inspection-batches", json={**order, "sample": 2}).status_code == 201
        assert staged(lead) == 1, "where a sample was drawn the sample is what waits"
        assert lead.post("/api/inspection-batches", json=order).status_code == 201
        assert staged(lead) > 1, "a whole list waits site by site"


def test_a_report_is_filled_sent_returned_and_in_time_to_the_second(desk, clock) -> None:
    east = desk.world.east
    place = f"/api/monthly-reports/2017-11/{east}"
    with logged_in(desk.app, Role.DISTRICT_LEAD) as lead, logged_in(desk.app, Role.TOWN) as town:
        clock("2017-11-26T23:59:59")
        told = town.get(place).json()
        assert told["figures"]["sites"] == 10
        assert told["figures"]["covered"] == 9
        assert told["figures"]["standalone"] == 1
        lacking = town.post(place, json={**WORDS, "problems": " "})
        assert lacking.json()["code"] == "report.narrative_missing"
        sent = town.post(place, json=WORDS)
        assert (sent.status_code, sent.json()["timing"]) == (201, "on_time")
        assert town.post(place, json=WORDS).json()["code"] == "report.submitted"
        assert lead.post(f"{place}/return", json={"comment": "请补充下一步"}).status_code == 204
        told = town.get(place).json()
        assert (told["state"], told["comment"]) == ("returned", "请补充下一步")
        clock("2017-11-27T00:00:00")
        assert town.post(place, json=WORDS).json()["timing"] == "late"
        other = f"/api/monthly-reports/2017-11/{desk.world.west}"
        assert town.get(other).status_code == 404
        assert town.post(other, json=WORDS).status_code == 404
        ahead = town.post(f"/api/monthly-reports/2018-01/{east}", json=WORDS)
        assert ahead.json()["code"] == "report.month_ahead"


def test_a_report_can_be_stamped_and_kept(desk, clock, tmp_path) -> None:
    east = desk.world.east
    place = f"/api/monthly-reports/2017-11/{east}"
    with logged_in(desk.app, Role.TOWN) as town:
        clock("2017-11-20T10:00:00")
        assert "尚未报送" in _text(town.get(f"{place}.docx").content)
        town.post(place, json=WORDS)
        answer = town.get(f"{place}.docx")
        assert answer.content == town.get(f"{place}.docx").content
        words = _text(answer.content)
        for one in ("东街街道2017年11月份", *WORDS.values(), "2017年11月20日", "盖章"):
            assert one in words
        table = Document(BytesIO(answer.content)).tables[0]
        cells = [[cell.text for cell in row.cells] for row in table.rows]
        assert [row[:2] for row in cells[1:3]] == [["小区楼房(个)", "10"], ["已覆盖(个)", "9"]]
        book = load_workbook(BytesIO(town.get(f"{place}.xlsx").content))
        rows = [row[:2] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)]
        assert rows[:2] == [("小区楼房(个)", 10), ("已覆盖(个)", 9)]
        assert ("本月工作进展", WORDS["progress"]) in rows
        for suffix in ("docx", "xlsx"):
            other = town.get(f"/api/monthly-reports/2017-11/{desk.world.west}.{suffix}")
            assert other.status_code == 404


def _text(content: bytes) -> str:
    return "\n".join(one.text for one in Document(BytesIO(content)).paragraphs)


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_reads_the_bulletins_tables_as_the_map_counts(desk, clock, tmp_path) -> None:
    with logged_in(desk.app, Role.DISTRICT_LEAD) as lead:
        clock("2017-12-01T09:00:00")
        lead.post("/api/months/2017-11/close")
        path = tmp_path / "bulletin.docx"
        path.write_bytes(lead.get("/api/months/2017-11/bulletin.docx").content)
        asked = {"district": desk.world.district, "on": "2017-11-30"}
        cube = lead.get("/api/map/cube", params=asked).json()["rows"]
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [SOFFICE, profile, "--headless", "--convert-to", "html", "--outdir", tmp_path, path]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    tables = pd.read_html(tmp_path / "bulletin.html", encoding="utf-8")
    total = tables[0].iloc[-1].astype(str).tolist()
    counts = dict(zip(cube["columns"], cube["values"], strict=True))
    sites = sum(counts["sites"])
    covered = sum(
        many for many, is_in in zip(counts["sites"], counts["covered"], strict=True) if is_in
    )
    assert total[:3] == ["合计", str(sites), str(covered)]


def test_deadlines_are_shanghais_wherever_the_server_stands() -> None:
    code = (
        "from geodata.domain.monthly import timing;"
        "from geodata.domain.period import now, month_of, today;"
        "print(timing(month_of('2017-11'), now(), now()).value, today())"
    )
    told = []
    for zone in ("America/New_York", "Pacific/Kiritimati", "UTC"):
        for moment in ("2017-11-26T15:59:59+00:00", "2017-11-26T16:00:00+00:00"):
            environ = {**os.environ, "TZ": zone, CLOCK_VARIABLE: moment}
            ran = subprocess.run(
                [sys.executable, "-c", code],
                env=environ,
                capture_output=True,
                text=True,
                check=True,
            )
            told.append(ran.stdout.split())
    assert told == 3 * [["on_time", "2017-11-26"], ["late", "2017-11-27"]]


def _check_words(content: bytes) -> None:
    document = Document(BytesIO(content))
    words = "\n".join(one.text for one in document.paragraphs)
    assert "关于2017年11月份周村区住宅小区物业管理全覆盖工作情况的通报" in words
    assert "西街街道未报送月报" in words
    assert "2017年12月1日" in words
    table = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert [row[:3] for row in table[1:]] == [
        ["东街街道", "10", "9"],
        ["西街街道", "1", "1"],
        ["合计", "11", "10"],
    ]
    assert [row[1] for row in (r.cells for r in document.tables[1].rows)][1].text == "西街街道"
    run: Any = document.paragraphs[0].runs[0]
    assert run._r.rPr.rFonts.get(qn("w:eastAsia")) == "方正小标宋简体"


def test_a_closed_month_stays_and_its_bulletin_is_the_same_again(desk, clock) -> None:
    east = desk.world.east
    with logged_in(desk.app, Role.DISTRICT_LEAD) as lead, logged_in(desk.app, Role.TOWN) as town:
        clock("2017-11-26T10:00:00")
        town.post(f"/api/monthly-reports/2017-11/{east}", json=WORDS)
        clock("2017-12-01T09:00:00")
        assert lead.get("/api/months/2017-11/bulletin.docx").status_code == 404
        assert town.post("/api/months/2017-11/close").status_code == 403
        closed = lead.post("/api/months/2017-11/close").json()
        assert lead.post("/api/months/2017-11/close").json()["code"] == "month.closed"
        first = lead.get("/api/months/2017-11/bulletin.docx").content
        with writing(desk.app.state.owner, Change("tester", "later", NOTICE_ON)) as session:
            site = session.scalars(select(Site).where(Site.name == "旧小区3")).one()
            site.name = "改名小区"
            a_site(session, "后补小区", town=session.get_one(Division, east), ticked=())
        clock("2018-03-01T09:00:00")
        again = lead.get("/api/months/2017-11/bulletin.docx").content
        assert first == again
        _check_words(first)
        with ZipFile(BytesIO(first)) as parts:
            links = parts.read("word/_rels/document.xml.rels").decode()
        assert f"/snapshots/{closed['snapshot']}?ref={east}.covered" in links
        rows = lead.get(
            f"/api/snapshots/{closed['snapshot']}/rows", params={"ref": f"{east}.covered"}
        ).json()
        assert rows["count"] == 9
        assert "旧小区3" in {one["name"] for one in rows["rows"]}
        wrong = lead.get(f"/api/snapshots/{closed['snapshot']}/rows", params={"ref": "x.y"})
        assert wrong.json()["code"] == "month.no_such_figure"
        pdf = lead.get("/api/months/2017-11/bulletin.pdf").content
        assert pdf.startswith(b"%PDF")
        assert pdf == lead.get("/api/months/2017-11/bulletin.pdf").content
        refused = town.post(f"/api/monthly-reports/2017-11/{east}", json=WORDS)
        assert refused.json()["code"] in ("month.closed", "report.submitted")
    with (
        pytest.raises(DBAPIError, match="stays as it was closed"),
        Session(desk.app.state.owner) as session,
    ):
        session.execute(text("UPDATE snapshot_row SET is_covered = true"))


def test_points_are_traceable_and_a_town_sees_its_own(desk, clock) -> None:
    east = desk.world.east
    with logged_in(desk.app, Role.DISTRICT_LEAD) as lead, logged_in(desk.app, Role.TOWN) as town:
        clock("2017-11-20T10:00:00")
        _load(lead)
        town.post(f"/api/monthly-reports/2017-11/{east}", json=WORDS)
        clock("2017-12-31T10:00:00")
        told = lead.get("/api/assessment", params={"year": 2017}).json()
        assert len(told["towns"]) == 2
        for one in told["towns"]:
            for item in one["items"]:
                share = item["part"] / item["whole"] if item["whole"] else 1
                assert item["points"] == pytest.approx(item["of"] * share, abs=0.01)
            assert one["points"] == pytest.approx(sum(item["points"] for item in one["items"]))
        own = town.get("/api/assessment", params={"year": 2017}).json()["towns"]
        assert [one["town"] for one in own] == [east]
        items = {item["item"]: item for item in own[0]["items"]}
        assert (items["coverage"]["part"], items["coverage"]["whole"]) == (9, 10)
        assert (items["reports"]["part"], items["reports"]["whole"]) == (1, 2)


@pytest.mark.parametrize(
    "content",
    ["", "key = 1", FILE.read_text("utf-8").replace('when = "11月上旬"', 'when = "下周"', 1)],
)
def test_files_that_are_no_campaign_are_refused(desk, content: str) -> None:
    with logged_in(desk.app, Role.DISTRICT_LEAD) as lead:
        assert lead.post("/api/campaigns", json={"content": content}).status_code == 422
    with logged_in(desk.app, Role.TOWN) as town:
        assert town.post("/api/campaigns", json={"content": "x"}).status_code == 403


def test_a_campaign_sets_the_reading_of_a_vote_and_the_costs(desk) -> None:
    content = FILE.read_text("utf-8").replace("simple = { once = 4000", "simple = { once = 123")
    content = content.replace('voting_rule = "notice_strict"', 'voting_rule = "civil_code"')
    with logged_in(desk.app, Role.DISTRICT_LEAD) as lead:
        assert lead.post("/api/campaigns", json={"content": content}).status_code == 201
        (lone,) = desk.ids("东街5号楼")
        place = f"/api/sites/{lone}"
        version = lead.get(place).headers["etag"]
        told = {"measures": "落实简易物业管理", "management_type": "simple"}
        made = lead.post(f"{place}/plans", json=told, headers={"If-Match": version}).json()
        assert lead.get(f"/api/plans/{made['id']}").status_code == 200
        actions = lead.get("/api/path-to-full", params={"district": desk.world.district}).json()
        simple = next(one for one in actions["actions"] if one["action"] == "simple")
        assert simple["cost_yuan"] % 90 == 123 % 90
        wrong = content.replace('"civil_code"', '"coin_toss"')
        assert lead.post("/api/campaigns", json={"content": wrong}).status_code == 422
