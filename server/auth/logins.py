"""How somebody becomes known: by a password, a code after it, or another system's word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from geodata.domain.errors import DomainError
from geodata.store.audit import audit
from geodata.store.session import Change, reading, writing
from geodata.store.tables import Account, LoginSession
from server.auth import second_factor
from server.auth.accounts import find_account, is_password
from server.auth.digests import digest
from server.auth.sessions import From, Way, open_session
from server.auth.tries import count_try, minutes_locked
from server.settings import Settings

CODE_WITHIN: Final = timedelta(minutes=5)
"""How long a password is good for, until the code after it is shown."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A session that was opened.

    Attributes:
        cookie: Its secret.
        awaits_code: Whether it is nobody's until `log_in_with_code`.
    """

    cookie: str
    awaits_code: bool = False


def log_in(
    engine: Engine, username: str, password: str, *, settings: Settings, origin: From
) -> Entry:
    """Open a session by a password.

    Raises:
        DomainError: ``auth.wrong_password``, the same for an unknown name; ``auth.locked`` after
            several in a row, the same for a right password.
    """
    with reading(engine) as session:
        locked = minutes_locked(session, username, origin.address)
        account = find_account(session, username)
        is_right = is_password(account, password) and locked is None
    awaits_code = is_right and account is not None and account.code_since is not None
    with writing(engine, Change(username, "log in")) as session:
        outcome = _outcome(locked, is_right=is_right)
        told = {"next": "code"} if awaits_code else {}
        audit(session, username, "log_in", username, outcome=outcome, **told)
        # Codes are guessed after a right password: it must not make good for wrong ones.
        if locked is None and not awaits_code:
            count_try(session, username, origin.address, is_right=is_right)
        if is_right and account is not None:
            lasts = CODE_WITHIN if awaits_code else settings.session_lasts
            cookie = open_session(session, account.id, origin, lasts=lasts, awaits_code=awaits_code)
            return Entry(cookie, awaits_code)
    if locked is not None:
        raise DomainError("auth.locked", minutes=locked)
    raise DomainError("auth.wrong_password")


def log_in_with_code(
    engine: Engine, waiting: str, code: str, *, settings: Settings, origin: From
) -> str:
    """Return the cookie of a new session, in place of the one that waited for a code.

    Args:
        engine: The database.
        waiting: Cookie of the one that waits.
        code: What the app shows.
        settings: The server's.
        origin: Where it comes from.

    Raises:
        DomainError: ``auth.code_late`` where none waits any more; ``auth.code_wrong``;
            ``auth.locked`` after several in a row.
    """
    with writing(engine, Change("session", "log in")) as session:
        account = _waiting(session, waiting)
        if account is None:
            raise DomainError("auth.code_late")
        name = account.username
        locked = minutes_locked(session, name, origin.address)
        is_right = locked is None and second_factor.take(session, account, code)
        outcome = _outcome(locked, is_right=is_right)
        audit(session, name, "log_in", name, outcome=outcome, by="code")
        if locked is None:
            count_try(session, name, origin.address, is_right=is_right)
        if is_right:
            session.execute(delete(LoginSession).where(LoginSession.digest == digest(waiting)))
            return open_session(session, account.id, origin, lasts=settings.session_lasts)
    if locked is not None:
        raise DomainError("auth.locked", minutes=locked)
    raise DomainError("auth.code_wrong")


def log_in_by_provider(engine: Engine, username: str, *, settings: Settings, origin: From) -> str:
    """Return the cookie of a new session of somebody whom the single sign-on knows.

    Raises:
        DomainError: ``auth.sso_unknown`` where there is no such account, or it is closed.
    """
    with writing(engine, Change(username, "log in")) as session:
        account = find_account(session, username)
        is_known = account is not None and account.is_active
        outcome = "ok" if is_known else "refused"
        audit(session, username, "log_in", username, outcome=outcome, by=Way.PROVIDER.value)
        if is_known and account is not None:
            lasts = settings.session_lasts
            return open_session(session, account.id, origin, lasts=lasts, way=Way.PROVIDER)
    raise DomainError("auth.sso_unknown", username=username)


def _outcome(locked: int | None, *, is_right: bool) -> str:
    if locked is not None:
        return "locked"
    return "ok" if is_right else "refused"


def _waiting(session: Session, cookie: str) -> Account | None:
    return session.scalar(
        select(Account)
        .join(LoginSession, LoginSession.account_id == Account.id)
        .where(
            LoginSession.digest == digest(cookie),
            LoginSession.awaits_code,
            LoginSession.expires_at > func.now(),
            Account.is_active,
        )
    )
