"""What an account sees and ends of itself: its sessions, its password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from geodata.store.tables import Account, LoginSession
from server.auth.digests import digest

_SHOWN: Final = 12
"""Letters of a digest that name a session: enough to tell, too few to use."""


@dataclass(frozen=True, slots=True)
class OwnSession:
    """One session of an account.

    Attributes:
        key: Names it.
        opened_at: When.
        seen_at: When it was last used.
        address: From where it was opened.
        agent: With which browser, as it says itself.
        is_this: Whether it is the one that asks.
        way: By what it was opened, as `Way` has it.
    """

    key: str
    opened_at: datetime
    seen_at: datetime
    address: str | None
    agent: str | None
    is_this: bool
    way: str


def sessions_of(session: Session, username: str, cookie: str | None) -> list[OwnSession]:
    """Return the sessions of an account that have not run out, the latest used first."""
    this = None if cookie is None else digest(cookie)
    rows = session.scalars(
        select(LoginSession)
        .join(Account, Account.id == LoginSession.account_id)
        .where(
            Account.username == username,
            LoginSession.expires_at > func.now(),
            ~LoginSession.awaits_code,
        )
        .order_by(LoginSession.seen_at.desc())
    )
    return [
        OwnSession(
            one.digest[:_SHOWN],
            one.created_at,
            one.seen_at,
            one.address,
            one.agent,
            one.digest == this,
            one.way,
        )
        for one in rows
    ]


def end_session(session: Session, username: str, key: str) -> bool:
    """End a session of an account; tell whether there was one."""
    own = select(Account.id).where(Account.username == username).scalar_subquery()
    ended = session.execute(
        delete(LoginSession)
        .where(LoginSession.account_id == own, func.left(LoginSession.digest, _SHOWN) == key)
        .returning(LoginSession.digest)
    )
    return ended.first() is not None


def end_others(session: Session, account_id: int, cookie: str | None) -> int:
    """End all sessions of an account but the one that asks, if one does; return how many."""
    this = "" if cookie is None else digest(cookie)
    ended = session.execute(
        delete(LoginSession)
        .where(LoginSession.account_id == account_id, LoginSession.digest != this)
        .returning(LoginSession.digest)
    )
    return len(ended.all())
