"""The role the server works under: which tables it is kept to, and who makes it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from geodata.domain.errors import DomainError
from geodata.store import server_role
from geodata.store.server_role import HANGING, PLACED, PLACED_BY_SHAPE, make_role
from geodata.store.session import connect
from geodata.store.tables import Base
from tests.postgis import as_server

OF_NO_DIVISION = {
    *("account", "login_session", "login_try", "api_token", "audit_line", "audit_seal"),
    *("webhook", "delivery", "column_memory", "division", "campaign_file", "node_mark"),
    *("snapshot", "snapshot_row", "self_check", "former_place"),
    *("road", "landuse", "footprint_count", "footprint_tally", "footprint_to_class", "gap_run"),
    *("drawn_day", "drawn_past_day", "drawn_change", "site_to_draw"),
}
"""Accounts and what is sent about; what a whole district shares; counters that triggers keep."""


def test_every_table_is_policed_or_said_to_need_none() -> None:
    policed = {*PLACED, *PLACED_BY_SHAPE, *HANGING}
    assert policed | OF_NO_DIVISION == set(Base.metadata.tables)
    assert policed & OF_NO_DIVISION == set()


def test_policies_are_there(session) -> None:
    rows = session.execute(
        text("SELECT relname FROM pg_class WHERE relrowsecurity AND relkind = 'r'")
    )
    assert {row.relname for row in rows} == {*PLACED, *PLACED_BY_SHAPE, *HANGING}


def test_an_owner_who_may_make_no_role_is_told(database_url, monkeypatch) -> None:
    engine = connect(as_server(database_url))
    monkeypatch.setattr(server_role, "SERVER_ROLE", "fugai_nobody_made")
    with engine.begin() as connection:
        with pytest.raises(DomainError, match=r"schema\.role_missing.*fugai_nobody_made"):
            make_role(connection)
        assert connection.scalar(text("SELECT 1")) == 1
    engine.dispose()
