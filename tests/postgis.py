"""The PostGIS of a test run: found or started, cloned from a template, cleared up at the end.

Several runs may share one server. Each process that uses it keeps a connection open whose
application name is that of its run: databases of a run that nobody keeps are left over from a
crash, and a server that nobody keeps can be stopped.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, Engine, NullPool, create_engine, text
from sqlalchemy.engine import make_url

from geodata.store.migrate import upgrade
from geodata.store.server_role import address_of_server, let_in
from geodata.store.session import connect
from scripts.cluster import Cluster
from tests.world import World, build_world

_PREFIX = "fugai_test_"


class TestServer:
    """One process's hold on the server.

    Args:
        run: Name of the run, shared by its workers; ``None`` to make one up.
        worker: Name of the worker.
    """

    __test__ = False  # not a class of tests

    def __init__(self, run: str | None, worker: str) -> None:
        self.run = run or uuid4().hex[:10]
        self.worker = worker
        self._prefix = f"{_PREFIX}{self.run}"
        self._home = _home()
        self._external = _external_url()
        self._engine: Engine | None = None
        self._keeper: Connection | None = None

    def prepare(self) -> None:
        """Start the server where it stands still and migrate the run's template."""
        with self._lock():
            if self._external is None:
                self._start()
            self._engine = _autocommitting(self._admin_url(), self._prefix)
            self._keeper = self._engine.connect()
            for name in self._databases():
                if _run_of(name) not in self._runs_alive():
                    self._drop(name)
            if self._name("template") not in self._databases():
                self._execute(f'CREATE DATABASE "{self._name("template")}" TEMPLATE template0')
                upgrade(self._url(self._name("template")))
                let_in(self._admin_url(), _password(self._admin_url()))

    def clone(self, name: str) -> str:
        """Make a database from the template and return its address."""
        self._execute(f'CREATE DATABASE "{self._name(name)}" TEMPLATE "{self._name("template")}"')
        return self._url(self._name(name))

    def clone_world(self, name: str) -> tuple[str, World]:
        """Make a copy of the small district, which a run builds once; return its address too."""
        template = self._name("world")
        with self._lock():
            if template not in self._databases():
                engine = connect(self.clone("world"))
                told = json.dumps(asdict(build_world(engine)), ensure_ascii=False)
                engine.dispose()
                self._execute(f'COMMENT ON DATABASE "{template}" IS {_quoted(told)}')
        self._execute(f'CREATE DATABASE "{self._name(name)}" TEMPLATE "{template}"')
        (told,) = self._names(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
            f" WHERE datname = '{template}'"
        )
        return self._url(self._name(name)), World(**json.loads(told))

    def address(self, name: str) -> str:
        """Return the address of a database that `clone` or `create` made."""
        return self._url(self._name(name))

    def create(self, name: str) -> str:
        """Make an empty database, not even migrated, and return its address."""
        self._execute(f'CREATE DATABASE "{self._name(name)}" TEMPLATE template0')
        return self._url(self._name(name))

    def drop(self, name: str) -> None:
        """Drop a database that `clone` or `create` made."""
        self._drop(self._name(name))

    def disconnect(self) -> None:
        """Let go of the server."""
        if self._keeper is not None:
            self._keeper.close()
            self._keeper = None
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def clear_up(self) -> None:
        """Drop the run's databases; stop the server if tests started it and nobody uses it."""
        with self._lock():
            if self._external is None and not (self._mark.exists() and self._cluster.is_running()):
                return
            self._engine = _autocommitting(self._admin_url(), "fugai_clear_up")
            for name in self._databases():
                if _run_of(name) == self.run:
                    self._drop(name)
            is_last = not self._runs_alive() - {self.run}
            self.disconnect()
            if self._external is None and is_last:
                self._cluster.stop()
                self._mark.unlink()

    @property
    def _cluster(self) -> Cluster:
        return Cluster(self._home, is_throwaway=True)

    @property
    def _mark(self) -> Path:
        return self._home / "started_by_tests"

    def _start(self) -> None:
        is_ours = not (self._home / "postgres").exists() or not self._cluster.is_running()
        self._cluster.ensure()
        if is_ours:
            self._mark.touch()

    @contextmanager
    def _lock(self) -> Iterator[None]:
        self._home.mkdir(parents=True, exist_ok=True)
        with (self._home / "tests.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _admin_url(self) -> str:
        return self._external or self._cluster.url()

    def _url(self, database: str) -> str:
        url = make_url(self._admin_url()).set(database=database)
        return url.render_as_string(hide_password=False)

    def _name(self, name: str) -> str:
        return f"{self._prefix}_{name}"

    def _databases(self) -> list[str]:
        return self._names(f"SELECT datname FROM pg_database WHERE datname LIKE '{_PREFIX}%'")

    def _runs_alive(self) -> set[str]:
        names = self._names(
            "SELECT application_name FROM pg_stat_activity"
            f" WHERE application_name LIKE '{_PREFIX}%'"
        )
        return {_run_of(name) for name in names}

    def _names(self, query: str) -> list[str]:
        assert self._engine is not None
        with self._engine.connect() as connection:
            return list(connection.scalars(text(query)))

    def _drop(self, database: str) -> None:
        self._execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        assert self._engine is not None
        with self._engine.connect() as connection:
            connection.execute(text(statement))


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''").replace(":", r"\:") + "'"


def as_server(url: str) -> str:
    """Return the address of a database for the role that a server works under."""
    return address_of_server(url, _password(url))


def _password(url: str) -> str:
    # The server's role has the owner's: both are the tests' own.
    return make_url(url).password or ""


def _autocommitting(url: str, application_name: str) -> Engine:
    return create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        poolclass=NullPool,
        connect_args={"application_name": application_name},
    )


def _run_of(name: str) -> str:
    return name.removeprefix(_PREFIX).split("_")[0]


def _home() -> Path:
    checkout = Path(__file__).resolve().parents[1]
    home = Path(os.environ.get("FUGAI_HOME") or checkout / ".fugai" / "test").resolve()
    # The cluster of an installation is never the tests' own.
    return home if home.name == "test" else home / "test"


def _external_url() -> str | None:
    url = os.environ.get("FUGAI_TEST_DATABASE_URL") or os.environ.get("FUGAI_DATABASE_URL")
    return re.sub(r"^\w+(\+\w+)?://", "postgresql+psycopg://", url) if url else None
