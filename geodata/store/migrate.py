"""Bring a database up to date: tables by numbered migrations, functions by repeatable scripts."""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from geodata.domain.errors import DomainError
from geodata.store.rules import rule_functions
from geodata.store.server_role import secure

if TYPE_CHECKING:
    from sqlalchemy.sql.schema import SchemaItem

QUEUE_TABLES = frozenset(
    f"procrastinate_{one}" for one in ("jobs", "events", "workers", "periodic_defers")
)
"""Tables of the queue of jobs; the library that brings them keeps them."""

_WAITS = timedelta(seconds=20)
_LOCK = 126_2017
"""Two processes that start together must not migrate together."""


def upgrade(url: str, *, waits: timedelta = _WAITS) -> None:
    """Upgrade a database to the newest schema, in one transaction; safe to repeat.

    Args:
        url: SQLAlchemy address of a PostgreSQL database where PostGIS can be installed.
        waits: How long to wait for a table that somebody uses: whoever comes later waits behind.

    Raises:
        DomainError: ``schema.in_use``; nothing has changed then.
    """
    engine = create_engine(url)
    try:
        _upgrade(engine, waits)
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise DomainError("schema.in_use", seconds=int(waits.total_seconds())) from error
        raise
    finally:
        engine.dispose()


def _upgrade(engine: Engine, waits: timedelta) -> None:
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        told = {"waits": f"{int(1000 * waits.total_seconds())}ms"}
        connection.execute(text("SELECT set_config('lock_timeout', :waits, true)"), told)
        # The session's search path may put other schemas first; ours is public.
        connection.execute(text("SET LOCAL client_min_messages = warning"))
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS postgis"))
        command.upgrade(alembic_config(connection), "head")
        install_functions(connection)
        secure(connection)
        _class_older_footprints(connection)


def _class_older_footprints(connection: Connection) -> None:
    """Note footprints from before they were classed; the database classes them at the commit."""
    connection.execute(
        text(
            "INSERT INTO footprint_to_class (transaction_id, footprints)"
            " SELECT txid_current(), array_agg(id) FROM footprint"
            " WHERE gap_class IS NULL HAVING count(*) > 0"
        )
    )


def newest_revision() -> str | None:
    """Return the number of the newest migration that this code brings."""
    return ScriptDirectory(str(Path(__file__).parent / "migrations")).get_current_head()


def alembic_config(connection: Connection) -> Config:
    """Return the configuration of Alembic over an open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def install_functions(connection: Connection) -> None:
    """(Re)create rule functions and the repeatable scripts of `sql/`, in their order."""
    connection.exec_driver_sql(rule_functions())
    folder = files("geodata.store").joinpath("sql")
    for script in sorted(folder.iterdir(), key=lambda one: one.name):
        if script.name[:1].isdigit():
            connection.exec_driver_sql(script.read_text("utf-8").replace("%", "%%"))


def is_ours(_item: SchemaItem, name: str | None, kind: str, *_rest: object) -> bool:
    """Tell Alembic which tables are ours: not those that PostGIS or the queue of jobs bring."""
    return not (kind == "table" and name in {"spatial_ref_sys", *QUEUE_TABLES})
