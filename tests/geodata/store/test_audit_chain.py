"""The audit stays as it was written, and who changes it all the same is found out."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from geodata.store.audit import audit
from geodata.store.audit_chain import ChainReport, verify_chain, was_head
from geodata.store.migrate import upgrade
from geodata.store.session import Change, connect, reading, writing
from tests.postgis import TestServer

BY = Change("tester", "test")


@pytest.fixture
def own(server: TestServer) -> Iterator[Engine]:
    """A database that nobody else uses."""
    name = f"{server.worker}_audit_chain"
    engine = connect(server.clone(name))
    yield engine
    engine.dispose()
    server.drop(name)


def _write(engine: Engine, number: int) -> None:
    with writing(engine, BY) as session:
        audit(session, f"王{number}", "import_ledger", "370306", rows=number, file="台账\x1f.xlsx")


def _checked(engine: Engine) -> ChainReport:
    with reading(engine) as session:
        return verify_chain(session)


def _forced(engine: Engine, statement: str) -> None:
    """What somebody does who owns the tables."""
    with engine.begin() as connection:
        for table in ("audit_line", "audit_seal"):
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        connection.execute(text(statement))
        for table in ("audit_line", "audit_seal"):
            connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


def test_lines_of_many_writers_are_one_chain(own):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: _write(own, number), range(60)))
    found = _checked(own)
    assert found.is_whole
    assert found.lines == 60
    with reading(own) as session:
        assert was_head(session, found.head)
        assert not was_head(session, "0" * 64)


def _fail(engine: Engine) -> None:
    with writing(engine, BY) as session:
        audit(session, "wang", "import_ledger", "370306")
        raise RuntimeError


def test_what_was_rolled_back_leaves_no_hole(own):
    _write(own, 1)
    with pytest.raises(RuntimeError):
        _fail(own)
    _write(own, 2)
    found = _checked(own)
    assert (found.is_whole, found.lines) == (True, 2)


@pytest.mark.parametrize("table", ["audit_line", "audit_seal"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_nobody_changes_a_line(own, table, statement):
    _write(own, 1)
    column = {"audit_line": "actor", "audit_seal": "digest"}[table]
    with pytest.raises(DBAPIError, match="stays as it was written"), own.begin() as connection:
        connection.execute(text(statement.format(table, column, "'x'")))


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE audit_line SET actor = 'li' WHERE id = (SELECT min(id) + 2 FROM audit_line)", 3),
        ("UPDATE audit_line SET facts = '{}' WHERE id = (SELECT min(id) FROM audit_line)", 1),
        ("UPDATE audit_line SET at = at + interval '1 microsecond'", 1),
        ("DELETE FROM audit_seal WHERE number = 4", 4),
        ("UPDATE audit_seal SET digest = repeat('0', 64) WHERE number = 5", 5),
    ],
)
def test_who_owns_the_tables_is_found_out(own, statement, broken_at):
    for number in range(6):
        _write(own, number)
    head = _checked(own).head
    _forced(own, statement)
    found = _checked(own)
    assert not found.is_whole
    assert found.broken_at == broken_at
    assert head


def test_an_end_that_was_cut_off_is_known_by_the_head_that_was_noted(own):
    for number in range(4):
        _write(own, number)
    head = _checked(own).head
    _forced(own, "DELETE FROM audit_seal WHERE number = 4")
    _forced(own, "DELETE FROM audit_line WHERE id = (SELECT max(id) FROM audit_line)")
    assert _checked(own).is_whole
    with reading(own) as session:
        assert not was_head(session, head)


def test_lines_from_before_are_sealed_once(own):
    for number in range(3):
        _write(own, number)
    head = _checked(own).head
    _forced(own, "DELETE FROM audit_seal")
    assert _checked(own).unsealed == 3
    upgrade(own.url.render_as_string(hide_password=False))
    found = _checked(own)
    assert (found.is_whole, found.lines, found.head) == (True, 3, head)
