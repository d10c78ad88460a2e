"""Whoever asks too often is told how long to wait; nobody else is touched by it."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from server.app import create_app
from server.limits import MEASURES, LimitMiddleware, kind_of
from server.settings import Settings


class Clock:
    """Time that stands until it is moved."""

    now = 0.0

    def __call__(self) -> float:  # noqa: D102 - the time
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock: Clock) -> TestClient:
    app = FastAPI()

    @app.get("/ledger.xlsx")
    def ledger() -> str:
        return "ledger"

    app.add_middleware(LimitMiddleware, clock=clock)
    return TestClient(app)


def test_a_full_measure_then_as_time_goes(client: TestClient, clock: Clock) -> None:
    most = MEASURES["exports"].most
    assert {client.get("/ledger.xlsx").status_code for _ in range(most)} == {200}
    refused = client.get("/ledger.xlsx", headers={"accept-language": "zh"})
    assert (refused.status_code, refused.json()["code"]) == (429, "request.too_many")
    assert refused.headers["retry-after"] == "1"
    assert client.get("/ledger.xlsx", headers={"authorization": "Bearer b"}).status_code == 200
    clock.now += 1
    assert client.get("/ledger.xlsx").status_code == 200
    assert client.get("/ledger.xlsx").status_code == 429
    clock.now += 10_000
    assert {client.get("/ledger.xlsx").status_code for _ in range(most)} == {200}
    assert client.get("/ledger.xlsx").status_code == 429


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/tiles/communities/12/1/2.mvt", "tiles"),
        ("GET", "/ogc/collections/communities/tiles/WebMercatorQuad/1/2/3", "tiles"),
        ("GET", "/api/visit-plans/1.pdf", "exports"),
        ("GET", "/ogc/collections/communities/items", "exports"),
        ("POST", "/api/ledger/imports", "uploads"),
        ("GET", "/map", None),
        ("GET", "/assets/server/icon.svg", None),
        ("POST", "/api/sites", None),
    ],
)
def test_what_is_counted_by_which_measure(method: str, path: str, kind: str | None) -> None:
    is_upload = path.endswith("imports")
    headers = [(b"content-type", b"multipart/form-data; boundary=x")] if is_upload else []
    assert kind_of({"type": "http", "method": method, "path": path, "headers": headers}) == kind


def test_an_operator_may_switch_it_off(tmp_path) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    for told, is_on in (({}, True), ({"FUGAI_LIMITS": "off"}, False)):
        app = create_app(Settings.read(url, tmp_path, told))
        found = {getattr(one.cls, "__name__", "") for one in app.user_middleware}
        assert ("LimitMiddleware" in found) is is_on
