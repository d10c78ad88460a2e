"""An installation of our own that may be killed: a cluster, a server, its worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import httpx2 as httpx
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from geodata.domain.access import Role
from geodata.store.files import FileStore
from geodata.store.migrate import upgrade
from geodata.store.server_role import let_in
from geodata.store.session import Change, writing
from scripts.benchmarks.own_key import own_key
from scripts.cluster import Cluster, free_port
from scripts.demo.first_start import build_and_load
from scripts.demo.size import DemoSize
from scripts.demo.territory import DISTRICT
from server.auth.accounts import add_account, add_token, strong_password

VICTIMS: Final = ("server", "worker", "database", "database", "everything")
_SIZE: Final = DemoSize(communities=60, standalone=80, footprints=1_500)
_ACCOUNT: Final = "faults"
_STARTS_WITHIN_S: Final = 90


class Installation:
    """A cluster and a server of our own, to be killed.

    Args:
        home: A folder for all of it.
    """

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        own_key(home)
        self.cluster = Cluster(home)
        self.cluster.ensure()
        self.url = self.cluster.url()
        upgrade(self.url)
        build_and_load(self.url, FileStore(home / "files"), _SIZE, seed=1)
        self._served_url = let_in(self.url, self.cluster.server_password())
        self.engine: Engine = create_engine(self.url, poolclass=NullPool)
        self.port = free_port()
        self._server: subprocess.Popen[bytes] | None = None

    def token(self) -> str:
        """Return a token of an account that may do all of it."""
        with writing(self.engine, Change("bench", "add account")) as session:
            add_account(
                session,
                username=_ACCOUNT,
                password=strong_password(_ACCOUNT),
                role=Role.DISTRICT_LEAD,
                division_code=DISTRICT,
            )
            return add_token(session, _ACCOUNT, label="bench")

    def start(self) -> float:
        """Start what does not run; return how long it took until the server was ready."""
        began = time.monotonic()
        if self._server is not None and self._server.poll() is not None:
            self._end_group()
        self.cluster.start()
        if self._server is None:
            environ = {
                **os.environ,
                "FUGAI_HOME": str(self.home),
                "FUGAI_DATABASE_URL": self.url,
                "FUGAI_SERVER_DATABASE_URL": self._served_url,
            }
            command = [sys.executable, "-m", "scripts.cli.main", "serve", "--port", str(self.port)]
            with (self.home / "serve.log").open("ab") as log:
                self._server = subprocess.Popen(  # noqa: S603 - ourselves
                    command, env=environ, stdout=log, stderr=log, start_new_session=True
                )
        while time.monotonic() - began < _STARTS_WITHIN_S:
            with suppress(httpx.HTTPError):
                if httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=2).status_code == 200:  # noqa: PLR2004
                    return time.monotonic() - began
            time.sleep(0.1)
        raise TimeoutError

    def kill(self, victim: str) -> None:
        """Kill something, without a warning."""
        if victim in ("database", "everything"):
            pid = int((self.home / "postgres/data/postmaster.pid").read_text().split()[0])
            for child in _children(pid):
                _kill(child)
            _kill(pid)
        if victim == "worker" and self._server is not None:
            for child in _children(self._server.pid):
                _kill(child)
        if victim == "server" and self._server is not None:
            _kill(self._server.pid)
        if victim == "everything":
            self._end_group()
        if victim == "server" and self._server is not None:
            self._server.wait()

    def stop(self) -> None:
        """Stop all of it."""
        self._end_group()
        self.cluster.stop()

    def _end_group(self) -> None:
        if self._server is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
        self._server = None


def _children(pid: int) -> list[int]:
    found = subprocess.run(  # noqa: S603 - our own arguments
        ["/usr/bin/pgrep", "-P", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(one) for one in found.stdout.split()]


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
