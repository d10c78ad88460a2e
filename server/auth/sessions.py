"""Sessions on the server's side: opened by a login, found by a cookie, ended by idling."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Engine, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from geodata.domain.access import Role, Scope
from geodata.domain.errors import DomainError
from geodata.store.session import Change, reading, writing
from geodata.store.tables import Account, ApiToken, LoginSession
from server.auth.actor import Actor
from server.auth.digests import digest
from server.settings import Settings

COOKIE: Final = "fugai_session"
_LONGEST_AGENT: Final = 300


class Way(StrEnum):
    """By what a session was opened."""

    PASSWORD = "password"  # noqa: S105 - the word, not one
    PROVIDER = "sso"


@dataclass(frozen=True, slots=True)
class From:
    """Where a login comes from.

    Attributes:
        address: Of the machine.
        agent: The browser, as it says itself.
    """

    address: str
    agent: str | None = None


def open_session(
    session: Session,
    account_id: int,
    origin: From,
    *,
    lasts: timedelta,
    way: Way = Way.PASSWORD,
    awaits_code: bool = False,
) -> str:
    """Return the cookie of a new session; those that are over are cleared away."""
    secret = secrets.token_urlsafe(32)
    agent = origin.agent
    session.execute(
        insert(LoginSession).values(
            digest=digest(secret),
            account_id=account_id,
            expires_at=func.now() + lasts,
            address=origin.address,
            agent=None if agent is None else agent[:_LONGEST_AGENT],
            way=way.value,
            awaits_code=awaits_code,
        )
    )
    session.execute(delete(LoginSession).where(LoginSession.expires_at < func.now()))
    return secret


def log_out(engine: Engine, cookie: str) -> None:
    """End a session; one that is over already is no error."""
    with writing(engine, Change("session", "log out")) as session:
        session.execute(delete(LoginSession).where(LoginSession.digest == digest(cookie)))


def actor_by_cookie(engine: Engine, cookie: str, settings: Settings) -> Actor | None:
    """Return who a session's cookie belongs to; ``None`` when it is unknown, old or idle."""
    with Session(engine) as session, session.begin():
        # One statement checks and renews, so that two tabs cannot disagree.
        found = session.execute(
            update(LoginSession)
            .where(
                LoginSession.digest == digest(cookie),
                LoginSession.expires_at > func.now(),
                LoginSession.seen_at > func.now() - settings.idle_ends,
                ~LoginSession.awaits_code,
            )
            .values(seen_at=func.now())
            .returning(LoginSession.account_id, LoginSession.way)
        ).first()
        if found is None:
            return None
        account = session.get(Account, found.account_id)
        wanted = found.way == Way.PASSWORD and settings.second_factor
        return _actor(account, wanted or frozenset())


def actor_by_token(engine: Engine, token: str, *, writes: bool) -> Actor | None:
    """Return who an API token belongs to; ``None`` when it is unknown or has run out.

    Raises:
        DomainError: ``auth.token_reads`` where a token for reading is to write.
    """
    with reading(engine) as session:
        found = session.scalar(
            select(ApiToken).where(
                ApiToken.digest == digest(token),
                or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > func.now()),
            )
        )
        if found is None:
            return None
        if writes and not found.may_write:
            raise DomainError("auth.token_reads")
        return _actor(session.get(Account, found.account_id))


def _actor(account: Account | None, asked_twice: Collection[Role] = ()) -> Actor | None:
    """Return an account as one who asks, ``None`` where there is none or it is closed.

    Args:
        account: The account.
        asked_twice: Roles that need a second factor for this.
    """
    if account is None or not account.is_active:
        return None
    role = Role(account.role)
    return Actor(
        username=account.username,
        display_name=account.display_name,
        role=role,
        division_code=account.division_code,
        scope=Scope.of(role, account.division_code),
        lacks_code=role in asked_twice and account.code_since is None,
    )
