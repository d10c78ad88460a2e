"""Looking for telephone numbers behind the application, as whoever has a dump would."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Engine, text


def tables_with(engine: Engine, numbers: Collection[str]) -> set[str]:
    """The tables in which any of some numbers stands, in whatever column."""
    with engine.connect() as connection:
        names = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).all()
        some = {"some": [f"%{one}%" for one in numbers]}
        statement = 'SELECT EXISTS (SELECT FROM "{}" AS t WHERE t::text LIKE ANY (:some))'
        return {name for name in names if connection.scalar(text(statement.format(name)), some)}
