"""Inspections come in once; findings go their way, and only the district closes them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geodata.domain.access import Role
from geodata.domain.period import today
from geodata.store.tables import AuditLine, Finding, Inspection, Photo
from tests.builders import WEST
from tests.own_world import logged_in
from tests.postgis import TestServer
from tests.server.visit_desk import VisitDesk, visit_desk


@pytest.fixture(scope="module")
def desk(server: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VisitDesk]:
    with visit_desk(server, "inspections", tmp_path_factory.mktemp("files")) as desk:
        yield desk


@pytest.fixture
def inspector(desk: VisitDesk):
    with logged_in(desk.app, Role.INSPECTOR) as client:
        yield client


def _record(site: int, **values):
    return {
        "client_id": str(uuid4()),
        "site": site,
        "seen_at": f"{today().isoformat()}T00:00:30+08:00",
        "result": "passed",
        "confirms_cover": True,
        **values,
    }


def _problem(**values):
    return {"client_id": str(uuid4()), "clause": "S12", "description": "保洁不到位", **values}


def _count(desk: VisitDesk, table) -> int:
    with Session(desk.app.state.owner) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def _finding(desk, inspector, name="东苑小区", **values):
    record = _record(*desk.ids(name), result="problems", findings=[_problem(**values)])
    told = inspector.post("/api/inspections", json=record).json()
    return next(iter(told["findings"].values()))


def _step(client, finding: int, event: str, **body):
    version = client.get(f"/api/findings/{finding}").headers["etag"]
    answer = client.post(
        f"/api/findings/{finding}/events",
        json={"event": event, **body},
        headers={"If-Match": version},
    )
    return answer.status_code, answer.json()


def test_sent_twice_it_is_there_once(desk, inspector) -> None:
    record = _record(*desk.ids("东安里"), result="problems", findings=[_problem()])
    before = _count(desk, Inspection), _count(desk, Finding), _count(desk, AuditLine)
    first = inspector.post("/api/inspections", json=record)
    again = inspector.post("/api/inspections", json=record)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    after = _count(desk, Inspection), _count(desk, Finding), _count(desk, AuditLine)
    assert after == (before[0] + 1, before[1] + 1, before[2] + 1)


def test_a_record_changed_at_the_desk_is_a_conflict_with_both_values(desk, inspector) -> None:
    record = _record(*desk.ids("东安里"), note="现场的话")
    made = inspector.post("/api/inspections", json=record).json()
    with logged_in(desk.app, Role.DISTRICT_LEAD) as lead:
        place = f"/api/inspections/{made['id']}"
        body = {"result": "passed", "confirms_cover": True, "note": "台式端的话"}
        done = lead.patch(place, json=body, headers={"If-Match": f'"{made["row_version"]}"'})
        assert done.status_code == 200
        late = {**record, "note": "手机上改的话", "row_version": made["row_version"]}
        refused = inspector.post("/api/inspections", json=late)
        assert refused.status_code == 409
        told = refused.json()["facts"]
        assert told["conflicts"] == [
            {"field": "note", "theirs": "台式端的话", "yours": "手机上改的话"}
        ]
        assert lead.get(place).json()["note"] == "台式端的话"
        mine = {**late, "row_version": told["row_version"]}
        assert inspector.post("/api/inspections", json=mine).status_code == 201
        assert lead.get(place).json()["note"] == "手机上改的话"


def test_far_from_the_boundary_asks_for_a_reason_and_does_not_block(desk, inspector) -> None:
    site = desk.ids("东苑小区")[0]
    near = inspector.post(
        "/api/inspections", json=_record(site, position={"lon": WEST + 0.13, "lat": 36.78})
    ).json()
    assert near["off_site_m"] == 0
    assert not near["asks_reason"]
    far = {"lon": WEST + 0.19, "lat": 36.78}
    asked = inspector.post("/api/inspections", json=_record(site, position=far))
    assert asked.status_code == 201
    assert asked.json()["off_site_m"] > 1_000
    assert asked.json()["asks_reason"]
    told = inspector.post(
        "/api/inspections", json=_record(site, position=far, off_site_reason="道路封闭")
    ).json()
    assert not told["asks_reason"]


def test_a_finding_goes_there_and_back_and_only_the_district_closes_it(desk, inspector) -> None:
    finding = _finding(desk, inspector)
    with (
        logged_in(desk.app, Role.TOWN) as town,
        logged_in(desk.app, Role.DISTRICT_LEAD) as lead,
    ):
        assert _step(town, finding, "pass")[0] == 409
        assert _step(town, finding, "start")[0] == 200
        assert _step(town, finding, "hand_in")[1]["code"] == "finding.proof_needed"
        assert _step(town, finding, "hand_in", note="已清理")[0] == 200
        assert _step(town, finding, "pass")[0] == 409
        told = lead.get(f"/api/findings/{finding}").json()
        assert (told["status"], told["slip"]) == ("awaiting_reinspection", "blue")
        due = (today() + timedelta(days=5)).isoformat()
        assert _step(lead, finding, "reject", due_on="2020-01-01")[1]["code"] == "finding.due_past"
        assert _step(lead, finding, "reject", note="未清干净", due_on=due)[0] == 200
        told = town.get(f"/api/findings/{finding}").json()
        assert (told["status"], told["slip"], told["due_on"]) == ("rectifying", "yellow", due)
        assert told["events"] == ["hand_in"]
        assert _step(town, finding, "hand_in", note="再次清理")[0] == 200
        assert _step(lead, finding, "pass", note="合格")[0] == 200
        told = lead.get(f"/api/findings/{finding}").json()
        assert (told["status"], told["slip"], told["events"]) == ("closed", None, [])
        assert [one["event"] for one in told["steps"]] == [
            *("start", "hand_in", "reject", "hand_in", "pass"),
        ]
        assert _step(lead, finding, "pass")[0] == 409


def test_findings_of_another_town_are_not_there(desk, inspector) -> None:
    finding = _finding(desk, inspector, "西里小区")
    with logged_in(desk.app, Role.TOWN) as town:
        assert town.get(f"/api/findings/{finding}").status_code == 404
        told = town.get("/api/findings").json()
        assert {one["town_code"] for one in told["findings"]} <= {desk.world.east}
        body = {"event": "start"}
        answer = town.post(
            f"/api/findings/{finding}/events", json=body, headers={"If-Match": '"1"'}
        )
        assert answer.status_code == 404
        record = _record(*desk.ids("西里小区"), kind="self_check")
        assert town.post("/api/inspections", json=record).status_code == 404
        own = _record(*desk.ids("东苑小区"), kind="self_check")
        assert town.post("/api/inspections", json=own).status_code == 201
        assert town.post("/api/inspections", json=_record(*desk.ids("东苑小区"))).status_code == 403


def _picture(kind="JPEG") -> bytes:
    target = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "maker"
    Image.new("RGB", (3000, 2000), "#804020").save(target, kind, exif=exif)
    return target.getvalue()


def _send(client, address: str, content: bytes, **fields):
    return client.post(
        address, data={"client_id": str(uuid4()), **fields}, files={"file": ("a.jpg", content)}
    )


def test_photos_are_written_anew_and_kept_once(desk, inspector) -> None:
    made = inspector.post("/api/inspections", json=_record(*desk.ids("东苑小区"))).json()
    address, client_id = f"/api/inspections/{made['id']}/photos", str(uuid4())
    before = _count(desk, Photo)
    first = _send(inspector, address, _picture(), client_id=client_id)
    again = _send(inspector, address, _picture(), client_id=client_id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert _count(desk, Photo) == before + 1
    shown = inspector.get(f"/api/photos/{first.json()['id']}")
    with Image.open(BytesIO(shown.content)) as picture:
        assert max(picture.size) == 1920
        assert not picture.getexif()
    with logged_in(desk.app, Role.TOWN) as town:
        other = inspector.post("/api/inspections", json=_record(*desk.ids("西里小区"))).json()
        photo = _send(inspector, f"/api/inspections/{other['id']}/photos", _picture("PNG")).json()
        assert town.get(f"/api/photos/{photo['id']}").status_code == 404


@pytest.mark.parametrize(
    "content", [b"no picture", b"\xff\xd8\xff\xe0 broken", b"<svg/>", b"GIF89a"]
)
def test_files_that_are_no_photos_are_refused(desk, inspector, content: bytes) -> None:
    made = inspector.post("/api/inspections", json=_record(*desk.ids("东苑小区"))).json()
    answer = _send(inspector, f"/api/inspections/{made['id']}/photos", content)
    assert (answer.status_code, answer.json()["code"]) == (422, "photo.unreadable")


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"result": "problems"}, 422),
        ({"seen_at": "2199-01-01T00:00:00+08:00"}, 422),
        ({"seen_at": "2026-11-01T00:00:00"}, 422),
        ({"site": 10**9}, 404),
        ({"checklist": {"nonsense": "yes"}}, 422),
        ({"scores": {"cleanest": 6}}, 422),
        ({"kind": "self_check"}, 403),
    ],
)
def test_records_that_make_no_sense_are_refused(desk, inspector, values, status) -> None:
    record = {**_record(*desk.ids("东苑小区")), **values}
    assert inspector.post("/api/inspections", json=record).status_code == status
