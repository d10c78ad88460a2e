"""Sessions on the server's side: opened by a password, found by a cookie, ended by idling."""

from __future__ import annotations

import secrets
from typing import Final

from sqlalchemy import Engine, Select, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from geodata.domain.access import Role, Scope
from geodata.domain.errors import DomainError
from geodata.store.audit import audit
from geodata.store.session import Change, reading, writing
from geodata.store.tables import Account, ApiToken, LoginSession
from server.auth.accounts import find_account, is_password
from server.auth.actor import Actor
from server.auth.digests import digest
from server.auth.tries import count_try, minutes_locked
from server.settings import Settings

COOKIE: Final = "fugai_session"
_LONGEST_AGENT: Final = 300


def log_in(
    engine: Engine,
    username: str,
    password: str,
    *,
    settings: Settings,
    address: str,
    agent: str | None = None,
) -> str:
    """Return the cookie of a new session.

    Raises:
        DomainError: ``auth.wrong_password``, the same for an unknown name; ``auth.locked`` after
            several in a row, the same for a right password.
    """
    with reading(engine) as session:
        locked = minutes_locked(session, username, address)
        account = find_account(session, username)
        is_right = is_password(account, password) and locked is None
    with writing(engine, Change(username, "log in")) as session:
        outcome = "locked" if locked else "ok" if is_right else "refused"
        audit(session, username, "log_in", username, outcome=outcome, address=address)
        if locked is None:
            count_try(session, username, address, is_right=is_right)
        if is_right and account is not None:
            return _open(session, account.id, settings, address, agent)
    if locked is not None:
        raise DomainError("auth.locked", minutes=locked)
    raise DomainError("auth.wrong_password")


def _open(
    session: Session, account_id: int, settings: Settings, address: str, agent: str | None
) -> str:
    secret = secrets.token_urlsafe(32)
    session.execute(
        insert(LoginSession).values(
            digest=digest(secret),
            account_id=account_id,
            expires_at=func.now() + settings.session_lasts,
            address=address,
            agent=None if agent is None else agent[:_LONGEST_AGENT],
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
        account_id = session.scalar(
            update(LoginSession)
            .where(
                LoginSession.digest == digest(cookie),
                LoginSession.expires_at > func.now(),
                LoginSession.seen_at > func.now() - settings.idle_ends,
            )
            .values(seen_at=func.now())
            .returning(LoginSession.account_id)
        )
        return _actor(session, select(Account).where(Account.id == account_id))


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
        return _actor(session, select(Account).where(Account.id == found.account_id))


def _actor(session: Session, statement: Select[Account]) -> Actor | None:
    account = session.scalar(statement.where(Account.is_active))
    if account is None:
        return None
    role = Role(account.role)
    return Actor(
        username=account.username,
        display_name=account.display_name,
        role=role,
        division_code=account.division_code,
        scope=Scope.of(role, account.division_code),
    )
