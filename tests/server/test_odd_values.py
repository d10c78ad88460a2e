"""What PostgreSQL cannot hold is refused in words: found by random requests."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from geodata.domain.access import Role
from tests.server.conftest import LogIn

HUGE = 56989228137717663006720


@pytest.fixture
def lead(log_in: LogIn) -> TestClient:
    return log_in(Role.DISTRICT_LEAD)


@pytest.mark.parametrize(
    "path",
    [
        f"/api/snapshots/{HUGE}/rows",
        f"/api/sites/{HUGE}",
        f"/api/findings/{HUGE}",
        f"/visits/{HUGE}",
        "/ledger.xlsx?district=a%00b",
        "/api/sites?q=%00",
    ],
)
def test_reading(lead: TestClient, path: str) -> None:
    assert lead.get(path).status_code in (404, 422)


def test_writing(lead: TestClient) -> None:
    assert lead.post(f"/api/ledger/imports/{HUGE}/undo").status_code == 422
    told = {
        "client_id": str(uuid4()),
        "site": 1,
        "plan": -HUGE,
        "result": "passed",
        "seen_at": datetime.now(UTC).isoformat(),
        "confirms_cover": True,
    }
    answer = lead.post("/api/inspections", json=told)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.out_of_range")
