"""What anybody may see: nothing until the operator opens it, and nobody's data then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from geodata.domain.access import Role
from geodata.domain.period import today
from server.settings import Settings
from tests.own_world import logged_in, own_world, version
from tests.server.test_evidence import png
from tests.world import World


@pytest.fixture
def own(server, tmp_path_factory) -> Iterator[tuple[FastAPI, World]]:
    with own_world(server, "public", tmp_path_factory.mktemp("files")) as found:
        yield found


@pytest.fixture
def anybody(own) -> Iterator[TestClient]:
    own[0].state.settings = replace(own[0].state.settings, is_public=True)
    with TestClient(own[0], follow_redirects=False) as client:
        yield client


def test_it_is_closed_unless_the_operator_opens_it(own, tmp_path) -> None:
    with TestClient(own[0]) as client:
        for path in ("/public", "/public/plans/1"):
            assert client.get(path).status_code == 404
    given = {"FUGAI_PUBLIC": "1"}
    assert Settings.read("postgresql://", tmp_path, given).is_public
    assert not Settings.read("postgresql://", tmp_path, {"FUGAI_PUBLIC": "no"}).is_public


def test_totals_of_towns_and_no_site(own, anybody) -> None:
    told = anybody.get("/public").text
    with logged_in(own[0], Role.LEADER) as leader:
        total = leader.get("/api/coverage").json()["total"]
    assert "东街街道" in told
    assert f"{total['coverage_rate']:.1%}" in told
    for name in own[1].ids:
        assert name not in told
    assert anybody.get("/public?district=999999").status_code == 404
    assert anybody.get("/sites").status_code == 401


def test_a_plan_is_seen_while_it_is_before_the_owners(own, anybody) -> None:
    site = own[1].ids["东街5号楼"]
    with logged_in(own[0], Role.TOWN) as town:
        body = {"measures": "社区代管, 三保到位", "management_type": "simple"}
        headers = {"If-Match": version(town, site)}
        plan = town.post(f"/api/sites/{site}/plans", json=body, headers=headers).json()["id"]
        assert anybody.get(f"/public/plans/{plan}").status_code == 404
        files = {"file": ("a.png", png(), "image/png")}
        headers = {"If-Match": version(town, site)}
        place, about = f"/api/sites/{site}/evidence", {"about": "management_type"}
        photo = town.post(place, data=about, files=files, headers=headers).json()
        step = {
            "event": "publicise",
            "publicised_from": today().isoformat(),
            "publicised_until": (today() + timedelta(days=9)).isoformat(),
            "notice_evidence_id": photo["evidence"]["id"],
        }
        headers = {"If-Match": version(town, site)}
        answer = town.post(f"/api/plans/{plan}/events", json=step, headers=headers)
        assert answer.status_code == 200, answer.text
        printed = town.get(f"/api/plans/{plan}/notice.pdf")
        assert printed.content.startswith(b"%PDF")
    told = anybody.get(f"/public/plans/{plan}").text
    assert "东街5号楼" in told
    assert "社区代管" in told
    assert "town" not in told.split("<main")[1]
    with logged_in(own[0], Role.NEIGHBOURHOOD) as other:
        assert other.get(f"/api/plans/{plan}/notice.pdf").status_code == 404
