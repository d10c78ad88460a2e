"""The real server on a real port over a database of the test's own, which it may change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

import httpx2 as httpx
import pytest
from sqlalchemy import Engine

from geodata.domain.access import Role
from geodata.store.session import connect
from server.app import create_app
from server.settings import Settings
from tests.browser.serving import serve
from tests.postgis import TestServer, as_server
from tests.world import PASSWORD, World

_numbers = count(1)


@dataclass(frozen=True)
class Site:
    """A server, the district that it serves, and its database."""

    address: str
    world: World
    engine: Engine

    @contextmanager
    def log_in(self, role: Role) -> Iterator[httpx.Client]:
        """Yield a client that is logged in."""
        with httpx.Client(base_url=self.address, timeout=20) as client:
            credentials = {"username": role.value, "password": PASSWORD}
            assert client.post("/api/login", json=credentials).status_code == 200
            yield client


@pytest.fixture(scope="module")
def served(server: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server whose database a module's tests may change."""
    name = f"{server.worker}_tiles_{next(_numbers)}"
    url, world = server.clone_world(name)
    engine = connect(url)
    app = create_app(Settings(database_url=as_server(url), files=tmp_path_factory.mktemp("files")))
    with serve(app) as address:
        yield Site(address, world, engine)
    engine.dispose()
    server.drop(name)


@pytest.fixture
def leader(served: Site) -> Iterator[httpx.Client]:
    """A leader's client."""
    with served.log_in(Role.LEADER) as client:
        yield client
