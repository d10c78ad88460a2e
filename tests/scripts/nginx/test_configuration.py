"""A real nginx hands out what lies in the folder to those who may see it, and to nobody else."""

from __future__ import annotations

import gzip
import os
import ssl
import stat
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPResponse
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import httpx2 as httpx
import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from geodata.domain.access import Role, Scope
from geodata.domain.division import DivisionKind
from geodata.domain.period import today
from geodata.store.session import connect
from scripts.cli.main import command_line
from scripts.cluster import free_port
from scripts.nginx.configuration import Tls, running_nginx, site_configuration, tiles_secret
from server.app import create_app
from server.auth import COOKIE, log_in
from server.auth.sessions import From
from server.settings import Settings
from server.tiles.passes import PASS_COOKIE, Passes
from tests.browser.serving import serve
from tests.postgis import as_server
from tests.world import PASSWORD, World, build_world

SECRET = "0" * 64
TILE = "/tiles/communities/12/3371/1590.mvt"


@dataclass(frozen=True)
class Site:
    """An nginx before a server.

    Attributes:
        url: nginx's.
        upstream: The server's behind.
        folder: Where tiles lie.
        app: Of the server behind.
        world: The district.
    """

    url: str
    upstream: str
    folder: Path
    app: FastAPI
    world: World

    def get(self, path: str, **cookies: str) -> tuple[int, dict[str, str], bytes]:
        """Ask for something with cookies."""
        return self.ask(path, {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())})

    def ask(self, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Ask for something; return status, headers and content."""
        headers = {"Accept-Encoding": "gzip", **headers}
        try:
            request = Request(self.url + path, headers=headers)  # noqa: S310 - our own server
            answer: HTTPResponse = urlopen(request, timeout=20)  # noqa: S310
        except HTTPError as error:
            return error.code, {}, error.read()
        with answer:
            return answer.status, dict(answer.headers), answer.read()

    def log_in(self, role: Role) -> str:
        """Return the cookie of a new login."""
        state = self.app.state
        return log_in(
            state.engine, role.value, PASSWORD, settings=state.settings, origin=From("127.0.0.1")
        ).cookie

    def lay(self, place: str, version: int = 999) -> str:
        """Lay a file that no server would make: who gets its content got it from nginx."""
        folder = self.folder / place / today().isoformat() / f"{version}/communities/12/3371"
        folder.mkdir(parents=True, exist_ok=True)
        content = f"{place} {version}".encode()
        (folder / "1590.mvt.gz").write_bytes(gzip.compress(content))
        return f"{TILE}?on={today().isoformat()}&v={version}"


@pytest.fixture(scope="module")
def site(server, tmp_path_factory) -> Iterator[Site]:
    folder, prefix = tmp_path_factory.mktemp("tiles"), tmp_path_factory.mktemp("nginx")
    name = f"{server.worker}_nginx"
    url = server.clone(name)
    app = create_app(
        Settings(
            database_url=as_server(url),
            files=folder,
            tiles=folder,
            tiles_secret=SECRET,
        )
    )
    owner = connect(url)
    world = build_world(owner)
    owner.dispose()
    port = free_port()
    with serve(app) as upstream:
        text = site_configuration(
            listen=f"127.0.0.1:{port}",
            upstreams=[upstream.removeprefix("http://")],
            folder=folder,
            secret=SECRET,
        )
        with running_nginx(prefix, text):
            yield Site(f"http://127.0.0.1:{port}", upstream, folder, app, world)
    app.state.engine.dispose()
    server.drop(name)


def made_pass(scope: Scope, login: str, *, lasts: int = 300) -> str:
    return Passes(SECRET).text(scope, login, int(time.time()) + lasts)


def district(site: Site) -> Scope:
    return Scope(DivisionKind.DISTRICT, site.world.district)


def is_file(answer: tuple[int, dict[str, str], bytes], place: str) -> bool:
    packed = answer[2][:2] == b"\x1f\x8b"
    return (gzip.decompress(answer[2]) if packed else answer[2]).startswith(place.encode())


def test_a_tile_is_made_once_and_then_handed_out_by_nginx(site):
    login = site.log_in(Role.LEADER)
    status, headers, _ = site.get(TILE, **{COOKIE: login})
    assert status == 200
    cookie = SimpleCookie(headers["set-cookie"])[PASS_COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "strict"
    assert cookie["path"] == "/tiles"
    assert int(cookie["max-age"]) <= 600
    place = f"district-{site.world.district}"
    path = site.lay(place)
    status, headers, body = site.get(path, **{COOKIE: login, PASS_COOKIE: cookie.value})
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert gzip.decompress(body).startswith(place.encode())
    assert headers["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert "ETag" not in headers
    # Who cannot read gzip gets it unpacked.
    cookies = f"{COOKIE}={login}; {PASS_COOKIE}={cookie.value}"
    answer = site.ask(path, {"Cookie": cookies, "Accept-Encoding": "identity"})
    assert answer[2].startswith(place.encode())


def test_the_file_that_the_server_keeps_is_found_by_its_version(site):
    login = site.log_in(Role.TOWN)
    cookies = {
        COOKIE: login,
        PASS_COOKIE: made_pass(Scope(DivisionKind.TOWN, site.world.east), login),
    }
    x, y = 3372, 1590
    path = f"/tiles/communities/12/{x}/{y}.mvt?on={today().isoformat()}"
    _, headers, made = site.get(path, **cookies)
    version = headers["etag"].strip('"').rsplit("-", 1)[1]
    deadline = time.monotonic() + 10
    # The file is written behind the answer; until then our server is asked.
    while "etag" in {name.lower() for name in headers}:
        assert time.monotonic() < deadline, "answered by the server"
        _, headers, kept = site.get(f"{path}&v={version}", **cookies)
    assert gzip.decompress(kept) == gzip.decompress(made)
    # A version that is not there is our server's to answer.
    status, headers, _ = site.get(f"{path}&v={int(version) + 5}", **cookies)
    assert (status, headers["cache-control"]) == (200, "no-store")


def test_who_is_logged_out_reads_no_file(site):
    login = site.log_in(Role.LEADER)
    path = site.lay(f"district-{site.world.district}")
    good = made_pass(district(site), login)
    assert is_file(site.get(path, **{COOKIE: login, PASS_COOKIE: good}), "district")
    assert site.get(path)[0] == 401
    assert site.get(path, **{PASS_COOKIE: good})[0] == 401, "a pass without its login"
    other = site.log_in(Role.TOWN)
    answer = site.get(path, **{COOKIE: other, PASS_COOKIE: good})
    assert answer[0] == 200
    assert not is_file(answer, "district"), "a pass of another login"


@pytest.mark.parametrize("place", ["all", "district-999999", "town-370306002"])
def test_a_pass_opens_no_other_folder(site, place):
    login = site.log_in(Role.LEADER)
    path = site.lay(place)
    good = made_pass(district(site), login)
    own = f"district-{site.world.district}"
    forged = good.replace(own, place)
    for text in (good, forged):
        assert not is_file(site.get(path, **{COOKIE: login, PASS_COOKIE: text}), place)


def test_a_pass_that_ran_out_or_was_bent_opens_nothing(site):
    login = site.log_in(Role.LEADER)
    own = f"district-{site.world.district}"
    path = site.lay(own)
    old = made_pass(district(site), login, lasts=-2)
    place, until, proof = made_pass(district(site), login).split(".")
    bent = [
        old,
        f"{place}.{int(until) + 60}.{proof}",
        f"{place}.{until}.{'A' if proof[0] != 'A' else 'B'}{proof[1:]}",
        f"{place}.{until}.",
        f"{place}.{until}",
        f".{until}.{proof}",
        f"../{place}.{until}.{proof}",
        Passes("another secret").text(district(site), login, int(until)),
        "",
    ]
    for text in bent:
        answer = site.get(path, **{COOKIE: login, PASS_COOKIE: text})
        assert answer[0] == 200, "our server decides by the login"
        assert not is_file(answer, own), text


@pytest.mark.parametrize(
    "query",
    [
        "on={day}&v=../999",
        "on={day}&v=999%2f..%2f999",
        "on={day}&v=",
        "on={day}",
        "v=999",
        "on=../{day}&v=999",
        "on={day}/&v=999",
        "on={day}&v=999&district=../all",
        "on={day}&v=999&district=370399",
    ],
)
def test_an_odd_address_is_never_a_path(site, query):
    login = site.log_in(Role.LEADER)
    own = f"district-{site.world.district}"
    site.lay(own)
    cookies = {COOKIE: login, PASS_COOKIE: made_pass(district(site), login)}
    answer = site.get(f"{TILE}?{query.format(day=today().isoformat())}", **cookies)
    assert not is_file(answer, own)


def test_an_administrator_reads_the_whole_or_one_district(site):
    login = site.log_in(Role.ADMINISTRATOR)
    code = site.world.district
    for place in ("all", f"district-{code}"):
        site.lay(place)
    path = site.lay("all")
    cookies = {COOKIE: login, PASS_COOKIE: made_pass(Scope.everything(), login)}
    assert is_file(site.get(path, **cookies), "all")
    assert is_file(site.get(f"{path}&district={code}", **cookies), "district")


def test_a_token_is_answered_by_the_server_alone(site):
    login = site.log_in(Role.LEADER)
    own = f"district-{site.world.district}"
    path = site.lay(own)
    cookie = f"{COOKIE}={login}; {PASS_COOKIE}={made_pass(district(site), login)}"
    headers = {"Cookie": cookie, "Authorization": f"Bearer {site.world.token}"}
    answer = site.ask(path, headers)
    assert answer[0] == 200
    assert not is_file(answer, own)
    assert "set-cookie" not in answer[1]


def test_events_pass_unbuffered(site):
    login = site.log_in(Role.LEADER)
    request = Request(f"{site.url}/api/events", headers={"Cookie": f"{COOKIE}={login}"})  # noqa: S310
    with urlopen(request, timeout=5) as answer:  # noqa: S310
        assert answer.readline() == b"event: versions\n"


def test_the_secret_is_made_once_and_for_its_owner_alone(tmp_path):
    first = tiles_secret(tmp_path)
    assert len(first) == 64
    assert tiles_secret(tmp_path) == first
    assert [stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()] == [0o600]


def test_the_command_writes_a_file_for_its_owner_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("FUGAI_HOME", str(tmp_path))
    monkeypatch.setenv("FUGAI_TILES_FOLDER", str(tmp_path / "tiles"))
    out = tmp_path / "fugai.conf"
    assert CliRunner().invoke(command_line(), ["nginx-conf", "--out", str(out)]).exit_code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert tiles_secret(tmp_path) in out.read_text()
    assert os.environ["FUGAI_TILES_FOLDER"] in out.read_text()


def test_with_a_certificate_it_is_https_and_plain_http_is_led_there(site, tmp_path):
    certificate, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            *("/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    safe, plain = free_port(), free_port()
    upstream = urlsplit(site.upstream).netloc
    text = site_configuration(
        listen=f"127.0.0.1:{safe}",
        upstreams=[upstream],
        folder=site.folder,
        secret=SECRET,
        tls=Tls(certificate, key, f"127.0.0.1:{plain}"),
    )
    trusted = ssl.create_default_context(cafile=str(certificate))
    with (
        running_nginx(tmp_path, text),
        httpx.Client(verify=trusted, base_url=f"https://127.0.0.1:{safe}") as client,
    ):
        led = httpx.get(f"http://127.0.0.1:{plain}/map?on=2026-01-01")
        assert (led.status_code, led.headers["location"]) == (
            301,
            f"https://127.0.0.1:{safe}/map?on=2026-01-01",
        )
        credentials = {"username": Role.LEADER.value, "password": PASSWORD}
        answer = client.post("/api/login", json=credentials)
        assert answer.status_code == 200
        assert "Secure" in answer.headers["set-cookie"]
        assert "max-age=31536000" in answer.headers["strict-transport-security"]
        assert client.get("/api/sites").status_code == 200
        assert client.get("/metrics").status_code == 404
