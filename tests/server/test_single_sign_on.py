"""Logging in by a real OpenID Connect provider, and what is not believed of it."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from geodata.domain.access import Role
from geodata.domain.errors import DomainError
from geodata.store.session import reading
from geodata.store.tables import AuditLine
from server.app import create_app
from server.auth import provider as asked
from server.settings import Provider, Settings
from tests.own_world import own_world
from tests.postgis import TestServer
from tests.sso import Started, provider

BACK = "http://testserver/login/sso/back"
POLICY = "content-security-policy"
HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def there() -> Iterator[Started]:
    with provider(BACK, "http://testserver/login") as started:
        yield started


@pytest.fixture(scope="module")
def own(server: TestServer, tmp_path_factory) -> Iterator[FastAPI]:
    with own_world(server, "sso", tmp_path_factory.mktemp("files")) as (app, _):
        yield app


@contextmanager
def browser(own: FastAPI, told: Provider | None, **more: object) -> Iterator[TestClient]:
    settings = replace(own.state.settings, provider=told, **more)
    app = create_app(settings)
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.fixture
def client(own: FastAPI, there: Started) -> Iterator[TestClient]:
    with browser(own, there.settings) as client:
        yield client


def sent(client: TestClient, wanted: str = "/gaps") -> str:
    """The address that the browser is sent to."""
    answer = client.get(f"/login/sso?next={wanted}", headers=HTML)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def outcomes(own: FastAPI, username: str) -> list[tuple[str, object]]:
    with reading(own.state.owner) as session:
        lines = session.scalars(
            select(AuditLine)
            .where(AuditLine.actor == username, AuditLine.action == "log_in")
            .order_by(AuditLine.id)
        )
        return [(line.outcome, line.facts.get("by")) for line in lines]


def test_the_login_page_offers_it_where_it_is_set(own, client):
    assert 'href="/login/sso?next=/map"' in client.get("/login").text
    with browser(own, None) as plain:
        assert "/login/sso" not in plain.get("/login").text
        answer = plain.get("/login/sso", headers=HTML)
        assert answer.status_code == 404
        assert "未接入统一身份认证" in answer.text


def test_whom_the_provider_knows_comes_in_and_gets_to_where_they_wanted(own, client, there):
    address = sent(client)
    told = parse_qs(urlsplit(address).query)
    assert told["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= told.keys()
    back = client.get(there.answer_for("leader", address), headers=HTML)
    assert (back.status_code, back.headers["location"]) == (303, "/gaps")
    assert client.get("/api/me").json()["role"] == "leader"
    assert [one["way"] for one in client.get("/api/account/sessions").json()] == ["sso"]
    assert "统一身份认证" in client.get("/account", headers=HTML).text
    assert outcomes(own, "leader") == [("ok", "sso")]


def test_whoever_leaves_leaves_the_provider_too(client, there):
    client.get(there.answer_for("leader", sent(client)), headers=HTML)
    assert f"form-action 'self' {there.settings.issuer};" in client.get("/account").headers[POLICY]
    out = client.post("/logout")
    assert out.headers["location"].startswith(f"{there.settings.issuer}/session/end?")
    assert there.leave(out.headers["location"]) == "http://testserver/login"
    assert client.get("/api/me").status_code == 401
    # Nothing is kept of it: who logs in by password next is led nowhere else.
    assert client.post("/logout").headers["location"] == "/login"


def test_whoever_leaves_while_the_provider_is_away_is_out_here(own, client, there):
    client.get(there.answer_for("leader", sent(client)), headers=HTML)
    cookies = {name: client.cookies[name] for name in ("fugai_session", "fugai_sso_word")}
    with browser(own, replace(there.settings, issuer="http://127.0.0.1:9")) as away:
        away.cookies.update(cookies)
        assert away.post("/logout").headers["location"] == "/login"
        assert away.get("/api/me").status_code == 401


def test_whom_we_do_not_know_stays_out(own, client, there):
    back = client.get(there.answer_for("somebody", sent(client)), headers=HTML)
    assert back.status_code == 403
    assert "没有开通此账号" in back.text
    assert client.get("/api/me").status_code == 401
    assert outcomes(own, "somebody") == [("refused", "sso")]


def test_an_answer_is_good_in_the_browser_that_asked_and_once(own, client, there):
    answer = there.answer_for("leader", sent(client))
    with browser(own, there.settings) as other:
        sent(other)
        assert other.get(answer, headers=HTML).status_code == 401
        assert other.get("/api/me").status_code == 401
    assert client.get(answer, headers=HTML).status_code == 303
    assert client.get(answer, headers=HTML).status_code == 401


@pytest.mark.parametrize("end", ["", "?error=access_denied&state=x", "?code=made-up&state=x"])
def test_an_answer_that_is_none_is_refused(client, end):
    sent(client)
    answer = client.get(f"/login/sso/back{end}", headers=HTML)
    assert answer.status_code == 401
    assert "统一身份认证未通过" in answer.text
    assert client.get("/api/me").status_code == 401


def test_where_one_wanted_to_be_is_always_here(client, there):
    back = client.get(there.answer_for("leader", sent(client, "//evil.example")), headers=HTML)
    assert back.headers["location"] == "/map"


def test_the_word_of_another_client_is_not_believed(client, there, monkeypatch):
    """Somebody who has a token of theirs for another system gets no further with it here."""
    address = sent(client)
    answer = there.answer_for("leader", address)
    begun = asked.Begun(**_kept(client))
    told = replace(there.settings, client_id="fugai")
    claims = asked._claims
    seen: list[str] = []

    def for_another(told, issuer, nonce, token, keys):
        for wrong in (
            (replace(told, client_id="another"), issuer, nonce),
            (told, "http://127.0.0.1:1", nonce),
            (told, issuer, "another nonce"),
        ):
            with pytest.raises(Exception, match=r"(?i)claim"):
                claims(*wrong, token, keys)
            seen.append("refused")
        return claims(told, issuer, nonce, token, keys)

    monkeypatch.setattr(asked, "_claims", for_another)
    assert asked.finish(told, BACK, begun, answer).name == "leader"
    assert seen == ["refused"] * 3


def test_a_token_that_nobody_signed_is_refused(client, there, monkeypatch):
    begun_at = sent(client)
    answer = there.answer_for("leader", begun_at)
    begun = asked.Begun(**_kept(client))
    claims = asked._claims

    def forged(told, issuer, nonce, token, keys):
        head, body, _ = token["id_token"].split(".")
        unsigned = "eyJhbGciOiJub25lIn0"
        for made in (f"{unsigned}.{body}.", f"{head}.{body}.AAAA"):
            claims(told, issuer, nonce, token | {"id_token": made}, keys)

    monkeypatch.setattr(asked, "_claims", forged)
    with pytest.raises(DomainError, match=r"auth\.sso_refused"):
        asked.finish(there.settings, BACK, begun, answer)


def test_a_provider_that_is_away_is_told_in_words(own, there):
    for away in ("http://127.0.0.1:9", there.settings.issuer + "/nowhere"):
        with browser(own, replace(there.settings, issuer=away)) as client:
            answer = client.get("/login/sso", headers=HTML)
            assert answer.status_code == 503
            assert "暂时连不上统一身份认证" in answer.text


def test_a_second_factor_is_then_the_providers_matter(own, there):
    with browser(own, there.settings, second_factor=frozenset({Role.LEADER})) as client:
        client.get(there.answer_for("leader", sent(client)), headers=HTML)
        assert client.get("/api/sites").status_code == 200


@pytest.mark.parametrize(
    ("issuer", "more"),
    [
        ("http://sso.example", {"FUGAI_OIDC_CLIENT_ID": "fugai"}),
        ("https://sso.example", {}),
        ("sso.example", {"FUGAI_OIDC_CLIENT_ID": "fugai"}),
    ],
)
def test_settings_that_are_unsafe_or_half_stop_the_start(issuer, more, tmp_path):
    with pytest.raises(DomainError, match=r"auth\.sso_setting"):
        Settings.read("x", tmp_path, {"FUGAI_OIDC_ISSUER": issuer, **more})


def test_settings_are_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    environ = {
        "FUGAI_OIDC_ISSUER": "https://sso.example/realms/district/",
        "FUGAI_OIDC_CLIENT_ID": "fugai",
        "FUGAI_OIDC_CLIENT_SECRET_FILE": str(secret),
        "FUGAI_SECOND_FACTOR": "administrator, security_administrator",
    }
    read = Settings.read("x", tmp_path, environ)
    assert read.provider is not None
    assert read.provider.issuer == "https://sso.example/realms/district"
    assert read.provider.client_secret == "s3cret"
    assert "s3cret" not in repr(read)
    assert read.second_factor == {Role.ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR}
    with pytest.raises(DomainError, match=r"access\.role_unknown"):
        Settings.read("x", tmp_path, {"FUGAI_SECOND_FACTOR": "boss"})


def _kept(client: TestClient) -> dict[str, str]:
    return json.loads(urlsafe_b64decode(client.cookies["fugai_sso"]))
