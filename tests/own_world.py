"""A district of its own for tests that change it: the shared one is only read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from geodata.domain.access import Role
from geodata.store.session import connect
from server.app import create_app
from server.settings import Settings
from tests.postgis import TestServer, as_server
from tests.world import PASSWORD, World


@contextmanager
def own_world(server: TestServer, name: str, files: Path) -> Iterator[tuple[FastAPI, World]]:
    """Yield an application over a database that nobody else uses.

    Its ``state.owner`` is an engine that no policy holds back, for tests to look behind it.
    """
    name = f"{server.worker}_{name}"
    url, world = server.clone_world(name)
    app = create_app(Settings(database_url=as_server(url), files=files))
    app.state.owner = connect(url)
    yield app, world
    app.state.owner.dispose()
    app.state.engine.dispose()
    server.drop(name)


@contextmanager
def logged_in(app: FastAPI, role: Role) -> Iterator[TestClient]:
    """Yield a browser that has logged in with the account of a role."""
    with TestClient(app, follow_redirects=False) as client:
        credentials = {"username": role.value, "password": PASSWORD}
        assert client.post("/api/login", json=credentials).status_code == 200
        yield client


def version(client: TestClient, site: int) -> str:
    """The version that a client sees, as a header."""
    return client.get(f"/api/sites/{site}").headers["etag"]


def patch(client: TestClient, site: int, if_match: str | None = None, /, **body: Any) -> Response:
    """Change a site; without a version, the one that stands."""
    headers = {"If-Match": if_match or version(client, site)}
    return client.patch(f"/api/sites/{site}", json=body, headers=headers)
