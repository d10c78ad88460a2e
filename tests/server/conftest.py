"""The application over a small district that the tests of one worker share; they only read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from geodata.domain.access import Role
from geodata.store.session import connect
from server.app import create_app
from server.settings import Settings
from tests.postgis import TestServer
from tests.world import PASSWORD, World, build_world

LogIn = Callable[[Role], TestClient]


@pytest.fixture(scope="session")
def world_url(server: TestServer) -> str:
    """The address of the shared district's database."""
    return server.clone(f"{server.worker}_world")


@pytest.fixture(scope="session")
def world(world_url: str) -> World:
    """The district."""
    engine = connect(world_url)
    world = build_world(engine)
    engine.dispose()
    return world


@pytest.fixture(scope="session")
def app(world_url: str, world: World) -> Iterator[FastAPI]:
    """The application."""
    assert world
    app = create_app(Settings(database_url=world_url))
    yield app
    app.state.engine.dispose()


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A browser that nobody has logged in with."""
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.fixture
def log_in(app: FastAPI) -> Iterator[LogIn]:
    """Logs in with the account of a role."""
    opened = []

    def open_session(role: Role) -> TestClient:
        client = TestClient(app, follow_redirects=False)
        opened.append(client)
        credentials = {"username": role.value, "password": PASSWORD}
        assert client.post("/api/login", json=credentials).status_code == 200
        return client

    yield open_session
    for client in opened:
        client.close()


@pytest.fixture
def leader(log_in: LogIn) -> TestClient:
    """A leader's browser."""
    return log_in(Role.LEADER)
