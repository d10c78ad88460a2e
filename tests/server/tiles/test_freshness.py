"""Nothing is ever stale: two server processes, random changes, listeners that are ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from geodata.domain.access import Role, Scope
from geodata.domain.division import DivisionKind
from geodata.store.session import connect
from scripts.benchmarks.serve.contenders import ours
from scripts.benchmarks.serve.freshness import Proof
from server.auth import COOKIE, log_in
from server.auth.sessions import From
from server.settings import Settings
from tests.postgis import as_server
from tests.world import PASSWORD

_EDITS = 200


@pytest.fixture
def proof(server, tmp_path) -> Iterator[Proof]:
    name = f"{server.worker}_fresh"
    url, world = server.clone_world(name)
    engine = connect(url)
    settings = Settings(database_url=as_server(url), files=tmp_path)
    login = log_in(
        engine, Role.LEADER, PASSWORD, settings=settings, origin=From("127.0.0.1")
    ).cookie
    with ExitStack() as stack:
        urls = [
            stack.enter_context(ours(tmp_path, as_server(url), workers=1, memory_mb=64))[0]
            for _ in range(2)
        ]
        scope = Scope(DivisionKind.DISTRICT, world.district)
        headers = {"Cookie": f"{COOKIE}={login}"}
        with closing(Proof(engine, scope, urls, headers, seed=20251231)) as proof:
            yield proof
    engine.dispose()
    server.drop(name)


def test_no_tile_of_any_server_is_stale_after_any_change(proof):
    found = proof.run(_EDITS)
    assert found.stale == []
    assert found.edits.total() == _EDITS
    assert len(found.edits) > 10
    assert found.killed >= 2 * (_EDITS // 23)
    assert found.compared > 10 * _EDITS
    assert len(found.heard_ms) > _EDITS
