"""Who gets in, how, and what is written down about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from geodata.domain.access import Role
from geodata.domain.password import MOST_TRIES, MOST_TRIES_OF_ADDRESS
from geodata.store.session import Change, connect, reading, writing
from geodata.store.tables import AuditLine, LoginSession
from server.auth import COOKIE
from server.auth.tries import count_try, forgive
from server.pages.login import own_path
from server.security import is_foreign_write
from tests.own_world import logged_in, own_world
from tests.server.conftest import LogIn
from tests.world import PASSWORD, World


@pytest.fixture
def own(server, tmp_path_factory) -> Iterator[tuple[FastAPI, World]]:
    with own_world(server, "login", tmp_path_factory.mktemp("files")) as found:
        yield found


def test_health_needs_no_login_and_names_the_versions(client: TestClient) -> None:
    answer = client.get("/healthz").json()
    assert answer["status"] == "ok"
    assert answer["database"]
    assert answer["postgis"]
    assert answer["version"]


@pytest.mark.parametrize("path", ["/api/divisions", "/api/sites", "/api/coverage", "/api/me"])
def test_the_api_answers_nobody_with_a_problem(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "auth.login_required"


def test_a_page_leads_nobody_to_the_login_and_back(client: TestClient) -> None:
    answer = client.get("/map?town=1", headers={"accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=/map%3Ftown%3D1"


def test_login_sets_a_cookie_that_scripts_cannot_read(client: TestClient, world: World) -> None:
    answer = client.post("/api/login", json={"username": "leader", "password": PASSWORD})
    assert answer.status_code == 200
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert client.get("/api/me").json()["role"] == "leader"


@pytest.mark.parametrize("username", ["leader", "nobody"])
def test_a_wrong_password_and_an_unknown_name_are_told_alike(
    client: TestClient, world: World, username: str
) -> None:
    answer = client.post("/api/login", json={"username": username, "password": "wrong"})
    assert answer.status_code == 401
    assert answer.json()["code"] == "auth.wrong_password"
    assert "set-cookie" not in answer.headers


def test_each_try_leaves_an_audit_line(client: TestClient, world_url: str, world: World) -> None:
    client.post("/api/login", json={"username": "audited", "password": "wrong"})
    engine = connect(world_url)
    with reading(engine) as session:
        lines = session.scalars(select(AuditLine).where(AuditLine.actor == "audited")).all()
    engine.dispose()
    assert [(line.action, line.outcome) for line in lines] == [("log_in", "refused")]


def test_the_database_keeps_no_cookie(log_in: LogIn, world_url: str) -> None:
    cookie = log_in(Role.LEADER).cookies[COOKIE]
    engine = connect(world_url)
    with reading(engine) as session:
        assert cookie not in session.scalars(select(LoginSession.digest)).all()
    engine.dispose()


def test_logging_out_ends_the_session_on_the_server(log_in: LogIn, client: TestClient) -> None:
    browser = log_in(Role.LEADER)
    stolen = browser.cookies[COOKIE]
    assert browser.post("/logout").status_code == 303
    client.cookies.set(COOKIE, stolen)
    assert client.get("/api/me").status_code == 401


def test_a_token_opens_the_api(client: TestClient, world: World) -> None:
    header = {"authorization": f"Bearer {world.token}"}
    assert client.get("/api/me", headers=header).json()["username"] == "leader"
    assert client.get("/api/me", headers={"authorization": "Bearer x"}).status_code == 401


def test_the_login_page_says_what_is_wrong_and_keeps_the_name(
    client: TestClient, world: World
) -> None:
    answer = client.post("/login", data={"username": "leader", "password": "wrong"})
    assert answer.status_code == 401
    assert "用户名或密码不正确" in answer.text
    assert 'value="leader"' in answer.text


def test_a_write_that_another_site_started_is_refused(client: TestClient, world: World) -> None:
    form = {"username": "leader", "password": PASSWORD}
    answer = client.post("/login", data=form, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert is_foreign_write("POST", {"origin": "http://evil", "host": "fugai"})  # type: ignore[arg-type]
    assert not is_foreign_write("POST", {"origin": "http://fugai", "host": "fugai"})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\nb"]
)
def test_after_login_nobody_is_led_elsewhere(wanted: str) -> None:
    assert own_path(wanted) == "/map"


def test_after_login_one_comes_to_the_page_one_wanted() -> None:
    assert own_path("/towns?on=2026-01-01") == "/towns?on=2026-01-01"


def test_five_wrong_passwords_lock_a_name_known_or_not(own, monkeypatch) -> None:
    for username in ("inspector", "nobody"):
        with TestClient(own[0]) as client:
            for _ in range(MOST_TRIES):
                answer = client.post("/api/login", json={"username": username, "password": "x"})
                assert answer.status_code == 401
            answer = client.post("/api/login", json={"username": username, "password": PASSWORD})
            assert (answer.status_code, answer.json()["code"]) == (429, "auth.locked")
            assert "15" in answer.json()["detail"]
    with logged_in(own[0], Role.TOWN), reading(own[0].state.owner) as session:
        lines = session.scalars(select(AuditLine.outcome).where(AuditLine.actor == "inspector"))
        assert sorted(lines) == ["locked", *MOST_TRIES * ["refused"]]
    monkeypatch.setattr("server.auth.tries.LOCKED_FOR", timedelta(0))
    with logged_in(own[0], Role.INSPECTOR):
        pass


def test_an_administrator_forgives(own) -> None:
    engine = own[0].state.owner
    with writing(engine, Change("tester", "test")) as session:
        for _ in range(MOST_TRIES):
            count_try(session, "leader", "10.0.0.1", is_right=False)
        forgive(session, "leader")
    with logged_in(own[0], Role.LEADER):
        pass


def test_many_wrong_passwords_of_one_address_lock_it(own) -> None:
    with writing(own[0].state.owner, Change("tester", "test")) as session:
        for number in range(MOST_TRIES_OF_ADDRESS):
            count_try(session, f"name{number}", "testclient", is_right=False)
    with TestClient(own[0]) as client:
        answer = client.post("/api/login", json={"username": "leader", "password": PASSWORD})
        assert answer.json()["code"] == "auth.locked"


def test_one_sees_and_ends_ones_sessions(own) -> None:
    app = own[0]
    with logged_in(app, Role.LEADER) as one, logged_in(app, Role.LEADER) as other:
        with logged_in(app, Role.TOWN) as stranger:
            told = one.get("/api/account/sessions").json()
            assert [row["is_this"] for row in told].count(True) == 1
            assert told[0]["address"] == "testclient"
            key = next(
                row["key"] for row in other.get("/api/account/sessions").json() if row["is_this"]
            )
            assert stranger.delete(f"/api/account/sessions/{key}").status_code == 404
        assert one.get("/account").text.count("data-end=") >= 1
        assert one.delete(f"/api/account/sessions/{key}").status_code == 204
        assert other.get("/api/me").status_code == 401
        assert one.get("/api/me").status_code == 200


def test_a_new_password_ends_the_other_sessions(own) -> None:
    app, place = own[0], "/api/account/password"
    with logged_in(app, Role.INSPECTOR) as one, logged_in(app, Role.INSPECTOR) as other:
        wrong = one.post(place, json={"old": "x", "new": "N0ch-ein-Wort"})
        assert wrong.json()["code"] == "auth.wrong_password"
        for weak in ("short1A", "nurkleinbuchstaben", "Inspector-2026", "12345678"):
            answer = one.post(place, json={"old": PASSWORD, "new": weak})
            assert answer.json()["code"] == "account.password_weak", weak
        assert one.post(place, json={"old": PASSWORD, "new": "N0ch-ein-Wort"}).status_code == 204
        assert one.get("/api/me").status_code == 200
        assert other.get("/api/me").status_code == 401
        old = other.post("/api/login", json={"username": "inspector", "password": PASSWORD})
        assert old.status_code == 401
