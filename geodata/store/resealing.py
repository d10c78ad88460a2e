"""Another key: what is sealed in the database is sealed anew, all of it in one transaction.

While it lasts the key's file has two lines, the new key and the one before; `sealing` seals with
the first and opens with any, so that a server goes on reading whatever the database says.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, text

from geodata.domain.errors import DomainError
from geodata.store.sealing import PREFIX, add_key, drop_old_keys, reseal

_SEALED: Final = re.compile(re.escape(PREFIX) + r"[A-Za-z0-9_\-]+=*")
_COLUMNS: Final = text(
    "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns AS c"
    " JOIN pg_class AS r ON r.relname = c.table_name AND r.relnamespace = 'public'::regnamespace"
    " WHERE c.table_schema = 'public' AND r.relkind IN ('r', 'p') AND c.is_generated = 'NEVER'"
    " AND c.data_type IN ('text', 'jsonb') AND c.table_name NOT LIKE 'procrastinate%'"
    " ORDER BY 1, 2"
)
_WRITERS: Final = text(
    "SELECT backend_xid::text FROM pg_stat_activity WHERE datname = current_database()"
    " AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
)
_MANY: Final = 2_000
_WAITS_S: Final = 120
_LOOKS_EVERY_S: Final = 0.2


def change_key(engine: Engine, path: Path, kept: Path) -> int:
    """Seal everything with a new key, and return how many values that were.

    Args:
        engine: Of the tables' owner.
        path: The key's file.
        kept: Where the key before is left, for backups from before.

    Raises:
        DomainError: ``personal.key_missing``, ``personal.key_unreadable``; ``personal.writers``
            where others do not end what they write. Whatever came between, it can be begun again.
    """
    add_key(path, kept)
    values = _seal_anew(engine)
    # What was sealed just before may be committed only now.
    _wait_for_writers(engine)
    values += _seal_anew(engine)
    drop_old_keys(path)
    return values


def _seal_anew(engine: Engine) -> int:
    with engine.begin() as connection:
        return sum(
            _column(connection, table, column, kind)
            for table, column, kind in connection.execute(_COLUMNS).all()
        )


def _wait_for_writers(engine: Engine) -> None:
    """Wait until every transaction that writes now has ended.

    Raises:
        DomainError: ``personal.writers`` after two minutes; the change may be begun again.
    """
    deadline = time.monotonic() + _WAITS_S
    with engine.connect() as connection:
        running = connection.scalars(_WRITERS).all()
    while running:
        if time.monotonic() > deadline:
            raise DomainError("personal.writers", minutes=_WAITS_S // 60)
        time.sleep(_LOOKS_EVERY_S)
        with engine.connect() as connection:
            running = [one for one in connection.scalars(_WRITERS).all() if one in running]


def _column(connection: Connection, table: str, column: str, kind: str) -> int:
    """Seal a column anew; nothing has changed by it for anybody, so that no version is written."""
    found = f'SELECT DISTINCT "{column}"::text FROM "{table}" WHERE "{column}"::text LIKE :sealed'  # noqa: S608 - names of ours
    values = connection.scalars(text(found), {"sealed": f"%{PREFIX}%"}).all()
    both = [(one, _resealed(one)) for one in values]
    changed = [(old, new) for old, new in both if old != new]
    if not changed:
        return 0
    connection.exec_driver_sql(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
    change = text(
        f'UPDATE "{table}" AS t SET "{column}" = m.new::{kind}'  # noqa: S608
        " FROM unnest(CAST(:old AS text[]), CAST(:new AS text[])) AS m(old, new)"
        f' WHERE t."{column}"::text = m.old'
    )
    for start in range(0, len(changed), _MANY):
        some = changed[start : start + _MANY]
        told = {"old": [old for old, _ in some], "new": [new for _, new in some]}
        connection.execute(change, told)
    connection.exec_driver_sql(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
    return len(changed)


def _resealed(value: str) -> str:
    return _SEALED.sub(lambda match: reseal(match[0]), value)
