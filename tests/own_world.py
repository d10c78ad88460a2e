"""A district of its own for tests that change it: the shared one is only read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient

from geodata.domain.access import Role
from server.app import create_app
from server.settings import Settings
from tests.postgis import TestServer
from tests.world import PASSWORD, World, build_world


@contextmanager
def own_world(server: TestServer, name: str, files: Path) -> Iterator[tuple[FastAPI, World]]:
    """Yield an application over a database that nobody else uses."""
    name = f"{server.worker}_{name}"
    app = create_app(Settings(database_url=server.clone(name), files=files))
    yield app, build_world(app.state.engine)
    app.state.engine.dispose()
    server.drop(name)


@contextmanager
def logged_in(app: FastAPI, role: Role) -> Iterator[TestClient]:
    """Yield a browser that has logged in with the account of a role."""
    with TestClient(app, follow_redirects=False) as client:
        credentials = {"username": role.value, "password": PASSWORD}
        assert client.post("/api/login", json=credentials).status_code == 200
        yield client
