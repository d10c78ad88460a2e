"""Two servers behind nginx, pgbouncer in transaction mode, a standby that reads: all real, here."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2 as httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, NullPool, create_engine, text

from geodata.domain.access import Role, Scope
from geodata.domain.category import Category
from geodata.domain.division import DivisionKind
from geodata.domain.period import today
from geodata.layers import LAYERS
from geodata.store.migrate import upgrade
from geodata.store.server_role import let_in
from geodata.store.session import connect, reading
from geodata.store.tiles import read_tile
from scripts.benchmarks.serve.contenders import ours
from scripts.benchmarks.serve.mix import tile_at
from scripts.cluster import Cluster, free_port
from scripts.nginx.configuration import running_nginx, site_configuration, tiles_secret
from scripts.pooler import running_pooler, write_pooler
from server.app import create_app
from server.settings import Settings
from tests.own_world import logged_in
from tests.server.test_pages import PAGES
from tests.standby import make_replica
from tests.world import PASSWORD, World, build_world

_SERVERS = 2
_WRITES = 12
_CATCHES_UP_S = 20


@dataclass(frozen=True)
class Several:
    """All of it.

    Attributes:
        url: nginx's.
        servers: Of each server behind it.
        primary: Engine of the owner on the primary.
        standby: The same on the standby.
        standby_cluster: The standby.
        pooled: Address through pgbouncer.
        settings: A server's, to be run inside a test.
        world: The district.
    """

    url: str
    servers: tuple[str, ...]
    primary: Engine
    standby: Engine
    standby_cluster: Cluster
    pooled: str
    settings: Settings
    world: World

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let the standby show nothing new for a while."""
        self._tell("SELECT pg_wal_replay_pause()")
        yield
        self._tell("SELECT pg_wal_replay_resume()")

    def _tell(self, statement: str) -> None:
        with self.standby.connect() as connection:
            connection.execute(text(statement))

    def catches_up(self) -> None:
        """Wait until the standby shows all there is."""
        deadline = time.monotonic() + _CATCHES_UP_S
        while (told := httpx.get(f"{self.servers[0]}/healthz").json())["replica_behind_bytes"] != 0:
            assert time.monotonic() < deadline, told
            time.sleep(0.05)

    def reads(self) -> dict[str, int]:
        """How often each answered, over all servers."""
        found = {"primary": 0, "replica": 0}
        for server in self.servers:
            told = httpx.get(f"{server}/metrics").text
            for by in found:
                line = re.search(rf'fugai_reads_total{{by="{by}"}} ([\d.]+)', told)
                found[by] += int(float(line[1])) if line else 0
        return found


@pytest.fixture(scope="module")
def several() -> Iterator[Several]:
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fugai-several-")))
        home.chmod(0o755)
        for name in ("one", "two", "pooler", "servers", "tiles", "nginx"):
            (home / name).mkdir()
        primary = Cluster(home / "one")
        primary.ensure()
        stack.callback(primary.stop)
        upgrade(primary.url())
        direct = let_in(primary.url(), primary.server_password())
        owner = create_engine(primary.url(), poolclass=NullPool)
        world = build_world(owner)
        standby = make_replica(primary, home / "two")
        stack.callback(standby.stop)
        replica = let_in_address(standby, direct)
        pooled = write_pooler(home / "pooler", direct, listen=free_port(), connections=4)
        stack.enter_context(running_pooler(home / "pooler"))
        more = {
            "FUGAI_SERVER_DATABASE_URL": pooled,
            "FUGAI_DIRECT_DATABASE_URL": direct,
            "FUGAI_REPLICA_DATABASE_URL": replica,
        }
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in more.items():
            patch.setenv(name, value)
        servers = tuple(
            stack.enter_context(
                ours(
                    home / "servers",
                    primary.url(),
                    workers=1,
                    memory_mb=64,
                    folder=home / "tiles",
                )
            )[0]
            for _ in range(_SERVERS)
        )
        port = free_port()
        site = site_configuration(
            listen=f"127.0.0.1:{port}",
            upstreams=[one.removeprefix("http://") for one in servers],
            folder=home / "tiles",
            secret=tiles_secret(home / "servers"),
        )
        stack.enter_context(running_nginx(home / "nginx", site))
        settings = Settings(
            database_url=pooled, direct_url=direct, replica_url=replica, files=home / "servers"
        )
        standby_owner = create_engine(standby.url(), poolclass=NullPool)
        yield Several(
            f"http://127.0.0.1:{port}",
            servers,
            owner,
            standby_owner,
            standby,
            pooled,
            settings,
            world,
        )


def let_in_address(standby: Cluster, direct: str) -> str:
    """The address of the server's role on the standby: the primary's, at another port."""
    port = (standby.home / "postgres" / "port").read_text().strip()
    return re.sub(r":\d+/", f":{port}/", direct)


@pytest.fixture
def town(several: Several) -> Iterator[httpx.Client]:
    """A town's browser, before nginx."""
    with httpx.Client(base_url=several.url, timeout=60) as client:
        told = {"username": Role.TOWN.value, "password": PASSWORD}
        assert client.post("/api/login", json=told).status_code == 200
        yield client


def rename(client: httpx.Client, site: int, name: str) -> None:
    tag = client.get(f"/api/sites/{site}").headers["etag"]
    answer = client.patch(f"/api/sites/{site}", json={"name": name}, headers={"If-Match": tag})
    assert answer.status_code == 200, answer.text


def site_of(several: Several) -> int:
    names = several.world.names[several.world.east]
    return several.world.ids[min(names)]


def test_an_editor_reads_their_own_writes_whoever_answers(several, town):
    several.catches_up()
    before = several.reads()
    site = site_of(several)
    for number in range(_WRITES):
        rename(town, site, f"第{number}次改名")
        for server in (several.url, *several.servers):
            read = httpx.get(f"{server}/api/sites/{site}", cookies=dict(town.cookies))
            assert read.json()["name"] == f"第{number}次改名"
    after = several.reads()
    assert after["replica"] > before["replica"], "the standby answers too"


def test_what_only_reads_is_read_from_the_standby(several, town):
    several.catches_up()
    before = several.reads()
    for path in ("/api/coverage", "/api/sites", "/map", "/overview", "/gaps"):
        assert town.get(path).status_code == 200
    after = several.reads()
    assert after["replica"] - before["replica"] >= 4
    assert after["primary"] == before["primary"]


def test_a_standby_that_is_behind_is_not_asked(several, town):
    several.catches_up()
    site = site_of(several)
    with several.paused():
        rename(town, site, "暂停时改名")
        before = several.reads()
        read = town.get(f"/api/sites/{site}").json()
        assert read["name"] == "暂停时改名"
        with several.standby.connect() as connection:
            stale = connection.scalar(
                text("SELECT name FROM site WHERE id = :site"), {"site": site}
            )
        assert stale != "暂停时改名"
        assert several.reads()["replica"] == before["replica"]
        behind = httpx.get(f"{several.servers[0]}/healthz").json()["replica_behind_bytes"]
        assert behind > 0
        told = httpx.get(f"{several.servers[0]}/metrics").text
        assert float(re.search(r"fugai_replica_behind_bytes ([\d.e+]+)", told)[1]) > 0
    several.catches_up()


def test_tiles_are_never_older_than_their_version(several, town):
    """Others hear of a change and ask for its tile: from each server, standby behind or not."""
    several.catches_up()
    with several.primary.connect() as connection:
        site, longitude, latitude = connection.execute(
            text(
                "SELECT id, ST_X(p), ST_Y(p) FROM site, ST_PointOnSurface(geom) AS p"
                " WHERE town_code = :town AND geom IS NOT NULL AND category <> :standalone"
                " ORDER BY id LIMIT 1"
            ),
            {"town": several.world.east, "standalone": Category.STANDALONE_BUILDING.value},
        ).one()
    tile = tile_at(longitude, latitude, 14)
    scope = Scope(DivisionKind.TOWN, several.world.east)

    def truth() -> bytes:
        with reading(several.primary) as session:
            return read_tile(session, (LAYERS["communities"],), tile, scope, on=today())

    def shown(server: str) -> bytes:
        path = f"/tiles/communities/{tile.z}/{tile.x}/{tile.y}.mvt"
        return httpx.get(server + path, cookies=dict(town.cookies)).content

    for number in range(10):
        with ExitStack() as stack:
            if number % 2:
                stack.enter_context(several.paused())
            rename(town, site, f"瓦片{number}")
            wanted = truth()
            for server in several.servers:
                deadline = time.monotonic() + 3
                while shown(server) != wanted:
                    assert time.monotonic() < deadline, (number, server)
                    time.sleep(0.01)


def test_a_standby_that_dies_is_done_without(several, town):
    several.catches_up()
    site = site_of(several)
    several.standby_cluster.stop()
    try:
        for _ in range(3):
            assert town.get(f"/api/sites/{site}").status_code == 200
            assert town.get("/api/coverage").status_code == 200
        health = httpx.get(f"{several.servers[0]}/healthz").json()
        assert health["status"] == "ok"
        assert health["replica_behind_bytes"] is None
    finally:
        several.standby_cluster.start()
    deadline = time.monotonic() + _CATCHES_UP_S
    while httpx.get(f"{several.servers[0]}/healthz").json()["replica_behind_bytes"] is None:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_many_share_few_connections_and_leave_nothing_on_them(several):
    """Browsers of two towns at once, four connections to the database between them all."""

    def seen(role: Role) -> set[str]:
        with httpx.Client(base_url=several.url, timeout=60) as client:
            told = {"username": role.value, "password": PASSWORD}
            client.post("/api/login", json=told)
            rows = client.get("/api/sites?limit=100").json()["sites"]
            return {
                row["properties"]["town_code"] if "properties" in row else row["town"]
                for row in rows
            }

    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(seen, [Role.TOWN, Role.LEADER] * 12))
    assert all(one == {several.world.east} for one in found[::2])
    assert all(len(one) > 1 for one in found[1::2])


def test_every_page_that_reads_can_be_read_from_a_standby(several):
    """Nothing that only reads needs what a standby does not do: no table of its own, no lock."""
    several.catches_up()
    app = create_app(several.settings)
    only = create_app(replace(several.settings, replica_url=None))
    with logged_in(app, Role.LEADER) as spared, logged_in(only, Role.LEADER) as plain:
        for path in PAGES:
            if path in ("/docs", "/login", "/nowhere"):
                continue
            wanted = plain.get(path, headers={"accept": "text/html"}).status_code
            assert wanted == 200, path
            app.state.replica.need(0)
            answer = spared.get(path, headers={"accept": "text/html"})
            assert answer.status_code == wanted, (path, answer.text[:300])
    for one in (app, only):
        _dispose(one)


def _dispose(app: FastAPI) -> None:
    app.state.engine.dispose()
    if app.state.replica is not None:
        app.state.replica.engine.dispose()


def test_a_reading_token_is_no_editor_and_a_cookie_may_be_nonsense(several):
    several.catches_up()
    app = create_app(several.settings)
    with TestClient(app) as client:
        login = {"username": "leader", "password": PASSWORD}
        client.post("/api/login", json=login)
        for odd in ("x", "-1", "9" * 40, "?"):
            client.cookies.set("fugai_written", odd)
            assert client.get("/api/coverage").status_code == 200
    _dispose(app)


def test_connections_of_a_pooler_hold_no_statement(several):
    engine = connect(several.pooled, is_pooled=True)
    for _ in range(20):
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT :n + 1"), {"n": 1}) == 2
    engine.dispose()
