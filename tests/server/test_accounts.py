"""The security administrator keeps accounts; nobody keeps their own, and one is always left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from geodata.domain.access import Role
from tests.own_world import logged_in, own_world
from tests.postgis import TestServer
from tests.world import PASSWORD

TOWN = "370306001"


@pytest.fixture
def own(server: TestServer, tmp_path) -> Iterator[FastAPI]:
    with own_world(server, "accounts", tmp_path) as (app, _):
        yield app


@pytest.fixture
def keeper(own: FastAPI) -> Iterator[TestClient]:
    with logged_in(own, Role.SECURITY_ADMINISTRATOR) as client:
        yield client


def wish(role: Role = Role.TOWN, division: str | None = TOWN, **more: object) -> dict[str, object]:
    return {"display_name": "张三", "role": role.value, "division": division, **more}


def may_log_in(app: FastAPI, username: str, password: str) -> bool:
    with TestClient(app) as client:
        told = {"username": username, "password": password}
        return client.post("/api/login", json=told).status_code == 200


def codes(client: TestClient) -> list[tuple[str, str]]:
    lines = client.get("/api/audit?limit=50").json()["lines"]
    return [(one["action"], one["subject"]) for one in lines]


def test_an_account_is_opened_changed_reset_and_closed(own, keeper):
    made = keeper.post("/api/accounts", json=wish(username="zhangsan")).json()
    assert may_log_in(own, "zhangsan", made["password"])
    assert keeper.post("/api/accounts", json=wish(username="zhangsan")).status_code == 409
    again = keeper.post("/api/accounts/zhangsan/password").json()["password"]
    assert not may_log_in(own, "zhangsan", made["password"])
    assert may_log_in(own, "zhangsan", again)
    closed = keeper.put("/api/accounts/zhangsan", json=wish(is_active=False))
    assert closed.status_code == 204
    assert not may_log_in(own, "zhangsan", again)
    with logged_in(own, Role.AUDIT_ADMINISTRATOR) as auditor:
        done = {one for one in codes(auditor) if one[1] == "zhangsan"}
    assert {"add_account", "reset_password", "change_account"} <= {one for one, _ in done}


def test_whose_rights_change_logs_in_again(own, keeper):
    with logged_in(own, Role.LEADER) as leader:
        assert leader.get("/api/sites").status_code == 200
        told = wish(Role.TOWN, TOWN)
        assert keeper.put("/api/accounts/leader", json=told).status_code == 204
        assert leader.get("/api/sites").status_code == 401
    listed = {one["username"]: one for one in keeper.get("/api/accounts").json()}
    assert (listed["leader"]["role"], listed["leader"]["division_code"]) == ("town", TOWN)


def test_a_role_and_its_division_go_together(keeper):
    for role, division in ((Role.TOWN, None), (Role.TOWN, "370306"), (Role.ADMINISTRATOR, TOWN)):
        answer = keeper.post("/api/accounts", json=wish(role, division, username="wrong"))
        assert answer.status_code == 422
    assert keeper.post("/api/accounts", json=wish(username="../x")).status_code == 422


def test_nobody_keeps_their_own_and_one_is_left(own, keeper):
    me = Role.SECURITY_ADMINISTRATOR.value
    assert keeper.put(f"/api/accounts/{me}", json=wish()).json()["code"] == "account.own"
    assert keeper.post(f"/api/accounts/{me}/password").json()["code"] == "account.own"
    second = wish(Role.SECURITY_ADMINISTRATOR, None, username="second")
    password = keeper.post("/api/accounts", json=second).json()["password"]
    with TestClient(own) as other:
        other.post("/api/login", json={"username": "second", "password": password})
        off = wish(Role.SECURITY_ADMINISTRATOR, None, is_active=False)
        assert other.put(f"/api/accounts/{me}", json=off).status_code == 204
        assert keeper.get("/api/accounts").status_code == 401
        assert other.put(f"/api/accounts/{me}", json=wish()).status_code == 204


def test_the_locked_are_seen_and_let_in_again(own, keeper):
    for _ in range(5):
        assert not may_log_in(own, "town", "Wrong-passw0rd")
    assert not may_log_in(own, "town", PASSWORD)
    listed = {one["username"]: one for one in keeper.get("/api/accounts").json()}
    assert listed["town"]["is_locked"]
    assert keeper.post("/api/accounts/town/unlock").status_code == 204
    assert may_log_in(own, "town", PASSWORD)


def test_a_token_may_be_shown_as_a_password_to_read_with(own, keeper):
    """Programs of offices know user name and password, and no bearer."""
    asked = {"label": "QGIS", "days": 30, "may_write": True}
    token = keeper.post("/api/accounts/town/tokens", json=asked).json()["token"]
    with TestClient(own) as program:

        def answered(method: str, user: str, password: str) -> int:
            return program.request(method, "/api/sites", auth=(user, password)).status_code

        assert answered("GET", "anything", token) == 200
        assert answered("GET", token, "anything") == 401
        assert answered("GET", "town", PASSWORD) == 401, "a password is for the login page"
        assert answered("POST", "anything", token) == 401
        broken = program.get("/api/sites", headers={"Authorization": "Basic ä".encode()})
        assert broken.status_code == 401


def test_a_token_reads_or_writes_and_is_revoked(own, keeper):
    def token(**more: object) -> dict[str, str]:
        asked = {"label": "报表", "days": 30, **more}
        made = keeper.post("/api/accounts/town/tokens", json=asked).json()["token"]
        return {"Authorization": f"Bearer {made}"}

    reads, writes = token(), token(may_write=True)
    with TestClient(own) as program:
        assert program.get("/api/sites", headers=reads).status_code == 200
        refused = program.post("/api/sites", headers=reads, json={})
        assert (refused.status_code, refused.json()["code"]) == (403, "auth.token_reads")
        assert program.post("/api/sites", headers=writes, json={}).status_code != 403
        listed = {one["username"]: one for one in keeper.get("/api/accounts").json()}
        for one in listed["town"]["tokens"]:
            done = keeper.delete(f"/api/accounts/town/tokens/{one['key']}")
            assert done.status_code == 204
        assert program.get("/api/sites", headers=reads).status_code == 401


def test_sessions_are_ended(own, keeper):
    with logged_in(own, Role.INSPECTOR) as inspector:
        assert keeper.delete("/api/accounts/inspector/sessions").json() == {"ended": 1}
        assert inspector.get("/api/sites").status_code == 401


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_shows_accounts_and_leads_strangers_home(own, keeper, lang):
    shown = keeper.get(f"/accounts?lang={lang}", headers={"accept": "text/html"})
    assert shown.status_code == 200
    assert "audit_administrator" in shown.text
    led = keeper.get("/map", headers={"accept": "text/html"})
    assert (led.status_code, led.headers["location"]) == (303, "/accounts")
