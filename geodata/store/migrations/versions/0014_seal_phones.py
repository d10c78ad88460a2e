"""Seal telephone numbers that were written before there was a key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from geodata.store.sealing import PREFIX, seal, seal_json

revision = "0014"
down_revision = "0013"

_TABLES: Final = ("site", "site_contact", "site_version", "staged_row", "ledger_import")
_MEMBERS: Final = ("faults", "signatures")
_MANY: Final = 2000


def upgrade() -> None:
    """Seal them; nothing has changed by it for anybody, so no version is written."""
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    connection = op.get_bind()
    _seal_texts(connection)
    _seal_rows_of_files(connection)
    for column in ("draft", "changes", "candidates"):
        _seal_whole(connection, column)
    _seal_reports(connection)
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _seal_texts(connection: sa.Connection) -> None:
    """Seal each number once, then wherever it stands."""
    found = connection.scalars(
        sa.text(
            "SELECT phone FROM site UNION SELECT phone FROM site_contact"
            " UNION SELECT old ->> 'phone' FROM site_version"
            " UNION SELECT new ->> 'phone' FROM site_version"
        )
    )
    _keep(connection, found, "text", seal)
    for table in ("site", "site_contact"):
        op.execute(
            f"UPDATE {table} SET phone = s.sealed FROM to_seal AS s WHERE {table}.phone = s.plain"  # noqa: S608 - names of ours
        )
    for side in ("old", "new"):
        op.execute(
            f"UPDATE site_version AS v SET {side} = v.{side} || jsonb_build_object('phone', s.sealed)"  # noqa: S608
            f" FROM to_seal AS s WHERE v.{side} ->> 'phone' = s.plain"
        )


def _seal_rows_of_files(connection: sa.Connection) -> None:
    """Seal the rows of files, kept word for word with the number in them."""
    found = connection.scalars(
        sa.text(
            "SELECT source_row FROM site UNION SELECT old -> 'source_row' FROM site_version"
            " UNION SELECT new -> 'source_row' FROM site_version"
        )
    )
    _keep(connection, (one for one in found if isinstance(one, dict) and one), "jsonb", seal_json)
    op.execute(
        "UPDATE site SET source_row = to_jsonb(s.sealed) FROM to_seal AS s WHERE source_row = s.plain"
    )
    for side in ("old", "new"):
        op.execute(
            f"UPDATE site_version AS v SET {side} = v.{side} || jsonb_build_object('source_row', s.sealed)"  # noqa: S608
            f" FROM to_seal AS s WHERE v.{side} -> 'source_row' = s.plain"
        )


def _keep(
    connection: sa.Connection, found: Iterator[Any], kind: str, sealed: Callable[[Any], str]
) -> None:
    op.execute("DROP TABLE IF EXISTS pg_temp.to_seal")
    op.execute(f"CREATE TEMPORARY TABLE to_seal (plain {kind}, sealed text) ON COMMIT DROP")
    plain = sa.column("plain", sa.dialects.postgresql.JSONB if kind == "jsonb" else sa.Text)
    table = sa.table("to_seal", plain, sa.column("sealed", sa.Text))
    rows = [{"plain": one, "sealed": sealed(one)} for one in found if one is not None]
    if rows:
        connection.execute(sa.insert(table), rows)


def _seal_whole(connection: sa.Connection, column: str) -> None:
    """Seal what waits of an import, row by row."""
    table = sa.table(
        "staged_row",
        *(sa.column(name) for name in ("import_id", "number")),
        sa.column(column, sa.dialects.postgresql.JSONB),
    )
    c = table.c
    waiting = sa.select(c.import_id, c.number, c[column]).where(
        sa.func.jsonb_typeof(c[column]).in_(("object", "array")),
        sa.cast(c[column], sa.Text).not_in(("{}", "[]")),
    )
    rows = connection.execute(waiting.execution_options(yield_per=_MANY))
    statement = (
        sa.update(table)
        .where(c.import_id == sa.bindparam("i"), c.number == sa.bindparam("n"))
        .values({column: sa.bindparam("v", type_=sa.dialects.postgresql.JSONB)})
    )
    for some in rows.partitions():
        sealed = [{"i": i, "n": number, "v": seal_json(value)} for i, number, value in some]
        connection.execute(statement, sealed)


def _seal_reports(connection: sa.Connection) -> None:
    kind = sa.dialects.postgresql.JSONB
    table = sa.table("ledger_import", sa.column("id"), sa.column("report", kind))
    rows = connection.execute(sa.select(table.c.id, table.c.report)).all()
    for number, report in rows:
        mine = {
            name: seal_json(report[name])
            for name in _MEMBERS
            if report.get(name) and not str(report[name]).startswith(PREFIX)
        }
        if mine:
            statement = sa.update(table).where(table.c.id == number)
            connection.execute(statement.values(report={**report, **mine}))
