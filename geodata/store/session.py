"""Transactions: reading ones that cannot write, and writing ones that name who and why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final

from psycopg import DataError, InterfaceError, OperationalError
from psycopg.errors import (
    AdminShutdown,
    CannotConnectNow,
    CrashShutdown,
    DeadlockDetected,
    DiskFull,
    IoError,
    LockNotAvailable,
    QueryCanceled,
    ReadOnlySqlTransaction,
    SerializationFailure,
    TooManyConnections,
)
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.domain.period import today

_KEEP_TO: Final = text("SELECT set_config('fugai.scope', :scope, true)")
_ALL_DIVISIONS: Final = "*"
_MOST: Final = 1 << 63
_FULL: Final = (DiskFull, IoError)
_AWAY: Final = (
    *(AdminShutdown, CrashShutdown, CannotConnectNow, TooManyConnections, InterfaceError),
    ReadOnlySqlTransaction,  # a standby took over, and this one is none to write to
)


@dataclass(frozen=True, slots=True)
class Change:
    """Who changes something and why; every version of a site carries it.

    Attributes:
        actor: User name, or ``cli`` for the command line.
        reason: One sentence in the actor's words, or the name of the act.
        effective_on: Day from which the change holds; ``None`` is today in Shanghai.
        import_id: The import that it is part of, so that it can be undone as a whole.
        scope: Of the actor; PostgreSQL itself keeps the server to it. ``None`` lets the server
            reach no site at all, and the owner of the tables all of them.
    """

    actor: str
    reason: str
    effective_on: date | None = None
    import_id: int | None = None
    scope: Scope | None = None


@contextmanager
def seeing_all(session: Session) -> Iterator[None]:
    """Let a session see sites of every division for a moment.

    For the few questions that reach across borders, such as whose ground a drawn boundary would
    take. Whoever asks must not tell of what lies outside the actor's scope.
    """
    before = session.scalar(text("SELECT coalesce(current_setting('fugai.scope', true), '')"))
    session.execute(_KEEP_TO, {"scope": _ALL_DIVISIONS})
    yield
    session.execute(_KEEP_TO, {"scope": before})


def scope_setting(scope: Scope) -> str:
    """Return a scope as the policies of the tables read it: a division's code, or all of them."""
    return _ALL_DIVISIONS if scope.code is None else scope.code


def is_collision(error: DBAPIError) -> bool:
    """Tell whether a transaction ended only because another one was in its way."""
    return isinstance(error.orig, DeadlockDetected | SerializationFailure)


def trouble(error: DBAPIError) -> DomainError | None:
    """Return what keeps the database from answering at all, ``None`` where it is none of that.

    ``store.full``: no room to write; ``store.slow``: a statement or a lock took too long;
    ``store.away``: it cannot be reached, or restarts.
    """
    if isinstance(error.orig, _FULL):
        return DomainError("store.full")
    if isinstance(error.orig, LockNotAvailable | QueryCanceled):
        return DomainError("store.slow")
    is_lost = error.connection_invalidated or isinstance(error.orig, _AWAY)
    # A connection that was never made has no state to tell by.
    is_unmade = isinstance(error.orig, OperationalError) and error.orig.sqlstate is None
    return DomainError("store.away") if is_lost or is_unmade else None


def is_out_of_range(error: DBAPIError) -> bool:
    """Tell whether PostgreSQL cannot hold a value that was asked about: too large, or no text."""
    if isinstance(error.orig, DataError):
        return True
    asked = error.params.values() if isinstance(error.params, dict) else error.params or ()
    # A larger one travels as numeric, which functions of whole numbers do not know.
    return any(isinstance(one, int) and not -_MOST <= one < _MOST for one in asked)


def connect(url: str, *, is_pooled: bool = False, waits_s: int = 10) -> Engine:
    """Return the engine of a database; a dead connection is noticed before it is used.

    Args:
        url: SQLAlchemy address.
        is_pooled: Whether a pooler stands between that gives each transaction another connection
            (pgbouncer in transaction mode): nothing may then be left on one, no statement either.
        waits_s: For how long a database that does not answer is waited for.
    """
    options: dict[str, int | None] = {"connect_timeout": waits_s}
    if is_pooled:
        options["prepare_threshold"] = None
    return create_engine(
        url, pool_pre_ping=True, pool_size=10, max_overflow=10, connect_args=options
    )


def conninfo_of(url: str) -> str:
    """Return an SQLAlchemy address as libpq, and what speaks to it without SQLAlchemy, takes it."""
    return url.replace("+psycopg", "", 1)


@contextmanager
def reading(engine: Engine, scope: Scope | None = None) -> Iterator[Session]:
    """Yield a session that PostgreSQL itself keeps from writing.

    All its queries see one state of the database, so that a page's figures agree.

    Args:
        engine: The database.
        scope: What the session may see of sites and of what hangs on them; ``None`` is nothing
            of it for the server's role, and everything for the owner of the tables.
    """
    readonly = engine.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")
    with Session(readonly) as session:
        if scope is not None:
            session.execute(_KEEP_TO, {"scope": scope_setting(scope)})
        yield session


@contextmanager
def writing(engine: Engine, change: Change) -> Iterator[Session]:
    """Yield a session that commits at the end, or leaves nothing behind."""
    with Session(engine) as session, session.begin():
        sign(session, change)
        yield session


def sign(session: Session, change: Change) -> None:
    """Tell the database who changes what follows in this transaction, and why.

    Raises:
        DomainError: ``change.future`` for a day to come: the tables hold what is, and would
            say today what only later holds.
    """
    if change.effective_on is not None and change.effective_on > today():
        day = change.effective_on.isoformat()
        raise DomainError("change.future", on=day, today=today().isoformat())
    session.execute(
        text(
            "SELECT set_config('fugai.actor', :actor, true),"
            " set_config('fugai.reason', :reason, true),"
            " set_config('fugai.effective_on', :effective_on, true),"
            " set_config('fugai.import_id', :import_id, true),"
            " set_config('fugai.scope', :scope, true)"
        ),
        {
            "actor": change.actor,
            "reason": change.reason,
            "effective_on": change.effective_on.isoformat() if change.effective_on else "",
            "import_id": "" if change.import_id is None else str(change.import_id),
            "scope": "" if change.scope is None else scope_setting(change.scope),
        },
    )
