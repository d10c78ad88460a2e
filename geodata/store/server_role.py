"""The role the server works under: it owns nothing, and PostgreSQL keeps it to the actor's scope.

Row-level security is the second lock. The first is `within`, which every query over scoped rows
names; should one forget it, the policies below still return no row of another division. Each
transaction says whose it is (`geodata.store.session`) by a setting that ends with it, so that a
pool, or pgbouncer in transaction mode, hands nothing on. Who may run SQL of their own as the server
can set it too: the lock guards against a query of ours that is wrong, not against one of theirs.
"""

from __future__ import annotations

from typing import Final

from psycopg import sql
from psycopg.errors import DuplicateObject, UniqueViolation
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from geodata.domain.errors import DomainError

SERVER_ROLE: Final = "fugai_server"

_PLACE: Final = ("district_code", "town_code", "neighbourhood_code")

FORMER_PLACES: Final = "former_place"
"""Where a site was before it was given to another division: who had it reads of their own time."""

PLACED: Final[dict[str, tuple[str, ...]]] = {
    "site": _PLACE,
    "ledger_import": _PLACE,
    "notice": _PLACE,
    "visit_plan": _PLACE,
    "inspection_batch": _PLACE,
    "decided_gap": _PLACE,
    "campaign_record": _PLACE,
    "monthly_report": _PLACE[:2],
}
"""Tables cut by divisions that the row itself names."""

PLACED_BY_SHAPE: Final[dict[str, tuple[str, ...]]] = {
    "drawn_site": _PLACE,
    "drawn_past_site": _PLACE,
    "footprint": _PLACE,
    "gap_candidate": _PLACE,
}
"""The same, for tables whose rows are found by their box.

PostgreSQL looks into an index before it has asked a policy only where the operator is known to
leak nothing. PostGIS does not declare its ``&&`` so, and only a superuser can: where we are none,
a tile would read a million rows, and these tables have no policy.
"""

HANGING: Final[dict[str, tuple[str, str]]] = {
    **dict.fromkeys(
        (
            "management_arrangement",
            "site_version",
            "site_contact",
            "site_utility",
            "site_separation",
            "site_milestone",
            "site_evidence",
            "site_plan",
            "inspection",
            "finding",
            "planned_stop",
            "batch_site",
        ),
        ("site", "site_id"),
    ),
    "finding_step": ("finding", "finding_id"),
    "photo": ("inspection", "inspection_id"),
    "staged_row": ("ledger_import", "import_id"),
    "decided_footprint": ("decided_gap", "decided_gap_id"),
}
"""Tables whose rows are seen with the row they hang on: its table, and the column naming it."""

KEPT_AS_WRITTEN: Final[dict[str, str]] = {
    "alembic_version": "SELECT",
    "audit_line": "SELECT, INSERT",
    "audit_seal": "SELECT",
    "site_version": "SELECT",
    FORMER_PLACES: "SELECT",
    "snapshot_row": "SELECT, INSERT",
    "finding_step": "SELECT, INSERT",
}
"""Tables that the server may do no more with than this; triggers write what is missing here."""

_PATIENCE: Final = {
    "statement_timeout": "5min",
    "lock_timeout": "20s",
    "idle_in_transaction_session_timeout": "30min",
}
"""Of the server with its database: whoever waits longer is told so, and nothing waits for ever."""

_SCOPE: Final = "(SELECT current_setting('fugai.scope', true))"

_OWN_RELATIONS: Final = (
    "SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    " AND relowner = current_user::regrole AND relkind IN ('r', 'S')"
    " AND relname <> 'spatial_ref_sys'"
)
_OWN_TRIGGERS: Final = (
    "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    " AND prorettype = 'trigger'::regtype AND proowner = current_user::regrole"
    " AND proname NOT LIKE 'procrastinate%%'"
)
_OVERLAPS: Final = "geometry_overlaps(geometry, geometry)"


def secure(connection: Connection) -> None:
    """Make the role where it is missing, and say anew what it may do; safe to repeat.

    Args:
        connection: Of the tables' owner, in a transaction, with all functions installed.

    Raises:
        DomainError: See `make_role`.
    """
    make_role(connection)
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA public TO {SERVER_ROLE}")
    for name, kind in connection.exec_driver_sql(_OWN_RELATIONS).all():
        allowed = KEPT_AS_WRITTEN.get(name, "SELECT, INSERT, UPDATE, DELETE")
        on = f'SEQUENCE public."{name}"' if kind == "S" else f'TABLE public."{name}"'
        connection.exec_driver_sql(f"REVOKE ALL ON {on} FROM {SERVER_ROLE}")
        connection.exec_driver_sql(
            f"GRANT {'USAGE' if kind == 'S' else allowed} ON {on} TO {SERVER_ROLE}"
        )
    # What follows from a change reaches beyond its author's scope: counters, candidates, seals.
    for signature in connection.exec_driver_sql(_OWN_TRIGGERS).scalars().all():
        connection.exec_driver_sql(
            f"ALTER FUNCTION {signature} SECURITY DEFINER SET search_path = public, pg_temp"
        )
    _police(connection)


def make_role(connection: Connection) -> None:
    """Make the role, unless it is there: it belongs to the cluster and serves all its databases.

    Raises:
        DomainError: ``schema.role_missing`` where the owner may make none.
    """
    asked = text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :role)")
    if connection.scalar(asked, {"role": SERVER_ROLE}):
        return
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(
                f"CREATE ROLE {SERVER_ROLE} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE"
            )
    except DBAPIError as error:
        # The upgrade of another database of the cluster may have been faster.
        if not isinstance(error.orig, DuplicateObject | UniqueViolation):
            raise DomainError("schema.role_missing", role=SERVER_ROLE) from error


def _police(connection: Connection) -> None:
    is_superuser = connection.scalar(
        text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    )
    if is_superuser:
        # It compares two boxes and can neither fail nor tell of what it saw.
        connection.exec_driver_sql(f"ALTER FUNCTION {_OVERLAPS} LEAKPROOF")
    by_shape = connection.scalar(
        text(f"SELECT proleakproof FROM pg_proc WHERE oid = '{_OVERLAPS}'::regprocedure")  # noqa: S608
    )
    for table, columns in {**PLACED, **PLACED_BY_SHAPE}.items():
        is_policed = table in PLACED or bool(by_shape)
        condition = f"{_SCOPE} IN ('*', {', '.join(columns)})"
        _set_policy(connection, table, condition if is_policed else None)
    had = f"id IN (SELECT site_id FROM {FORMER_PLACES} WHERE division_code = {_SCOPE})"  # noqa: S608
    connection.exec_driver_sql("DROP POLICY IF EXISTS was_in_scope ON site")
    connection.exec_driver_sql(f"CREATE POLICY was_in_scope ON site FOR SELECT USING ({had})")
    for table, (parent, column) in HANGING.items():
        seen = f"EXISTS (SELECT FROM {parent} AS seen WHERE seen.id = {table}.{column})"
        _set_policy(connection, table, f"{_SCOPE} = '*' OR {seen}")


def _set_policy(connection: Connection, table: str, condition: str | None) -> None:
    connection.exec_driver_sql(f"DROP POLICY IF EXISTS in_scope ON {table}")
    if condition is None:
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        return
    connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    connection.exec_driver_sql(f"CREATE POLICY in_scope ON {table} USING ({condition})")


def let_in(url: str, password: str) -> str:
    """Let the server's role log in, and return the address it does so by.

    Args:
        url: SQLAlchemy address of the owner.
        password: Of the role from now on, in every database of the cluster.
    """
    engine = create_engine(url)
    with engine.begin() as connection:
        # Two that start together must not change one role at once.
        connection.execute(text("SELECT pg_advisory_xact_lock(1262017, 9)"))
        told = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(
            sql.Identifier(SERVER_ROLE), sql.Literal(password)
        )
        connection.exec_driver_sql(told.as_string(None).replace("%", "%%"))
        for name, lasts in _PATIENCE.items():
            connection.exec_driver_sql(f"ALTER ROLE {SERVER_ROLE} SET {name} = '{lasts}'")
    engine.dispose()
    return address_of_server(url, password)


def address_of_server(url: str, password: str) -> str:
    """Return the address of the same database for the server's role."""
    own = make_url(url).set(username=SERVER_ROLE, password=password)
    return own.render_as_string(hide_password=False)
