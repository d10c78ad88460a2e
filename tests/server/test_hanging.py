"""Four-in-one, utilities, separation, roadmap: written slot by slot, with the version seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from geodata.domain.access import Role
from geodata.store.session import reading
from tests.own_world import logged_in, own_world, patch, version
from tests.world import World

NAME = "东苑小区"


@pytest.fixture(scope="module")
def own(server, tmp_path_factory) -> Iterator[tuple[FastAPI, World]]:
    with own_world(server, "hanging", tmp_path_factory.mktemp("files")) as found:
        yield found


@pytest.fixture
def town(own) -> Iterator[TestClient]:
    with logged_in(own[0], Role.TOWN) as client:
        yield client


def site_id(own, name: str = NAME) -> int:
    return own[1].ids[name]


def test_four_in_one_is_told_slot_by_slot(own, town):
    site = site_id(own)

    def put(slot: str, **body):
        return town.put(
            f"/api/sites/{site}/contacts/{slot}",
            json=body,
            headers={"If-Match": version(town, site)},
        )

    answer = put("party_organisation", organisation="东苑社区党委", phone="13911112222")
    assert answer.status_code == 200, answer.text
    told = answer.json()["contacts"]["party_organisation"]
    assert (told["organisation"], told["phone"]) == ("东苑社区党委", "139****2222")
    assert put("party_organisation", phone="139****2222", person="李").status_code == 200
    whole = town.post(f"/api/sites/{site}/phone?slot=party_organisation").json()
    assert whole == {"phone": "13911112222"}
    assert put("owners_committee", is_not_established=True).status_code == 200
    stale = town.put(
        f"/api/sites/{site}/contacts/owners_committee",
        json={"person": "王"},
        headers={"If-Match": '"1"'},
    )
    assert stale.status_code == 412
    told = {one["field"]: one for one in stale.json()["facts"]["fields"]}
    assert told["contacts.party_organisation"]["standing"]["phone"] == "139****2222"
    rows = town.get("/api/ledger").json()
    by_name = {row[rows["columns"].index("name")]: row for row in rows["rows"]}
    assert by_name[NAME][rows["columns"].index("told_slots")] == 2
    assert put("nobody").status_code == 422


def test_a_yes_for_the_utilities_must_agree_with_what_is_told_of_them(own, town):
    site = site_id(own)

    def put(utility: str, **body):
        return town.put(
            f"/api/sites/{site}/utilities/{utility}",
            json=body,
            headers={"If-Match": version(town, site)},
        )

    assert patch(town, site, utility_handover=True).status_code == 200
    answer = put("water", exists=True, is_transferred=True, is_maintained=False)
    assert (answer.status_code, answer.json()["code"]) == (422, "site.handover_contradicts")
    assert answer.json()["facts"] == {"stated": True, "offered": False}
    assert "water" not in town.get(f"/api/sites/{site}").json()["utilities"]
    answer = put("water", exists=True, is_transferred=True, is_maintained=False, sets_handover=True)
    assert answer.json()["utility_handover"] is False
    assert patch(town, site, utility_handover=True).status_code == 422
    answer = patch(
        town,
        site,
        utility_handover=True,
        utilities={"water": {"exists": True, "is_transferred": True, "is_maintained": True}},
    )
    assert answer.status_code == 200, answer.text
    assert patch(town, site, utility_handover=False).status_code == 422
    assert patch(town, site, utility_handover=None).status_code == 200


def test_the_separation_of_an_enterprise_is_tracked(own):
    site = site_id(own, "西里小区")
    with logged_in(own[0], Role.NEIGHBOURHOOD) as lane:
        answer = lane.put(
            f"/api/sites/{site}/separation/water",
            json={"state": "signed", "lead": "西街街道", "signed_on": "2025-03-01"},
            headers={"If-Match": version(lane, site)},
        )
    assert answer.json()["separation"] == {
        "water": {
            "state": "signed",
            "lead": "西街街道",
            "signed_on": "2025-03-01",
            "done_on": None,
            "note": None,
        }
    }


def test_a_stale_save_of_days_and_slots_tells_them_too(own, town):
    site = site_id(own, "东宿舍")
    seen = version(town, site)
    signed = {"separation": {"power": {"state": "signed", "signed_on": "2025-03-01"}}}
    assert patch(town, site, seen, **signed).status_code == 200
    moved = {"separation": {"power": {"state": "moving", "signed_on": "2025-04-01"}}}
    answer = patch(town, site, seen, **moved)
    assert answer.status_code == 412, answer.text
    (told,) = answer.json()["facts"]["fields"]
    assert told["field"] == "separation.power"
    assert told["seen"] is None
    assert told["standing"]["signed_on"] == "2025-03-01"
    assert told["wished"]["signed_on"] == "2025-04-01"


def test_milestones_are_added_moved_done_and_only_fresh_ones_taken_back(own, town):
    site = site_id(own)
    at = f"/api/sites/{site}/milestones"

    def send(method: str, path: str, body: object = None):
        headers = {"If-Match": version(town, site)}
        return town.request(method, at + path, json=body, headers=headers)

    step = send("post", "", {"title": " 签约 ", "due_on": "2025-02-01"}).json()["milestone"]
    assert step["title"] == "签约"
    moved = send("patch", f"/{step['id']}", {"due_on": "2025-03-01"})
    assert moved.json()["milestone"]["due_on"] == "2025-03-01"
    rows = town.get("/api/ledger").json()
    overdue = {row[rows["columns"].index("name")]: row for row in rows["rows"]}[NAME]
    assert overdue[rows["columns"].index("overdue")] == 1
    with logged_in(own[0], Role.DISTRICT_LEAD) as lead:
        kept = lead.delete(f"{at}/{step['id']}", headers={"If-Match": version(lead, site)})
    assert (kept.status_code, kept.json()["code"]) == (409, "milestone.kept")
    assert send("patch", "/999", {}).json()["code"] == "milestone.not_found"
    assert send("post", "", {"title": " ", "due_on": "2025-02-01"}).status_code == 422
    assert send("delete", f"/{step['id']}").status_code == 200
    assert town.get(f"/api/sites/{site}").json()["milestones"] == []
    with reading(own[0].state.owner) as session:
        count = text("SELECT count(*) FROM site_version WHERE subject = 'site_milestone'")
        assert session.scalar(count) == 3
