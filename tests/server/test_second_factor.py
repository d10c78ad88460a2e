"""The code of an authenticator app after the password: set up, asked for, guessed at, lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text, update

from geodata.domain.access import Role
from geodata.domain.password import MOST_TRIES
from geodata.store.sealing import PREFIX
from geodata.store.tables import LoginSession
from server.app import create_app
from server.auth import COOKIE
from tests.own_world import logged_in, own_world
from tests.postgis import TestServer
from tests.world import PASSWORD

HTML = {"accept": "text/html"}
_ARRIVES_WITHIN_S = 5
LEADER = {"username": "leader", "password": PASSWORD}


@pytest.fixture
def own(server: TestServer, tmp_path) -> Iterator[FastAPI]:
    with own_world(server, "codes", tmp_path) as (app, _):
        yield app


@pytest.fixture
def stranger(own: FastAPI) -> Iterator[TestClient]:
    """A browser that has shown nothing."""
    with TestClient(own, follow_redirects=False) as client:
        yield client


@pytest.fixture
def app_of_leader(own: FastAPI) -> pyotp.TOTP:
    """The leader's authenticator; codes are asked for."""
    with logged_in(own, Role.LEADER) as leader:
        made = leader.post("/api/account/code", json={"password": PASSWORD}).json()
        maker = pyotp.TOTP(made["secret"])
        assert leader.put("/api/account/code", json={"code": earlier(maker)}).status_code == 204
    return maker


def earlier(maker: pyotp.TOTP) -> str:
    """The code of half a minute ago, so that the present one is left.

    Not when the next half minute is about to begin: it would be too old when it arrives.
    """
    left_s = maker.interval - time.time() % maker.interval
    if left_s < _ARRIVES_WITHIN_S:
        time.sleep(left_s)
    return maker.at(datetime.now(UTC), counter_offset=-1)


def wrong(maker: pyotp.TOTP) -> str:
    near = {maker.at(datetime.now(UTC), counter_offset=off) for off in range(-3, 4)}
    return next(f"{one:06d}" for one in range(10) if f"{one:06d}" not in near)


def show_code(client: TestClient, code: str) -> int:
    return client.post("/api/login/code", json={"code": code}).status_code


def test_nothing_is_asked_for_until_a_code_was_seen(own, stranger):
    with logged_in(own, Role.LEADER) as leader:
        assert leader.post("/api/account/code", json={"password": "no"}).status_code == 401
        made = leader.post("/api/account/code", json={"password": PASSWORD}).json()
        assert made["uri"].startswith("otpauth://totp/fugai:leader?")
        assert made["picture"].startswith("<svg")
        code = {"code": wrong(pyotp.TOTP(made["secret"]))}
        assert leader.put("/api/account/code", json=code).json()["code"] == "auth.code_wrong"
        assert stranger.post("/api/login", json=LEADER).json()["awaits_code"] is False


def test_a_password_alone_opens_nothing(own, stranger, app_of_leader):
    answer = stranger.post("/api/login", json=LEADER)
    assert answer.json() == {"username": "leader", "awaits_code": True}
    assert COOKIE not in stranger.cookies
    stranger.cookies.set(COOKIE, stranger.cookies["fugai_waiting"])
    assert stranger.get("/api/me").status_code == 401
    stranger.cookies.delete(COOKIE)
    assert show_code(stranger, wrong(app_of_leader)) == 401
    assert show_code(stranger, app_of_leader.now()) == 200
    assert stranger.get("/api/me").json()["username"] == "leader"
    listed = stranger.get("/api/account/sessions").json()
    assert sum(one["is_this"] for one in listed) == 1


def test_a_code_is_taken_once(stranger, app_of_leader):
    code = app_of_leader.now()
    stranger.post("/api/login", json=LEADER)
    assert show_code(stranger, code) == 200
    stranger.cookies.clear()
    stranger.post("/api/login", json=LEADER)
    assert show_code(stranger, code) == 401


def test_a_right_password_does_not_make_good_for_wrong_codes(stranger, app_of_leader):
    for _ in range(MOST_TRIES):
        assert stranger.post("/api/login", json=LEADER).json()["awaits_code"]
        assert show_code(stranger, wrong(app_of_leader)) == 401
    assert show_code(stranger, app_of_leader.now()) == 429
    assert stranger.post("/api/login", json=LEADER).json()["code"] == "auth.locked"


def test_a_code_may_come_too_late(own, stranger, app_of_leader):
    stranger.post("/api/login", json=LEADER)
    with own.state.owner.begin() as connection:
        over = datetime.now(UTC) - timedelta(seconds=1)
        connection.execute(update(LoginSession).values(expires_at=over))
    answer = stranger.post("/api/login/code", json={"code": app_of_leader.now()})
    assert answer.json()["code"] == "auth.code_late"


def test_the_database_keeps_the_secret_sealed(own, app_of_leader):
    with own.state.owner.connect() as connection:
        lies = connection.scalar(text("SELECT code_secret FROM account WHERE username = 'leader'"))
    assert lies.startswith(PREFIX)
    assert app_of_leader.secret not in lies


def test_the_page_asks_and_leads_on(stranger, app_of_leader):
    asked = stranger.post("/login", data=LEADER | {"next": "/gaps"}, headers=HTML)
    assert asked.status_code == 200
    assert 'action="/login/code"' in asked.text
    assert PASSWORD not in asked.text
    again = stranger.post("/login/code", data={"code": wrong(app_of_leader), "next": "/gaps"})
    assert again.status_code == 401
    assert "验证码不正确" in again.text
    assert 'action="/login/code"' in again.text
    done = stranger.post("/login/code", data={"code": app_of_leader.now(), "next": "/gaps"})
    assert (done.status_code, done.headers["location"]) == (303, "/gaps")
    assert stranger.get("/gaps", headers=HTML).status_code == 200


def test_a_lost_phone_is_the_security_administrators_matter(own, stranger, app_of_leader):
    with logged_in(own, Role.SECURITY_ADMINISTRATOR) as keeper:
        listed = {one["username"]: one["has_code"] for one in keeper.get("/api/accounts").json()}
        assert listed == dict.fromkeys(listed, False) | {"leader": True}
        assert keeper.delete("/api/accounts/leader/code").status_code == 204
        own_one = keeper.delete("/api/accounts/security_administrator/code")
        assert own_one.json()["code"] == "account.own"
    assert stranger.post("/api/login", json=LEADER).json()["awaits_code"] is False


def test_ones_own_is_switched_off_with_the_password(stranger, app_of_leader):
    stranger.post("/api/login", json=LEADER)
    assert show_code(stranger, app_of_leader.now()) == 200
    assert stranger.post("/api/account/code/end", json={"password": "no"}).status_code == 401
    ended = stranger.post("/api/account/code/end", json={"password": PASSWORD})
    assert ended.status_code == 204
    stranger.cookies.clear()
    assert stranger.post("/api/login", json=LEADER).json()["awaits_code"] is False


def test_a_role_that_needs_one_sees_its_account_alone(own, world, server):
    settings = own.state.settings
    strict = create_app(
        type(settings)(
            database_url=settings.database_url,
            files=settings.files,
            second_factor=frozenset({Role.LEADER, Role.SECURITY_ADMINISTRATOR}),
        )
    )
    for role, elsewhere in ((Role.LEADER, "/sites"), (Role.SECURITY_ADMINISTRATOR, "/accounts")):
        with logged_in(strict, role) as client:
            assert client.get("/api" + elsewhere).json()["code"] == "auth.code_required"
            led = client.get(elsewhere, headers=HTML)
            assert (led.status_code, led.headers["location"]) == (303, "/account")
            page = client.get("/account", headers=HTML)
            assert page.status_code == 200
            assert "须开启两步验证" in page.text
            made = client.post("/api/account/code", json={"password": PASSWORD}).json()
            code = pyotp.TOTP(made["secret"]).now()
            assert client.put("/api/account/code", json={"code": code}).status_code == 204
            assert client.get("/api" + elsewhere).status_code == 200
    with logged_in(strict, Role.TOWN) as town:
        assert town.get("/api/sites").status_code == 200
    strict.state.engine.dispose()


def test_accounts_come_from_no_table_of_codes(own, app_of_leader):
    """What is asked of accounts tells no secret, sealed or open."""
    with logged_in(own, Role.SECURITY_ADMINISTRATOR) as keeper:
        told = keeper.get("/api/accounts").text + keeper.get("/accounts").text
    assert app_of_leader.secret not in told
    with own.state.owner.connect() as connection:
        sealed = connection.scalar(text("SELECT max(code_secret) FROM account"))
    assert sealed not in told
