"""A database that is away, slow, full or has another clock: told in words, and over by itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path

import httpx2 as httpx
import pytest
from sqlalchemy import Engine, NullPool, create_engine, text

from geodata.domain.access import Role
from geodata.store.audit_chain import verify_chain
from geodata.store.migrate import upgrade
from geodata.store.session import reading
from scripts.cluster import Cluster, free_port
from tests.world import PASSWORD, World, build_world

HTML = {"accept": "text/html"}
_DISK = "420m"
_STARTS_WITHIN_S = 120
_RECOVERS_WITHIN_S = 90
_PIECE = 1 << 20


@dataclass
class House:
    """An installation of its own, run as an operator runs it.

    Attributes:
        home: Its folder.
        cluster: Its database, which `fugai up` keeps running.
        owner: Engine that no policy holds back.
        world: The district in it.
        url: Of the server.
    """

    home: Path
    cluster: Cluster
    owner: Engine
    world: World
    url: str

    @contextmanager
    def up(self, **more: str) -> Iterator[httpx.Client]:
        """Run `fugai up` while the block runs, and yield a town's browser.

        Args:
            more: Of the environment: another clock, say.
        """
        environ = {
            **os.environ,
            "FUGAI_HOME": str(self.home),
            "FUGAI_WORKER": "off",
            **more,
        }
        environ.pop("FUGAI_DATABASE_URL", None)
        port = self.url.rsplit(":", 1)[1]
        command = [sys.executable, "-m", "scripts.cli.main", "up", "--port", port]
        with (self.home / "up.log").open("ab") as log:
            process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
        try:
            self._until_ready(process)
            with httpx.Client(base_url=self.url, timeout=60) as client:
                told = {"username": Role.TOWN.value, "password": PASSWORD}
                assert client.post("/api/login", json=told).status_code == 200
                yield client
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)
            assert not self.is_ready()

    def _until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _STARTS_WITHIN_S
        while not self.is_ready():
            assert process.poll() is None, (self.home / "up.log").read_text()
            assert time.monotonic() < deadline, (self.home / "up.log").read_text()
            time.sleep(0.1)
        assert process.poll() is None, "somebody else answers"

    def is_ready(self) -> bool:
        """Whether the server may be asked."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def name_of(self, site: int) -> str:
        """What the database calls a site."""
        with self.owner.connect() as connection:
            return str(connection.scalar(text(f"SELECT name FROM site WHERE id = {site}")))

    def site(self) -> int:
        """A site of the town that the browser is logged in for."""
        return self.world.ids[min(self.world.names[self.world.east])]

    def postmaster(self) -> int:
        """The database's process."""
        told = self.home / "postgres/data/postmaster.pid"
        return int(told.read_text().split()[0])


@pytest.fixture
def house() -> Iterator[House]:
    """On a small disk of its own."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fugai-faults-")))
        mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK},mode=755", "tmpfs", str(home)]
        if subprocess.run(mount, capture_output=True, check=False).returncode == 0:
            stack.callback(subprocess.run, ["umount", "-l", str(home)], check=True)
        home.chmod(0o755)
        cluster = Cluster(home)
        cluster.ensure()
        stack.callback(cluster.stop)
        upgrade(cluster.url())
        owner = create_engine(cluster.url(), poolclass=NullPool)
        world = build_world(owner)
        yield House(home, cluster, owner, world, f"http://127.0.0.1:{free_port()}")


def rename(client: httpx.Client, site: int, name: str) -> httpx.Response:
    read = client.get(f"/api/sites/{site}")
    if read.status_code != 200:
        return read
    tag = {"If-Match": read.headers["etag"]}
    return client.patch(f"/api/sites/{site}", json={"name": name}, headers=tag)


def until_saved(house: House, client: httpx.Client, name: str) -> None:
    deadline = time.monotonic() + _RECOVERS_WITHIN_S
    while (answer := rename(client, house.site(), name)).status_code != 200:
        assert answer.status_code in (401, 503, 507), answer.text
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.3)
    assert house.name_of(house.site()) == name


def once_answered(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """Ask again for as long as the database is told to be away; return what it answers then."""
    deadline = time.monotonic() + _RECOVERS_WITHIN_S
    while (answer := ask()).status_code == 503 and time.monotonic() < deadline:
        assert "数据库暂时连不上" in answer.text
        assert answer.headers["retry-after"]
        time.sleep(0.3)
    return answer


def is_told(answer: httpx.Response, status: int, code: str, words: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.json()["code"] == code
    assert words in answer.json()["detail"]


def is_whole(house: House) -> None:
    house.cluster.start()
    with reading(house.owner) as session:
        assert verify_chain(session).is_whole


def test_a_database_that_dies_is_told_of_and_started_again(house):
    with house.up() as client:
        assert rename(client, house.site(), "断电之前").status_code == 200
        os.kill(house.postmaster(), signal.SIGKILL)
        answer = client.get(f"/api/sites/{house.site()}")
        is_told(answer, 503, "store.away", "数据库暂时连不上")
        assert answer.headers["retry-after"]
        page = client.get("/sites", headers=HTML)
        assert page.status_code == 503
        assert "数据库暂时连不上" in page.text
        until_saved(house, client, "恢复之后")
    is_whole(house)


def test_connections_that_are_cut_are_made_anew(house):
    with house.up() as client:
        for number in range(5):
            with house.owner.begin() as connection:
                connection.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE usename = 'fugai_server'"
                    )
                )
            assert rename(client, house.site(), f"第{number}次断线").status_code == 200
    is_whole(house)


def test_a_database_that_makes_wait_is_given_up_on_in_time(house):
    with house.up() as client:
        with house.owner.begin() as connection:
            connection.execute(text("ALTER ROLE fugai_server SET lock_timeout = '1s'"))
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE usename = 'fugai_server'"
                )
            )
        before = house.name_of(house.site())
        read = client.get(f"/api/sites/{house.site()}")
        with house.owner.begin() as connection:
            connection.execute(text("LOCK TABLE site IN SHARE MODE"))
            answer = client.patch(
                f"/api/sites/{house.site()}",
                json={"name": "等不到"},
                headers={"If-Match": read.headers["etag"]},
            )
            is_told(answer, 503, "store.slow", "没有保存")
        assert house.name_of(house.site()) == before
        assert rename(client, house.site(), "等到了").status_code == 200


def test_a_full_disk_loses_nothing_and_is_over_once_there_is_room(house):
    if not house.home.is_mount():
        pytest.skip("no disk of its own can be made here")
    ballast = house.home / "ballast"
    with house.up() as client:
        assert rename(client, house.site(), "磁盘满之前").status_code == 200
        _fill(ballast)
        last, refused = "磁盘满之前", []
        for number in range(400):
            name = f"磁盘将满{number}" + "长" * 40
            answer = rename(client, house.site(), name)
            if answer.status_code == 200:
                last = name
                continue
            refused.append(answer)
            if len(refused) > 3:
                break
        assert refused, "the disk was never full"
        for answer in refused:
            assert answer.status_code in (503, 507), answer.text
            assert "保存" in answer.json()["detail"]
        photo = {"file": ("a.xlsx", b"x" * (8 << 20))}
        sent = client.post("/api/ledger/imports", files=photo)
        assert sent.status_code in (422, 503, 507), sent.text
        ballast.unlink()
        until_saved(house, client, "腾出空间之后")
        with house.owner.connect() as connection:
            told = connection.scalars(
                text(
                    f"SELECT new ->> 'name' FROM site_version WHERE site_id = {house.site()}"
                    " AND new ? 'name' ORDER BY id"
                )
            ).all()
        assert last in told
        assert told[-1] == "腾出空间之后"
    is_whole(house)


def _fill(ballast: Path) -> None:
    """Take all the room there is."""
    with ballast.open("wb", buffering=0) as file:
        for size in (_PIECE, 4096):
            while True:
                try:
                    file.write(b"\0" * size)
                except OSError:
                    break


def test_a_clock_that_jumps_breaks_nothing(house):
    """The whole machine, server and database, is two days off, either way, and is put right.

    PostgreSQL ends transactions that have been idle for half an hour by the clock on the wall:
    a false one may end some that have not, which is told, and the next try is answered.
    """
    (library,) = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
    faked = {"LD_PRELOAD": str(library), "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    clocks = (faked | {"FAKETIME": "+2d"}, {}, faked | {"FAKETIME": "-2d"}, {})
    for number, clock in enumerate(clocks):
        answered = once_answered if clock else (lambda ask: ask())
        with house.up(**clock) as client:
            shown = parsedate_to_datetime(client.get("/healthz").headers["date"])
            apart = abs((shown - datetime.now(UTC)).total_seconds())
            assert (apart > 100_000) is bool(clock)
            for again in range(3):
                answer = answered(partial(rename, client, house.site(), f"时钟{number}{again}"))
                assert answer.status_code == 200, answer.text
            for path in ("/map", "/gaps", "/sites", f"/sites/{house.site()}/history", "/changes"):
                page = answered(partial(client.get, path, headers=HTML))
                assert page.status_code == 200, path
            is_whole(house)
    house.cluster.start()
    with house.owner.connect() as connection:
        versions = connection.scalar(
            text(f"SELECT count(*) FROM site_version WHERE site_id = {house.site()}")
        )
    assert versions >= 12
