"""A plan goes its way over the interface: notice, vote, three laws, fallback, history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from geodata.domain.access import Role
from geodata.domain.period import today
from geodata.store.session import Change, reading, writing
from geodata.store.tables import AuditLine, ManagementArrangement, SitePlan
from tests.own_world import logged_in, own_world, version
from tests.server.test_evidence import png
from tests.world import World

COUNTS = {
    "owner_heads": 100,
    "owner_area_m2": "10000",
    "participating_heads": 70,
    "participating_area_m2": "7000",
    "agreeing_heads": 50,
    "agreeing_area_m2": "4800",
}
"""The vector of RULES A5.1."""


@pytest.fixture
def own(server, tmp_path_factory) -> Iterator[tuple[FastAPI, World]]:
    with own_world(server, "plans", tmp_path_factory.mktemp("files")) as found:
        yield found


@pytest.fixture
def engine(own):
    return own[0].state.owner


@pytest.fixture
def town(own) -> Iterator[TestClient]:
    with logged_in(own[0], Role.TOWN) as client:
        yield client


@pytest.fixture
def site(own) -> int:
    return own[1].ids["东街5号楼"]


def _start(client, site, status=201, **more):
    body = {"measures": "社区代管, 三保到位", "management_type": "simple", **more}
    headers = {"If-Match": version(client, site)}
    answer = client.post(f"/api/sites/{site}/plans", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


def _step(client, site, plan, event, status=200, **facts):
    headers = {"If-Match": version(client, site)}
    body = {"event": event, **facts}
    answer = client.post(f"/api/plans/{plan}/events", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


def _photo(client, site):
    answer = client.post(
        f"/api/sites/{site}/evidence",
        files={"file": ("公示.png", png(), "image/png")},
        data={"about": "management_type"},
        headers={"If-Match": version(client, site)},
    )
    assert answer.status_code == 201, answer.text
    return answer.json()["evidence"]["id"]


def _publicise(client, site, plan):
    ends = today().isoformat()
    days = {"publicised_from": (today() - timedelta(days=6)).isoformat(), "publicised_until": ends}
    _step(client, site, plan, "publicise", notice_evidence_id=_photo(client, site), **days)


def test_half_of_the_owners_is_read_by_three_laws_and_blocked_by_the_strict_one(town, site, own):
    plan = _start(town, site)["id"]
    _step(town, site, plan, "vote", status=409, **COUNTS)
    assert _step(town, site, plan, "publicise", status=422)["code"] == "plan.notice_needed"
    _publicise(town, site, plan)
    _step(town, site, plan, "vote", **COUNTS)
    told = town.get(f"/api/plans/{plan}").json()
    assert {one["rule"]: one["passes"] for one in told["readings"]} == {
        "notice_literal": True,
        "notice_strict": False,
        "regulation_2018": False,
        "civil_code": True,
    }
    assert [one["rule"] for one in told["readings"] if one["gates"]] == ["notice_strict"]
    assert told["just_half"]
    assert told["events"] == ["reject"]
    refused = _step(town, site, plan, "adopt", status=409)
    assert refused["facts"]["allowed"] == ["reject"]
    page = town.get(f"/sites/{site}/plan").text
    assert "恰好50%" in page
    assert "民法典第二百七十八条" in page


def test_a_rejected_plan_falls_back_and_the_site_is_covered_and_tagged(town, site, engine):
    plan = _start(town, site)["id"]
    _publicise(town, site, plan)
    _step(town, site, plan, "vote", **COUNTS)
    _step(town, site, plan, "reject", note="未过半")
    told = town.get(f"/api/plans/{plan}").json()
    assert told["fallback_clause"] == "S27"
    assert told["events"] == ["revise", "fall_back"]
    _step(town, site, plan, "fall_back")
    told = town.get(f"/api/plans/{plan}").json()
    assert (told["state"], told["is_fallback"], told["organiser"]) == ("in_force", True, "东街街道")
    record = town.get(f"/api/sites/{site}").json()
    assert record["covered"]
    assert record["effective_types"] == ["simple"]
    assert record["responsible"] == "东苑社区"
    with reading(engine) as session:
        open_ones = session.scalars(
            select(ManagementArrangement).where(
                ManagementArrangement.site_id == site, ManagementArrangement.ends_on.is_(None)
            )
        ).all()
        acts = session.scalars(select(AuditLine.action).order_by(AuditLine.id)).all()
    assert [(one.management_type, one.is_backstop) for one in open_ones] == [("simple", True)]
    assert acts[-6:] == [
        *("start_plan", "add_evidence", "plan_publicise"),
        *("plan_vote", "plan_reject", "plan_fall_back"),
    ]
    history = town.get(f"/api/sites/{site}/history").text
    assert history.count("site_plan") >= 5
    assert "托底" in town.get(f"/sites/{site}/plan").text
    assert town.get(f"/sites/{site}/history").status_code == 200


def test_a_vote_that_passes_puts_the_plan_into_force(town, site):
    plan = _start(town, site, management_type="professional", company="安居物业")["id"]
    _publicise(town, site, plan)
    _step(town, site, plan, "vote", **COUNTS | {"agreeing_heads": 51})
    _step(town, site, plan, "adopt")
    _step(town, site, plan, "enforce")
    record = town.get(f"/api/sites/{site}").json()
    assert record["effective_types"] == ["professional"]
    assert record["company"] == "安居物业"
    _start(town, site)  # What is in force makes way for the next plan.


def test_a_late_plan_falls_back_without_a_vote(town, site, engine):
    plan = _start(town, site, due_on=(today() + timedelta(days=1)).isoformat())["id"]
    _step(town, site, plan, "fall_back", status=409)
    late = (today() - timedelta(days=1)).isoformat()
    headers = {"If-Match": version(town, site)}
    assert town.patch(f"/api/plans/{plan}", json={"due_on": late}, headers=headers).is_success
    assert town.get("/api/plans?state=late").json()["plans"][0]["plan_id"] == plan
    _step(town, site, plan, "fall_back")
    assert town.get(f"/api/sites/{site}").json()["covered"]


def test_each_unmanaged_site_is_listed_until_it_has_a_plan_and_has_one_only(town, site, own):
    told = town.get("/api/plans").json()
    assert told["counts"] == {"none": 2}
    assert {one["name"] for one in told["plans"]} == {"东街5号楼", "东宿舍"}
    plan = _start(town, site)["id"]
    assert _start(town, site, status=409)["code"] == "plan.exists"
    assert town.get("/api/plans").json()["counts"] == {"none": 1, "draft": 1}
    stranger = own[1].ids["西新村"]
    answer = town.post(
        f"/api/sites/{stranger}/plans",
        json={"measures": "x", "management_type": "simple"},
        headers={"If-Match": '"1"'},
    )
    assert answer.status_code == 404
    with logged_in(own[0], Role.NEIGHBOURHOOD) as other:
        assert other.get(f"/api/plans/{plan}").status_code == 404
    with logged_in(own[0], Role.LEADER) as leader:
        assert leader.get(f"/api/plans/{plan}").status_code == 200
        headers = {"If-Match": version(leader, site)}
        body = {"event": "publicise"}
        refused = leader.post(f"/api/plans/{plan}/events", json=body, headers=headers)
        assert refused.status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"agreeing_heads": 71},
        {"participating_area_m2": "10001"},
        {"owner_heads": 0, "participating_heads": 0, "agreeing_heads": 0},
        {"agreeing_area_m2": None},
    ],
)
def test_counts_that_cannot_be_are_refused(town, site, wrong):
    plan = _start(town, site)["id"]
    _publicise(town, site, plan)
    assert _step(town, site, plan, "vote", status=422, **COUNTS | wrong)["code"] == (
        "plan.counts_wrong"
    )


def test_a_plan_that_leads_to_nothing_is_refused_and_a_stale_one_told(town, site):
    assert _start(town, site, status=422, management_type="none")["code"] == "plan.type_covers"
    plan = _start(town, site)["id"]
    body = {"measures": "改"}
    stale = town.patch(f"/api/plans/{plan}", json=body, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert town.patch(f"/api/plans/{plan}", json=body).status_code == 428


def test_the_database_itself_refuses_a_step_that_there_is_not(town, site, engine):
    plan = _start(town, site)["id"]
    leap = text("UPDATE site_plan SET plan_state = 'adopted' WHERE id = :id")
    with (
        pytest.raises(DBAPIError, match="no such step"),
        writing(engine, Change("tester", "leap")) as session,
    ):
        session.execute(leap, {"id": plan})
    with reading(engine) as session:
        assert session.get_one(SitePlan, plan).plan_state == "draft"
