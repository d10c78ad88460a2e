"""Whoever is killed in the middle of an import leaves all of it or nothing, and it goes on."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.domain.importing import ImportState
from geodata.store.queries.imports import get_import
from geodata.store.session import Change, reading, writing
from server.actions.ledger_imports import apply, undo
from tests.builders import a_district, a_neighbourhood, a_town
from tests.desk import CLERK, Desk
from tests.workbooks import a_row, write_form_by_hand

ROUNDS = int(os.environ.get("FUGAI_KILLS", "4"))
"""How often somebody is killed; by hand more often."""

ROWS = 1500
STEP = """
import sys
from geodata.domain.access import Scope
from geodata.store.session import connect
from server.actions import ledger_imports
from server.actions.import_receipt import Sender
step, url, number = sys.argv[1:]
engine = connect(url)
engine.connect().close()
print("ready", flush=True)
sys.stdin.readline()
getattr(ledger_imports, step)(engine, Sender(name="clerk", scope=Scope.everything()), int(number))
print("done", flush=True)
"""


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    """A desk in a district with one neighbourhood."""
    with writing(engine, Change("tester", "set up")) as session:
        town = a_town(session, "丝绸路街道", district=a_district(session))
        a_neighbourhood(session, "前沟社区", town=town)
    return Desk(engine, tmp_path)


def _begin(step: str, url: str, number: int) -> subprocess.Popen[str]:
    """Start a program that waits for a line, then takes a step."""
    process = subprocess.Popen(
        [sys.executable, "-c", STEP, step, url, str(number)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).resolve().parents[3],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def _go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def _bury(process: subprocess.Popen[str]) -> None:
    """Wait for the end of a program and close what it was spoken to by."""
    process.wait()
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        with contextlib.suppress(BrokenPipeError):
            pipe.close()


def _state(desk: Desk, number: int) -> tuple[str, int, int, int]:
    """Return an import's state, and how many sites, arrangements and audit lines stand."""
    statement = text(
        "SELECT (SELECT count(*) FROM site WHERE delisted_on IS NULL),"
        " (SELECT count(*) FROM management_arrangement),"
        " (SELECT count(*) FROM audit_line WHERE (facts ->> 'id')::int = :number"
        "  AND action IN ('apply_import', 'undo_import'))"
    )
    with reading(desk.engine) as session:
        counts = session.execute(statement, {"number": number}).one()
        state = get_import(session, Scope.everything(), number).state
    return state, *counts


def _settle(desk: Desk, step: str, number: int) -> None:
    """Take the step again if it did not get through; somebody killed may hold it for a moment."""
    wanted = ImportState.APPLIED if step == "apply" else ImportState.UNDONE
    for _ in range(100):
        if _state(desk, number)[0] == wanted:
            return
        try:
            if step == "apply":
                apply(desk.engine, CLERK, number)
            else:
                undo(desk.engine, CLERK, number)
        except DomainError as refusal:
            if refusal.code != "import.busy":
                raise
            time.sleep(0.1)
    pytest.fail("the import cannot be gone on with")


@pytest.mark.parametrize("victim", ["program", "connection"])
def test_all_or_nothing_and_it_goes_on(desk: Desk, database_url: str, victim: str) -> None:
    rows = [a_row(**{"小区(楼房)名称": f"小区第{one}号"}) for one in range(ROWS)]
    path = write_form_by_hand(desk.folder / "台账.xlsx", rows)
    pick = random.Random(126)
    longest = 1.0
    for _ in range(ROUNDS):
        number = desk.send(path)
        for step, before, after in (
            ("apply", ("staged", 0, 0, 0), ("applied", ROWS, ROWS, 1)),
            ("undo", ("applied", ROWS, ROWS, 1), ("undone", 0, 0, 2)),
        ):
            process = _begin(step, database_url, number)
            began = time.monotonic()
            _go(process)
            time.sleep(pick.uniform(0, longest))
            if victim == "program":
                process.kill()
            else:
                _terminate(desk.engine)
            _bury(process)
            longest = min(longest, max(0.2, time.monotonic() - began))
            found = _state(desk, number)
            assert found in (before, after), found
            _settle(desk, step, number)
            assert _state(desk, number) == after


def _terminate(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
