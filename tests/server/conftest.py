"""Browsers without a browser: clients of the application over the shared district."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from geodata.domain.access import Role
from tests.world import PASSWORD

LogIn = Callable[[Role], TestClient]


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
