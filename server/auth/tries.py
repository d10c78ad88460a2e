"""Wrong passwords counted: a name is locked after a few in a row, an address after many."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geodata.domain.password import LOCKED_FOR, MOST_TRIES, MOST_TRIES_OF_ADDRESS
from geodata.store.tables import LoginTry

_LONGEST: Final = 200


def minutes_locked(session: Session, username: str, address: str) -> int | None:
    """Return how many minutes a name or address is locked still, ``None`` for not at all."""
    most = _limits(username, address)
    rows = session.execute(
        select(LoginTry.key, LoginTry.failed, LoginTry.last_at).where(LoginTry.key.in_(most))
    )
    now = datetime.now(UTC)
    ends = [
        last_at + LOCKED_FOR - now
        for key, failed, last_at in rows
        if failed >= most[key] and last_at + LOCKED_FOR > now
    ]
    return None if not ends else int(max(ends).total_seconds() // 60) + 1


def count_try(session: Session, username: str, address: str, *, is_right: bool) -> None:
    """Note how a try went: a right one clears the name, a wrong one counts; old ones are over."""
    table = LoginTry
    session.execute(delete(table).where(table.last_at < func.now() - LOCKED_FOR))
    if is_right:
        session.execute(delete(table).where(table.key == _name(username)))
        return
    # In one order, so that two tries never wait for each other.
    for key in sorted(_limits(username, address)):
        new = insert(table).values(key=key, failed=1, last_at=func.now())
        again = {"failed": table.failed + 1, "last_at": func.now()}
        session.execute(new.on_conflict_do_update(index_elements=[table.key], set_=again))


def forgive(session: Session, username: str) -> None:
    """Let a name try again, as an administrator says."""
    session.execute(delete(LoginTry).where(LoginTry.key == _name(username)))


def is_locked_name(tries: Mapping[str, LoginTry], username: str) -> bool:
    """Tell whether a name is locked by what was counted, all of it by its key."""
    one = tries.get(_name(username))
    return (
        one is not None
        and one.failed >= MOST_TRIES
        and one.last_at + LOCKED_FOR > datetime.now(UTC)
    )


def _limits(username: str, address: str) -> dict[str, int]:
    return {_name(username): MOST_TRIES, f"address:{address}": MOST_TRIES_OF_ADDRESS}


def _name(username: str) -> str:
    return f"name:{username[:_LONGEST]}"
