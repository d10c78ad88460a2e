"""A clerk changes the ledger: inside the scope, by the rules of the form, never unseen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from psycopg.errors import DeadlockDetected, SerializationFailure, UndefinedColumn
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from geodata.domain.access import Role, Scope
from geodata.domain.period import today
from geodata.store.edits import lock_site
from geodata.store.session import Change, reading, writing
from geodata.store.tables import AuditLine, Division, SiteVersion
from tests.own_world import logged_in, own_world, patch, version
from tests.world import World

NAME = "东苑小区"


@pytest.fixture(scope="module")
def own(server, tmp_path_factory) -> Iterator[tuple[FastAPI, World]]:
    with own_world(server, "edits", tmp_path_factory.mktemp("files")) as found:
        yield found


@pytest.fixture
def town(own) -> Iterator[TestClient]:
    with logged_in(own[0], Role.TOWN) as client:
        yield client


def site_id(own, name: str = NAME) -> int:
    return own[1].ids[name]


def faults(answer) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "site.invalid", answer.text
    told = answer.json()["facts"]["faults"]
    assert all(one["detail"] for one in told)
    return {one["field"]: one["code"] for one in told}


def test_a_change_is_saved_told_and_versioned(own, town):
    site = site_id(own)
    seen = version(town, site)
    answer = patch(town, site, seen, note="新备注", floor_area_m2=1234.567, reason="核对")
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] != seen
    body = answer.json()
    assert (body["note"], body["floor_area_m2"]) == ("新备注", 1234.57)
    assert body["changed"] == ["floor_area_m2", "note"]
    with reading(own[0].state.owner) as session:
        last = session.scalars(select(SiteVersion).order_by(SiteVersion.id.desc())).first()
        line = session.scalars(select(AuditLine).order_by(AuditLine.id.desc())).first()
    assert last is not None
    assert (last.changed_by, last.reason) == ("town", "核对")
    assert line is not None
    assert (line.action, line.subject) == ("edit_site", str(site))
    assert line.facts["fields"] == ["floor_area_m2", "note"]


def test_without_a_version_nothing_is_changed(own, town):
    answer = town.patch(f"/api/sites/{site_id(own)}", json={"note": "x"})
    assert (answer.status_code, answer.json()["code"]) == (428, "site.version_needed")
    answer = patch(town, site_id(own), '"three"', note="x")
    assert (answer.status_code, answer.json()["code"]) == (422, "change.version_unreadable")


def test_a_version_may_stand_bare_as_in_the_record(own, town):
    bare = version(town, site_id(own)).strip('"')
    assert patch(town, site_id(own), bare, note="x").status_code == 200


def test_a_stale_save_tells_both_versions_field_by_field(own, town):
    site = site_id(own)
    seen = version(town, site)
    before = town.get(f"/api/sites/{site}").json()
    with logged_in(own[0], Role.DISTRICT_LEAD) as lead:
        assert patch(lead, site, seen, address="改后地址", households=321).status_code == 200
    answer = patch(
        town, site, seen, address="我的地址", note="我的备注", seen={"address": before["address"]}
    )
    assert (answer.status_code, answer.json()["code"]) == (412, "site.stale")
    told = {one["field"]: one for one in answer.json()["facts"]["fields"]}
    assert set(told) == {"address", "households", "note"}
    address = told["address"]
    assert (address["seen"], address["standing"]) == (before["address"], "改后地址")
    assert (address["wished"], address["by"]) == ("我的地址", "district_lead")
    assert address["at"]
    assert told["households"]["standing"] == 321
    assert told["households"]["wished"] == before["households"]
    assert told["note"]["by"] is None
    assert town.get(f"/api/sites/{site}").json()["address"] == "改后地址"


def test_of_two_clerks_at_once_exactly_one_wins(own):
    site = site_id(own, "东安里")
    start, answers = threading.Barrier(2), []

    def save(client: TestClient, seen: str, note: str) -> None:
        start.wait()
        answers.append(patch(client, site, seen, note=note))

    with logged_in(own[0], Role.TOWN) as one, logged_in(own[0], Role.DISTRICT_LEAD) as other:
        seen = version(one, site)
        threads = [
            threading.Thread(target=save, args=(client, seen, note))
            for client, note in ((one, "甲"), (other, "乙"))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        won, lost = sorted(answers, key=lambda one: one.status_code)
        assert (won.status_code, lost.status_code) == (200, 412)
        standing = one.get(f"/api/sites/{site}").json()
    assert standing["note"] == won.json()["note"]
    assert lost.json()["facts"]["fields"][0]["standing"] == standing["note"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": ""}, {"name": "listing.name_missing"}),
        ({"name": "长" * 61}, {"name": "entry.too_long"}),
        ({"name": "东安里"}, {"name": "entry.name_taken"}),
        ({"note": "长" * 501}, {"note": "entry.too_long"}),
        ({"built_year": 1899}, {"built_year": "entry.out_of_range"}),
        ({"built_year": today().year + 1}, {"built_year": "entry.out_of_range"}),
        ({"fee_max_yuan": 50.5}, {"fee_max_yuan": "entry.out_of_range"}),
        ({"fee_min_yuan": 3, "fee_max_yuan": 2}, {"fee_max_yuan": "entry.fees_reversed"}),
        ({"collection_share": 1.2}, {"collection_share": "entry.out_of_range"}),
        ({"buildings": 0}, {"buildings": "entry.out_of_range"}),
        ({"grid_members": -1}, {"grid_members": "entry.out_of_range"}),
        ({"occupied_households": 10**6}, {"occupied_households": "ledger.occupied_exceeds"}),
        ({"category": "standalone_building"}, {"buildings": "ledger.standalone_buildings"}),
        ({"category": None}, {"category": "ledger.category_count"}),
        ({"ticked_types": ["none", "simple"]}, {"management_type": "ledger.none_excludes"}),
        (
            {"ticked_types": ["none"], "subsidised": True},
            {"subsidised": "ledger.none_subsidised"},
        ),
        ({"phone": "没有"}, {"phone": "entry.phone"}),
        (
            {"contacts": {"owners_committee": {"is_not_established": True, "person": "王"}}},
            {"contacts.owners_committee": "entry.not_established"},
        ),
        (
            {"contacts": {"service_company": {"phone": "abc"}}},
            {"contacts.service_company": "entry.phone"},
        ),
    ],
)
def test_what_the_form_refuses_is_refused_here(own, town, body, code):
    seen = version(town, site_id(own))
    assert faults(patch(town, site_id(own), **body)) == code
    assert version(town, site_id(own)) == seen


@pytest.mark.parametrize(
    "body",
    [{"nothing": 1}, {"households": "many"}, {"households": 1.5}, {"category": "castle"}],
)
def test_what_cannot_be_understood_is_refused(own, town, body):
    answer = patch(town, site_id(own), **body)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


def test_a_number_that_is_none_is_refused(own, town):
    site = site_id(own)
    headers = {"If-Match": version(town, site), "content-type": "application/json"}
    answer = town.patch(f"/api/sites/{site}", content='{"floor_area_m2": NaN}', headers=headers)
    assert answer.status_code == 422


def test_an_old_breach_elsewhere_does_not_keep_a_change_out(own, town):
    site = site_id(own, "东宿舍")  # no category, no management
    answer = patch(town, site, note="核对过")
    assert answer.status_code == 200, answer.text
    assert [one["code"] for one in answer.json()["warnings"]] == []


def test_ticks_begin_and_end_arrangements(own, town):
    site = site_id(own, "东街5号楼")
    answer = patch(town, site, ticked_types=["simple"], company="东街物业")
    assert answer.status_code == 200, answer.text
    assert answer.json()["ticked_types"] == ["simple"]
    by_type = {one["management_type"]: one for one in answer.json()["arrangements"]}
    assert by_type["none"]["ends_on"] == (today() - timedelta(days=1)).isoformat()
    assert by_type["simple"]["starts_on"] == today().isoformat()
    assert by_type["simple"]["company"] == "东街物业"
    assert answer.json()["covered"] is True
    answer = patch(town, site, effective_on="2024-01-01", note="早")
    assert answer.json()["code"] == "entry.too_early"
    answer = patch(town, site, effective_on=(today() + timedelta(days=1)).isoformat(), note="晚")
    assert answer.json()["code"] == "entry.in_future"


def test_a_site_moves_inside_the_scope_only(own, town):
    _, world = own
    site = site_id(own)
    answer = patch(town, site, town=world.west, neighbourhood="370306002001")
    assert (answer.status_code, answer.json()["code"]) == (404, "division.not_found")
    assert patch(town, site, neighbourhood="370306002001").status_code == 404
    answer = patch(town, site, neighbourhood=None)
    assert answer.status_code == 200
    assert patch(town, site, neighbourhood="370306001001").status_code == 200
    with logged_in(own[0], Role.DISTRICT_LEAD) as lead:
        answer = patch(lead, site, town=world.west, neighbourhood="370306002001")
        assert answer.json()["town"] == world.west
        back = patch(lead, site, town=world.east, neighbourhood="370306001001")
        assert back.json()["neighbourhood_name"] == "东苑社区"


def test_another_towns_site_is_not_there(own, town):
    site = site_id(own, "西里小区")
    ways = (
        ("patch", ""),
        ("put", "/contacts/owners_committee"),
        ("put", "/utilities/water"),
        ("put", "/separation/water"),
        ("post", "/phone"),
    )
    for method, path in ways:
        body = {} if path == "/phone" else {"json": {}}
        answer = getattr(town, method)(
            f"/api/sites/{site}{path}", headers={"If-Match": '"1"'}, **body
        )
        assert (answer.status_code, answer.json()["code"]) == (404, "site.not_found"), path
    step = {"title": "步骤", "due_on": "2030-01-01"}
    answer = town.post(f"/api/sites/{site}/milestones", json=step, headers={"If-Match": '"1"'})
    assert answer.status_code == 404
    with logged_in(own[0], Role.NEIGHBOURHOOD) as lane:
        assert patch(lane, site, note="自己的").status_code == 200
        answer = lane.patch(
            f"/api/sites/{site_id(own)}", json={"note": "别人的"}, headers={"If-Match": '"1"'}
        )
        assert answer.status_code == 404
        assert patch(lane, site, neighbourhood=None).status_code == 404


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.LEADER])
def test_who_only_reads_may_not_write(own, role):
    site = site_id(own)
    with logged_in(own[0], role) as client:
        step = {"title": "步骤", "due_on": "2030-01-01"}
        for method, path, body in (
            ("patch", f"/{site}", {"note": "x"}),
            ("post", "", {"name": "x", "town": "370306001"}),
            ("post", "/bulk", {"sites": [], "values": {}}),
            ("put", f"/{site}/contacts/owners_committee", {}),
            ("post", f"/{site}/milestones", step),
            ("post", f"/{site}/phone", None),
        ):
            answer = client.request(
                method, f"/api/sites{path}", json=body, headers={"If-Match": '"1"'}
            )
            assert (answer.status_code, answer.json()["code"]) == (403, "auth.forbidden"), path


def test_a_phone_is_shown_whole_on_request_only_and_the_audit_says_so(own, town):
    site = site_id(own)
    assert town.get(f"/api/sites/{site}").json()["phone"] == "138****1234"
    assert "phone" not in patch(town, site, phone="138****1234", note="留").json()["changed"]
    assert town.post(f"/api/sites/{site}/phone").json() == {"phone": "13812341234"}
    answer = patch(town, site, phone="0533-6411111，13900000000")
    assert answer.json()["changed"] == ["phone"]
    with reading(own[0].state.owner) as session:
        lines = session.scalars(select(AuditLine).where(AuditLine.action == "reveal_phone")).all()
        facts = session.scalars(select(AuditLine.facts)).all()
    assert [(line.actor, line.subject) for line in lines] == [("town", str(site))]
    assert "13812341234" not in str(facts)
    assert "13900000000" not in str(facts)


def test_what_was_changed_and_changed_back_is_no_conflict(own, town):
    site = site_id(own, "东宿舍")
    before = town.get(f"/api/sites/{site}")
    seen = before.headers["etag"]
    for note in ("一时", before.json()["note"]):
        assert patch(town, site, note=note).status_code == 200
    phone = patch(town, site, phone="13811112222").json()["phone"]
    answer = patch(town, site, seen, developer="某公司", seen={"phone": None, "developer": None})
    told = {one["field"]: one for one in answer.json()["facts"]["fields"]}
    assert set(told) == {"developer", "phone"}
    assert (told["phone"]["standing"], told["developer"]["by"]) == (phone, None)
    assert "13811112222" not in answer.text


def test_ticks_that_another_changed_are_told(own, town):
    site = site_id(own, "东安里")
    seen = version(town, site)
    before = town.get(f"/api/sites/{site}").json()["ticked_types"]
    assert patch(town, site, ticked_types=["owner_run"]).status_code == 200
    answer = patch(town, site, seen, ticked_types=["simple"], seen={"ticked_types": before})
    told = {one["field"]: one for one in answer.json()["facts"]["fields"]}["ticked_types"]
    assert (told["seen"], told["standing"], told["wished"]) == (before, ["owner_run"], ["simple"])
    assert told["by"] == "town"
    assert patch(town, site, ticked_types=before).status_code == 200


def test_a_new_site_stands_in_the_ledger_from_its_day(own, town):
    body = {
        "name": "新苑",
        "town": "370306001",
        "neighbourhood": "370306001001",
        "category": "old_community",
        "ticked_types": ["simple"],
    }
    answer = town.post("/api/sites", json=body)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert answer.headers["location"] == f"/api/sites/{told['id']}"
    assert (told["covered"], told["listed_on"]) == (True, today().isoformat())
    assert faults(town.post("/api/sites", json=body)) == {"name": "entry.name_taken"}
    assert faults(town.post("/api/sites", json={"town": "370306001"})) == {
        "name": "listing.name_missing",
        "category": "ledger.category_count",
    }
    stranger = body | {"name": "西苑", "town": "370306002", "neighbourhood": "370306002001"}
    assert town.post("/api/sites", json=stranger).status_code == 404
    assert town.post("/api/sites", json={"name": "无处"}).status_code == 404


def test_one_name_is_claimed_once_by_two_at_once(own):
    body = {"name": "争名苑", "town": "370306001", "category": "old_community"}
    start, answers = threading.Barrier(2), []

    def add(client: TestClient) -> None:
        start.wait()
        answers.append(client.post("/api/sites", json=body).status_code)

    with logged_in(own[0], Role.TOWN) as one, logged_in(own[0], Role.DISTRICT_LEAD) as other:
        threads = [threading.Thread(target=add, args=(client,)) for client in (one, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(answers) == [201, 422]


def test_many_sites_change_together_or_not_at_all(own, town):
    ids = [site_id(own, name) for name in ("东安里", "东宿舍", "东街5号楼")]
    seen = [{"id": one, "version": int(version(town, one).strip('"'))} for one in ids]
    values = {"owners_committee": True, "reason": "批量核对"}
    answer = town.post("/api/sites/bulk", json={"sites": seen, "values": values})
    assert answer.status_code == 200, answer.text
    assert [one["site"] for one in answer.json()["sites"]] == sorted(ids)
    stranger = {"id": site_id(own, "西里小区"), "version": 1}
    again = [{"id": one, "version": int(version(town, one).strip('"'))} for one in ids[:2]]
    answer = town.post(
        "/api/sites/bulk",
        json={"sites": [*again, seen[2], stranger], "values": {"owners_committee": False}},
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "bulk.refused")
    told = {one["site"]: one for one in answer.json()["facts"]["sites"]}
    assert told[ids[2]]["code"] == "site.stale"
    assert told[stranger["id"]]["code"] == "site.not_found"
    assert told[stranger["id"]]["name"] is None
    assert "code" not in told[ids[0]]
    assert all(town.get(f"/api/sites/{one}").json()["owners_committee"] for one in ids)
    answer = town.post("/api/sites/bulk", json={"sites": [], "values": {}})
    assert answer.json()["code"] == "bulk.too_many"


def test_a_past_day_shows_what_stood_then(own, town):
    site = site_id(own, "东安里")
    patch(town, site, note="今天的备注", contacts={"service_company": {"person": "赵"}})
    then = town.get(f"/api/sites/{site}?on=2025-02-01")
    assert "etag" not in then.headers
    assert then.json()["note"] is None
    assert then.json()["contacts"] == {}
    now = town.get(f"/api/sites/{site}").json()
    assert now["contacts"]["service_company"]["person"] == "赵"
    rows = town.get("/api/ledger?on=2025-02-01").json()
    past = {row[rows["columns"].index("name")]: row for row in rows["rows"]}["东安里"]
    assert past[rows["columns"].index("told_slots")] == 0
    assert past[rows["columns"].index("ticked_types")] == ["neighbourhood_run", "simple"]


def test_where_nobody_gave_a_reason_the_history_names_the_act(own, town):
    site = site_id(own)
    assert patch(town, site, note="x").status_code == 200
    page = town.get(f"/sites/{site}/history", headers={"accept": "text/html"}).text
    assert "网页填报" in page
    assert "edit_site" not in page


def test_a_bulk_edit_holds_all_its_sites_before_it_moves_the_first(own, town):
    """Else it would keep a neighbourhood from the very person whose site it waits for."""
    engine, ids = own[0].state.owner, sorted(site_id(own, one) for one in ("东安里", "东宿舍"))
    seen = [{"id": one, "version": int(version(town, one).strip('"'))} for one in ids]
    body = {"sites": seen, "values": {"neighbourhood": "370306001001", "reason": "划转"}}
    answers = []
    bulk = threading.Thread(
        target=lambda: answers.append(town.post("/api/sites/bulk", json=body).status_code)
    )
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with writing(engine, Change("tester", "move")) as session:
        lock_site(session, Scope.everything(), ids[1], version=None)
        bulk.start()
        while bulk.is_alive() and not session.scalar(waiting):
            bulk.join(0.01)
        home = select(Division.code).where(Division.code == "370306001001")
        session.execute(text("SET LOCAL lock_timeout = '10s'"))
        session.execute(home.with_for_update(key_share=True))
    bulk.join()
    assert answers == [200]


@pytest.mark.parametrize("collision", [DeadlockDetected, SerializationFailure])
def test_who_was_in_another_ones_way_is_asked_to_try_again(own, town, monkeypatch, collision):
    def collide(*_, **__):
        raise OperationalError("UPDATE site", {}, collision())

    monkeypatch.setattr("server.actions.edit_site.lock_site", collide)
    answer = patch(town, site_id(own), '"1"', note="x")
    assert (answer.status_code, answer.json()["code"]) == (409, "request.collided")
    assert answer.json()["detail"]


def test_another_failure_of_the_database_stays_a_failure(own, town, monkeypatch):
    def fail(*_, **__):
        raise ProgrammingError("UPDATE site", {}, UndefinedColumn())

    monkeypatch.setattr("server.actions.edit_site.lock_site", fail)
    with pytest.raises(ProgrammingError):
        patch(town, site_id(own), '"1"', note="x")
