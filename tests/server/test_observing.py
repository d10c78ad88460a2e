"""What an operator sees: ready or not, counts, lines of log; nobody's data in any of it."""

from __future__ import annotations

import json
import logging

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from geodata.domain.access import Role
from server.observing import JsonLines
from tests.own_world import own_world
from tests.server.conftest import LogIn
from tests.world import World


def _counted(text: str) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_requests_are_counted_by_pattern_and_tell_nothing_else(log_in: LogIn, world: World) -> None:
    client = log_in(Role.ADMINISTRATOR)
    site = world.ids["东苑小区"]
    before = _counted(client.get("/metrics").text)
    client.get(f"/api/sites/{site}", params={"secret": "13812341234"})
    client.get("/nowhere/13812341234")
    text = client.get("/metrics").text
    after = _counted(text)
    key = ("fugai_requests_total", "GET", "/api/sites/{site_id}", "200")
    assert after[key] == before.get(key, 0) + 1
    assert after["fugai_requests_total", "GET", "other", "404"] >= 1
    assert after["fugai_database_up",] == 1
    assert after["fugai_jobs", "todo"] >= 0
    assert "13812341234" not in text
    assert f"/{site}" not in text


@pytest.mark.parametrize("role", [Role.LEADER, Role.TOWN])
def test_counts_are_for_administrators(log_in: LogIn, role: Role) -> None:
    assert log_in(role).get("/metrics").status_code == 403


def test_counts_are_for_the_machine_itself(app: FastAPI) -> None:
    with TestClient(app, client=("127.0.0.1", 50000)) as client:
        assert client.get("/metrics").status_code == 200
    with TestClient(app, client=("10.1.2.3", 50000)) as client:
        assert client.get("/metrics").status_code == 401


def test_ready_means_the_schema_is_ours(server, client: TestClient, tmp_path) -> None:
    told = client.get("/readyz")
    assert (told.status_code, told.json()["ready"]) == (200, True)
    with own_world(server, "ready", tmp_path) as (app, _), TestClient(app) as other:
        with app.state.owner.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
        assert other.get("/readyz").status_code == 503
        assert other.get("/healthz").status_code == 200


def test_an_id_goes_with_each_request(client: TestClient) -> None:
    first, second = (client.get("/healthz").headers["x-request-id"] for _ in range(2))
    assert first != second
    given = client.get("/api/sites", headers={"X-Request-ID": "abc-12345678"})
    assert given.headers["x-request-id"] == given.json()["request"] == "abc-12345678"
    evil = client.get("/healthz", headers={"X-Request-ID": "a b<script>"})
    assert "script" not in evil.headers["x-request-id"]


def test_lines_are_json_and_name_nobody(log_in: LogIn, world: World, caplog) -> None:
    client = log_in(Role.LEADER)
    with caplog.at_level(logging.INFO, "fugai.requests"):
        client.get(f"/api/sites/{world.ids['东苑小区']}?q=东苑小区")
    (record,) = [one for one in caplog.records if one.name == "fugai.requests"]
    line = json.loads(JsonLines().format(record))
    assert (line["route"], line["status"], line["method"]) == ("/api/sites/{site_id}", 200, "GET")
    assert line["ms"] > 0
    assert "东苑小区" not in JsonLines().format(record)
    assert "leader" not in JsonLines().format(record)
