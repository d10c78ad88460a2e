"""Ledgers sent by the interface: two steps, by those who may, and nothing of others."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from geodata.domain.access import Role
from geodata.domain.period import today
from server.api.uploads import MOST_BYTES
from server.app import create_app
from server.settings import Settings
from tests.loops import run_apart
from tests.postgis import as_server
from tests.workbooks import a_row, write_form_by_hand
from tests.world import PASSWORD, World

NAME = "小区(楼房)名称"
HERE = {"镇(街道)": "东街街道", "社区(村居)": "东苑社区"}


@pytest.fixture
def database_url(copied: tuple[str, World]) -> str:
    return copied[0]


@pytest.fixture
def fresh(copied: tuple[str, World], tmp_path: Path) -> Iterator[tuple[FastAPI, World]]:
    """The application over a district of its own, to be written to."""
    url, world = copied
    app = create_app(Settings(database_url=as_server(url), files=tmp_path / "files"))
    yield app, world
    app.state.engine.dispose()


def _log_in(app: FastAPI, role: Role) -> TestClient:
    client = TestClient(app, follow_redirects=False)
    credentials = {"username": role.value, "password": PASSWORD}
    assert client.post("/api/login", json=credentials).status_code == 200
    return client


def _send(client: TestClient, path: Path, **fields: Any) -> Any:
    with path.open("rb") as content:
        return client.post("/api/ledger/imports", files={"file": content}, data=fields)


def test_an_import_of_any_number_that_is_none_is_not_found(fresh):
    app, _ = fresh
    town = _log_in(app, Role.TOWN)
    for number in (2**31, 36982405899529, 2**63 - 1):
        for act in ("stage", "apply", "undo"):
            answer = town.post(f"/api/ledger/imports/{number}/{act}")
            assert (answer.status_code, answer.json()["code"]) == (404, "import.not_found")


def test_staged_applied_and_undone(fresh, tmp_path):
    app, _ = fresh
    town = _log_in(app, Role.TOWN)
    path = write_form_by_hand(tmp_path / "台账.xlsx", [a_row(**HERE, **{NAME: "新苑"})])
    sent = _send(town, path)
    assert sent.status_code == 201
    told = sent.json()
    assert (told["state"], told["report"]["counts"]["new"]) == ("staged", 1)
    address = f"/api/ledger/imports/{told['id']}"
    assert town.get("/api/sites?q=新苑").json()["total"] == 0
    rows = town.get(f"{address}/rows?outcome=new").json()
    assert [row["name"] for row in rows["rows"]] == ["新苑"]
    assert town.post(f"{address}/apply").json()["state"] == "applied"
    assert town.get("/api/sites?q=新苑").json()["total"] == 1
    again = town.post(f"{address}/apply")
    assert (again.status_code, again.json()["code"]) == (409, "import.wrong_state")
    assert town.post(f"{address}/undo").json()["state"] == "undone"
    assert town.get("/api/sites?q=新苑").json()["total"] == 0


def test_each_fault_says_where_why_and_what_to_do(fresh, tmp_path):
    app, _ = fresh
    town = _log_in(app, Role.TOWN)
    row = a_row(**HERE, **{NAME: "新苑", "商品房住宅小区": "√", "是否成立业主委员会": "√"})
    path = write_form_by_hand(tmp_path / "台账.xlsx", [row])
    told = _send(town, path).json()
    errors = [one for one in told["report"]["faults"] if one["severity"] == "error"]
    assert [(one["sheet"], one["cell"]) for one in errors] == [("Sheet1", "AH5"), ("Sheet1", "K5")]
    assert all(one["reason"] and one["suggestion"] for one in errors)
    answer = town.get(f"/api/ledger/imports/{told['id']}/report.xlsx")
    (tmp_path / "back.xlsx").write_bytes(answer.content)
    sheet = load_workbook(tmp_path / "back.xlsx")["Sheet1"]
    assert sheet["K5"].comment is not None
    refused = town.post(f"/api/ledger/imports/{told['id']}/apply")
    assert (refused.status_code, refused.json()["code"]) == (422, "import.not_clean")


def test_a_file_may_be_kept_first_and_read_by_a_request_of_its_own(fresh, tmp_path):
    app, _ = fresh
    town = _log_in(app, Role.TOWN)
    path = write_form_by_hand(tmp_path / "台账.xlsx", [a_row(**HERE)])
    told = _send(town, path, stage="false").json()
    assert (told["state"], told["progress_share"]) == ("received", 0)
    told = town.post(f"/api/ledger/imports/{told['id']}/stage").json()
    assert (told["state"], told["progress_share"]) == ("staged", 1)


@pytest.mark.parametrize("role", [Role.LEADER, Role.INSPECTOR])
def test_who_may_not_write_may_not_import(fresh, tmp_path, role):
    app, world = fresh
    client = _log_in(app, role)
    path = write_form_by_hand(tmp_path / "台账.xlsx", [a_row(**HERE)])
    assert _send(client, path).status_code == 403
    for step in ("stage", "apply", "undo"):
        assert client.post(f"/api/ledger/imports/{world.sent}/{step}").status_code == 403
    choices = {"choices": {"1": "skip"}}
    answer = client.post(f"/api/ledger/imports/{world.sent}/choices", json=choices)
    assert answer.status_code == 403


def test_another_towns_import_is_not_there(fresh, tmp_path):
    app, world = fresh
    town = _log_in(app, Role.TOWN)
    for step in ("stage", "apply", "undo"):
        assert town.post(f"/api/ledger/imports/{world.sent}/{step}").status_code == 404
    answer = town.post(f"/api/ledger/imports/{world.sent}/choices", json={"choices": {"1": "skip"}})
    assert answer.status_code == 404
    path = write_form_by_hand(tmp_path / "台账.xlsx", [a_row(**HERE)])
    assert _send(town, path, town=world.west).status_code == 404


def test_a_hostile_name_and_a_formula_stay_text(fresh, tmp_path):
    app, _ = fresh
    town = _log_in(app, Role.TOWN)
    names = ["=HYPERLINK(1)", "<img src=x onerror=alert(1)>2"]
    rows = [a_row(**HERE, **{NAME: name}) for name in names]
    path = write_form_by_hand(tmp_path / "台账.xlsx", rows)
    book = load_workbook(path)
    for cell, name in zip(("D5", "D6"), names, strict=True):
        book["Sheet1"][cell].value, book["Sheet1"][cell].data_type = name, "s"
    book.save(path)
    told = _send(town, path).json()
    page = town.get(f"/imports/{told['id']}?outcome=new", headers={"accept": "text/html"}).text
    assert "<img src=x" not in page
    assert "=HYPERLINK(1)" in page


def test_the_day_from_which_rows_hold_is_the_senders(fresh, tmp_path):
    app, _ = fresh
    town = _log_in(app, Role.TOWN)
    path = write_form_by_hand(tmp_path / "台账.xlsx", [a_row(**HERE, **{NAME: "新苑"})])
    told = _send(town, path, on=today().isoformat()).json()
    town.post(f"/api/ledger/imports/{told['id']}/apply")
    assert town.get("/api/sites?q=新苑").json()["total"] == 1
    yesterday = (today() - timedelta(days=1)).isoformat()
    assert town.get(f"/api/sites?q=新苑&on={yesterday}").json()["total"] == 0
    later = _send(town, path, on=(today() + timedelta(days=3)).isoformat())
    assert (later.status_code, later.json()["code"]) == (422, "change.future")


def test_nobody_and_no_reader_gets_a_file_read(fresh):
    app, _ = fresh
    leader = _log_in(app, Role.LEADER)
    cookies = "; ".join(f"{name}={value}" for name, value in leader.cookies.items())
    assert run_apart(lambda: _sent_unread(app, "")) == 401
    assert run_apart(lambda: _sent_unread(app, cookies)) == 403


async def _sent_unread(app: FastAPI, cookie: str) -> int:
    """Return the status of an answer to a large body of which not one byte may be asked for."""
    statuses = []

    async def never() -> MutableMapping[str, Any]:
        raise AssertionError("read")

    async def answered(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    headers = {
        "host": "testserver",
        "content-type": "multipart/form-data; boundary=x",
        "content-length": str(60 << 20),
        "cookie": cookie,
    }
    path = "/api/ledger/imports"
    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("testclient", 50000),
        "server": ("testserver", 80),
    }
    await app(scope, never, answered)
    return statuses[0]


def test_a_large_file_is_refused_before_it_is_read(fresh):
    app, _ = fresh
    town = _log_in(app, Role.TOWN)
    headers = {"content-length": str(MOST_BYTES + 1), "content-type": "multipart/form-data"}
    answer = town.post("/api/ledger/imports", content=b"x", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "upload.too_large")


@pytest.mark.parametrize(
    ("field", "value"),
    [("on", "gestern"), ("kind", "table"), ("datum", "mars"), ("stage", "perhaps")],
)
def test_a_field_of_the_form_that_cannot_be_read_is_named(fresh, tmp_path, field, value):
    app, _ = fresh
    town = _log_in(app, Role.TOWN)
    path = write_form_by_hand(tmp_path / "台账.xlsx", [a_row(**HERE)])
    answer = _send(town, path, **{field: value})
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert [one["where"] for one in answer.json()["facts"]["faults"]] == [f"body.{field}"]


def test_a_folder_in_a_files_name_is_left_out(fresh, tmp_path):
    app, _ = fresh
    town = _log_in(app, Role.TOWN)
    path = write_form_by_hand(tmp_path / "台账.xlsx", [a_row(**HERE)])
    files = {"file": ("C:\\我的\\" + "长" * 100 + ".xlsx", path.read_bytes())}
    told = town.post("/api/ledger/imports", files=files).json()
    assert (told["file"], told["state"]) == ("长" * 60 + ".xlsx", "staged")
