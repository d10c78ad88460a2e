"""Every act leaves a line, in the transaction of what it tells."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from geodata.store.audit import audit
from geodata.store.queries.audit import find_act
from geodata.store.session import Change, reading, writing
from geodata.store.tables import AuditLine


def test_a_line_tells_when_who_what_and_how_it_went(session):
    audit(session, "wang", "import_ledger", "370306", outcome="refused", rows=3, file="台账.xlsx")
    line = session.scalars(select(AuditLine)).one()
    assert (line.actor, line.action, line.subject) == ("wang", "import_ledger", "370306")
    assert line.outcome == "refused"
    assert line.facts == {"rows": 3, "file": "台账.xlsx"}
    assert line.at.tzinfo is not None


def test_the_latest_act_of_a_kind_is_found(session):
    assert find_act(session, "build_demo") is None
    audit(session, "cli", "build_demo", "370306", seed=1)
    audit(session, "cli", "build_demo", "370306", seed=2)
    audit(session, "cli", "login", "370306", seed=3)
    assert find_act(session, "build_demo") == {"seed": 2}


def _audit_and_fail(engine) -> None:
    with writing(engine, Change("tester", "test")) as session:
        audit(session, "wang", "import_ledger", "370306")
        raise RuntimeError


def test_a_line_falls_with_what_it_tells(engine):
    with pytest.raises(RuntimeError):
        _audit_and_fail(engine)
    with reading(engine) as session:
        assert find_act(session, "import_ledger") is None
