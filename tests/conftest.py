"""Resources of the tests: one PostGIS for the run, a database for each worker."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from geodata.store.sealing import KEY_VARIABLE, new_key
from geodata.store.session import Change, connect, sign
from server.app import create_app
from server.settings import Settings
from tests.postgis import TestServer, as_server
from tests.world import World

_SERVER = pytest.StashKey[TestServer]()
_numbers = count(1)


def pytest_configure(config: pytest.Config) -> None:
    """Name the run; its workers share the name and with it the template database."""
    if not hasattr(config, "workerinput"):
        # Processes that tests start, and workers, have the key of the run.
        folder = tempfile.TemporaryDirectory(prefix="fugai-key-")
        config.add_cleanup(folder.cleanup)
        os.environ[KEY_VARIABLE] = str(Path(folder.name) / "phones.key")
        new_key(Path(folder.name) / "phones.key")
    worker = getattr(config, "workerinput", {})
    config.stash[_SERVER] = TestServer(worker.get("testrunuid"), worker.get("workerid", "main"))


def pytest_collection_finish() -> None:
    """Set aside what is there for the whole run: no collection of rubbish looks it over again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Hand the name of the run to a worker of pytest-xdist."""
    server: TestServer = node.config.stash[_SERVER]  # type: ignore[attr-defined]
    node.workerinput["testrunuid"] = server.run  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Clear up what the run made; only the process that leads the run does so."""
    server = config.stash[_SERVER]
    server.disconnect()
    if not hasattr(config, "workerinput"):
        server.clear_up()


@pytest.fixture(scope="session")
def server(pytestconfig: pytest.Config) -> TestServer:
    """The server, running, with the run's template database migrated."""
    server = pytestconfig.stash[_SERVER]
    server.prepare()
    return server


@pytest.fixture(scope="session")
def worker_engine(server: TestServer) -> Iterator[Engine]:
    """The worker's own database, to be left as it was found."""
    engine = connect(server.clone(server.worker))
    yield engine
    engine.dispose()


@pytest.fixture
def session(worker_engine: Engine) -> Iterator[Session]:
    """A writing session, signed; what a test writes is rolled back, even where it commits."""
    with worker_engine.connect() as connection:
        transaction = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            sign(session, Change("tester", "test"))
            yield session
        transaction.rollback()


@pytest.fixture
def database_url(server: TestServer) -> Iterator[str]:
    """The address of a fresh, migrated, empty database for a test that commits."""
    name = f"{server.worker}_{next(_numbers)}"
    yield server.clone(name)
    server.drop(name)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on the database of `database_url`."""
    engine = connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def copied(server: TestServer) -> Iterator[tuple[str, World]]:
    """A copy of the small district, for a test that commits: its address, and what is in it."""
    name = f"{server.worker}_{next(_numbers)}"
    yield server.clone_world(name)
    server.drop(name)


@pytest.fixture(scope="session")
def shared_world(server: TestServer) -> tuple[str, World]:
    """The small district that a worker's tests share and only read."""
    return server.clone_world(f"{server.worker}_world")


@pytest.fixture(scope="session")
def world_url(shared_world: tuple[str, World]) -> str:
    """The address of its database."""
    return shared_world[0]


@pytest.fixture(scope="session")
def world(shared_world: tuple[str, World]) -> World:
    """What is in it."""
    return shared_world[1]


@pytest.fixture(scope="session")
def app(
    world_url: str, world: World, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FastAPI]:
    """The application."""
    assert world
    app = create_app(
        Settings(database_url=as_server(world_url), files=tmp_path_factory.mktemp("files"))
    )
    yield app
    app.state.engine.dispose()
