"""Every operation of the interface, as every role, with what its description allows and forbids.

Schemathesis makes the requests; whatever comes, the answer is one of the interface's own.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from geodata.domain.access import Role
from tests.own_world import logged_in, own_world
from tests.postgis import TestServer
from tests.server.who_may import LATER

_ENDS_THE_SESSION = {
    *("/api/account/password", "/api/account/code", "/api/account/code/end"),
    *("/api/account/sessions/{key}", "/api/accounts/{username}"),
    *("/api/accounts/{username}/password", "/api/accounts/{username}/sessions"),
}
"""Asked too, each at the end: what follows would be asked by nobody."""
_GIVEN = settings(
    # More, to look for faults: of each operation, as each role.
    max_examples=int(os.environ.get("FUGAI_TEST_REQUESTS") or 2),
    derandomize="FUGAI_TEST_REQUESTS" not in os.environ,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def own(server: TestServer, tmp_path_factory) -> Iterator[FastAPI]:
    with own_world(server, "random", tmp_path_factory.mktemp("files")) as (app, _):
        yield app


@pytest.fixture(scope="module")
def operations(own: FastAPI) -> list[Any]:
    """All that the description tells of, what ends a session last."""
    schema = schemathesis.openapi.from_dict(own.openapi())
    found = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    found = [one for one in found if one.path not in LATER]
    assert len(found) > 150
    return sorted(found, key=lambda one: one.path in _ENDS_THE_SESSION)


@pytest.mark.parametrize("role", list(Role))
def test_no_request_of_anybody_breaks_it(own, operations, role):
    with logged_in(own, role) as client:
        client.headers["if-match"] = '"1"'
        statuses: Counter[int] = Counter()
        for operation in operations:
            made = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]

            @_GIVEN
            @given(case=st.one_of(made))
            def ask(case: Case) -> None:
                statuses[_ask(client, case)] += 1

            ask()
        # It was asked as somebody, and some of it was understood.
        assert statuses[200] + statuses[201] + statuses[204] > 3
        assert statuses[401] < 20
        assert statuses.total() > len(operations)


def _ask(client: TestClient, case: Case) -> int:
    told = case.as_transport_kwargs(base_url="http://testserver")
    told = {name: value for name, value in told.items() if name in _TAKEN and value is not None}
    if isinstance(told.get("data"), bytes | str):
        told["content"] = told.pop("data")
    answer = client.request(case.method, told.pop("url"), **told)
    asked = f"{case.method} {answer.request.url} {told}"[:2000]
    assert answer.status_code < 500, (asked, answer.text[:1000])
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", asked
        assert answer.json()["detail"], asked
    return answer.status_code


_TAKEN = ("url", "headers", "params", "json", "data", "content", "files")
