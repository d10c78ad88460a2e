"""Samples drawn by a kept seed, self-checks signed, what is claimed held against what is seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from geodata.domain.access import Role
from geodata.domain.finding_steps import Slip, slip
from geodata.domain.inspection import FindingStatus
from geodata.domain.period import today
from geodata.domain.sampling import drawn
from geodata.store.tables import BatchSite
from tests.own_world import logged_in
from tests.postgis import TestServer
from tests.server.visit_desk import VisitDesk, visit_desk


@pytest.fixture
def desk(server: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VisitDesk]:
    with visit_desk(server, "batches", tmp_path_factory.mktemp("files")) as desk:
        yield desk


@pytest.fixture
def lead(desk: VisitDesk):
    with logged_in(desk.app, Role.DISTRICT_LEAD) as client:
        yield client


def _inspect(client, site: int, *, confirms: bool = True, **values):
    record = {
        "client_id": str(uuid4()),
        "site": site,
        "seen_at": f"{today().isoformat()}T00:00:30+08:00",
        "result": "passed",
        "confirms_cover": confirms,
        **values,
    }
    answer = client.post("/api/inspections", json=record)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_sample_is_drawn_by_a_seed_that_anybody_can_check(desk, lead) -> None:
    asked = {"division": desk.world.district, "kind": "supervision", "sample": 4}
    made = lead.post("/api/inspection-batches", json=asked)
    batch = lead.get(made.headers["location"]).json()
    with Session(desk.app.state.owner) as session:
        rows = session.scalars(select(BatchSite).where(BatchSite.batch_id == batch["id"])).all()
    strata: dict[str, list[int]] = {}
    for one in rows:
        strata.setdefault(one.stratum, []).append(one.site_id)
    again = drawn(strata, 4, batch["seed"])
    assert {one.site_id for one in rows if one.is_drawn} == {
        one for some in again.values() for one in some
    }
    assert batch["estimate"] is None
    due = lead.get("/api/visits/due", params={"reason": "sampled"}).json()
    chosen = {one["site_id"] for one in batch["sites"]}
    assert {one["site"] for one in due["visits"]} <= chosen
    every = lead.get("/api/visits/due").json()["visits"]
    more_telling = {"reinspection", "overdue_finding", "sampled"}
    assert chosen <= {one["site"] for one in every if one["reason"] in more_telling}
    for number, one in enumerate(batch["sites"]):
        _inspect(lead, one["site_id"], confirms=number > 0)
    told = lead.get("/api/truth").json()["sample"]
    assert told["inspected"] == told["drawn"] == len(batch["sites"])
    said = told["estimate"]
    assert said["low"] <= said["rate"] <= said["high"]
    assert said["rate"] < 1
    assert lead.get("/api/visits/due", params={"reason": "sampled"}).json()["total"] == 0


def test_a_town_is_inspected_after_it_has_signed(desk, lead) -> None:
    asked = {"division": desk.world.east, "kind": "inspection"}
    refused = lead.post("/api/inspection-batches", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (409, "batch.unsigned")
    overridden = lead.post("/api/inspection-batches", json={**asked, "override_reason": "群众举报"})
    assert overridden.status_code == 201
    with logged_in(desk.app, Role.TOWN) as town:
        before = lead.get("/api/truth").json()["total"]
        assert before["approved"] == 0
        other = town.post("/api/self-checks", json={"town": desk.world.west})
        assert other.status_code == 404
        assert town.post("/api/self-checks", json={"town": desk.world.east}).status_code == 201
        again = town.post("/api/self-checks", json={"town": desk.world.east})
        assert (again.status_code, again.json()["code"]) == (409, "batch.signed")
        assert town.post("/api/inspection-batches", json=asked).status_code == 403
        mine = town.get("/api/truth").json()["rows"]
        assert [one["town"] for one in mine] == [desk.world.east]
    assert lead.post("/api/inspection-batches", json=asked).status_code == 201
    rows = {one["town"]: one for one in lead.get("/api/truth").json()["rows"]}
    assert rows[desk.world.east]["approved"] == rows[desk.world.east]["claimed"] > 0
    assert rows[desk.world.west]["approved"] == 0


def test_the_pack_holds_ledger_findings_proof_and_a_list_of_it(desk, lead) -> None:
    (site,) = desk.ids("东苑小区")
    finding = {"client_id": str(uuid4()), "clause": "S12", "description": "保洁不到位"}
    made = _inspect(lead, site, result="problems", findings=[finding])
    number = made["findings"][finding["client_id"]]
    picture = BytesIO()
    Image.new("RGB", (60, 40)).save(picture, "JPEG")
    lead.post(
        f"/api/findings/{number}/photos",
        data={"client_id": str(uuid4())},
        files={"file": ("a.jpg", picture.getvalue())},
    )
    answer = lead.get("/api/acceptance-pack.zip")
    with ZipFile(BytesIO(answer.content)) as pack:
        assert pack.testzip() is None
        names = pack.namelist()
        assert {"00_目录.xlsx", "01_台账.xlsx", "02_问题及整改.xlsx", "03_整改过程.xlsx"} <= set(
            names
        )
        photos = [one for one in names if one.startswith("04_照片/")]
        assert len(photos) == 1
        book = load_workbook(BytesIO(pack.read("00_目录.xlsx")))
        listed = [str(row[1]) for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)]
        assert sorted(listed) == sorted(one for one in names if one != "00_目录.xlsx")
        found = load_workbook(BytesIO(pack.read("02_问题及整改.xlsx"))).worksheets[0]
        assert any(row[5] == "保洁不到位" for row in found.iter_rows(values_only=True))


def test_slips_in_the_list_are_those_of_the_rule(desk, lead) -> None:
    told = lead.get("/api/findings", params={"limit": 1000}).json()
    assert told["findings"]
    for one in told["findings"]:
        expected = slip(
            FindingStatus(one["status"]),
            date.fromisoformat(one["due_on"]),
            today(),
            is_rejected=one["rejected_on"] is not None,
        )
        assert one["slip"] == expected
    counts = told["counts"]
    assert sum(counts.get(one, 0) for one in FindingStatus) == counts["total"]
    for colour in Slip:
        listed = lead.get("/api/findings", params={"slip": colour.value}).json()["findings"]
        assert len(listed) == counts.get(colour, 0)
