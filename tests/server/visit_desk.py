"""A district of its own whose visits are planned: by the interface and the worker."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from geodata.domain.period import today
from server.worker import run_worker
from tests.own_world import own_world
from tests.postgis import TestServer
from tests.world import World


class VisitDesk:
    """What tests of visits do again and again."""

    def __init__(self, app: FastAPI, world: World) -> None:
        self.app = app
        self.world = world

    def work(self) -> None:
        """Do the jobs that wait, in a thread: a browser's loop may run in this one."""
        settings = self.app.state.settings
        with ThreadPoolExecutor(1) as thread:
            thread.submit(run_worker, settings.database_url, settings, waits=False).result()

    def plan(self, client: TestClient, **wish: Any) -> dict[str, Any]:
        """Ask for a plan of today's visits and return it when it is made."""
        asked = {"days": [today().isoformat()], "inspectors": [{"username": "inspector"}], **wish}
        answer = client.post("/api/visit-plans", json=asked)
        assert answer.status_code == 202, answer.text
        self.work()
        told: dict[str, Any] = client.get(answer.headers["location"]).json()
        return told

    def ids(self, *names: str) -> list[int]:
        """Return the ids of sites."""
        return [self.world.ids[one] for one in names]


@contextmanager
def visit_desk(server: TestServer, name: str, files: Path) -> Iterator[VisitDesk]:
    """Yield a desk over a database that nobody else uses."""
    with own_world(server, name, files) as (app, world):
        yield VisitDesk(app, world)
