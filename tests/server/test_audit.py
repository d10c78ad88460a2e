"""The audit is read by those who look after it, filtered, taken along, and checked."""

from __future__ import annotations

import ast
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from geodata.domain.access import Role
from geodata.domain.period import today
from server.i18n import catalogue
from tests.server.conftest import LogIn

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("role", [one for one in Role if one is not Role.AUDIT_ADMINISTRATOR])
def test_others_do_not_read_it(log_in: LogIn, role: Role) -> None:
    client = log_in(role)
    for path in ("/audit", "/api/audit", "/api/audit/chain", "/api/audit/lines.xlsx"):
        assert client.get(path).status_code == 403


def test_lines_tell_who_what_and_from_where(log_in: LogIn) -> None:
    log_in(Role.TOWN)
    client = log_in(Role.AUDIT_ADMINISTRATOR)
    asked = {"action": "log_in", "actor": "town", "since": today().isoformat()}
    told = client.get("/api/audit", params=asked).json()
    assert told["total"] >= len(told["lines"]) > 0
    first = told["lines"][0]
    assert (first["actor"], first["action"], first["outcome"]) == ("town", "log_in", "ok")
    assert first["address"] == "testclient"
    assert client.get("/api/audit", params={**asked, "until": "2020-01-01"}).json()["total"] == 0
    wrong = client.get("/api/audit", params={"since": "gestern"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "period.unreadable")


def test_the_page_and_the_workbook_show_the_same(log_in: LogIn) -> None:
    client = log_in(Role.AUDIT_ADMINISTRATOR)
    page = client.get("/audit?actor=audit_administrator&action=log_in").text
    assert "登录" in page
    assert "审计日志" in page
    content = client.get("/api/audit/lines.xlsx?actor=audit_administrator&action=log_in").content
    rows = list(load_workbook(BytesIO(content)).worksheets[0].iter_rows(values_only=True))
    assert rows[0][:4] == ("时间", "操作人", "操作", "对象")
    assert {row[1] for row in rows[1:]} == {"audit_administrator"}


def test_the_chain_holds(log_in: LogIn) -> None:
    told = log_in(Role.AUDIT_ADMINISTRATOR).get("/api/audit/chain").json()
    assert told["is_whole"]
    assert told["lines"] > 0
    assert len(told["head"]) == 64


def test_every_act_has_a_word() -> None:
    """As far as an act is named where its line is written."""
    named = set()
    for path in (*(ROOT / "server").rglob("*.py"), *(ROOT / "scripts" / "cli").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "audit":
                named |= {
                    one.value
                    for one in call.args[2:3]
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                }
    assert len(named) > 40
    assert {one for one in named if f"act.{one}" not in catalogue("words")} == set()
