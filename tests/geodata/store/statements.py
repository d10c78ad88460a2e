"""Count what is sent to the database: a query per row is a failing test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session


@contextmanager
def recorded(session: Session) -> Iterator[list[str]]:
    """Yield the statements that are sent inside."""
    sent: list[str] = []
    bind = session.get_bind()
    engine = bind if isinstance(bind, Engine) else bind.engine

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)
