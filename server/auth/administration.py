"""Accounts as the security administrator keeps them: added, changed, closed, let in again.

Nobody changes an account of their own here, and one security administrator is always left: rights
are given by somebody else, and cannot be lost for good.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, or_, select, text
from sqlalchemy.orm import Session

from geodata.domain.access import Role
from geodata.domain.errors import DomainError
from geodata.store.audit import audit
from geodata.store.tables import Account, ApiToken, Division, LoginSession, LoginTry
from server.auth import second_factor
from server.auth.accounts import add_account, add_token, find_account, get_account, strong_password
from server.auth.actor import Actor
from server.auth.own_sessions import end_others
from server.auth.tries import forgive, is_locked_name

_SHOWN: Final = 12
"""Letters of a token's digest that name it."""


@dataclass(frozen=True, slots=True)
class KnownToken:
    """A token of an account.

    Attributes:
        key: Names it.
        label: What it is for.
        may_write: Whether it may do more than read.
        expires_at: When it runs out, ``None`` for never.
    """

    key: str
    label: str
    may_write: bool
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account as it stands.

    Attributes:
        username: Unique name.
        display_name: For people.
        role: What it is for.
        division_code: The division it belongs to, ``None`` for none.
        division_name: Its name.
        is_active: Whether it may log in.
        is_locked: Whether too many wrong passwords keep it out for now.
        sessions: How many browsers are logged in.
        seen_at: When one of them last asked for anything.
        has_code: Whether it is asked for a second factor.
        tokens: Those that have not run out.
    """

    username: str
    display_name: str
    role: Role
    division_code: str | None
    division_name: str | None
    is_active: bool
    is_locked: bool
    sessions: int
    seen_at: datetime | None
    has_code: bool
    tokens: tuple[KnownToken, ...]


@dataclass(frozen=True, slots=True)
class AccountWish:
    """What an account shall be.

    Attributes:
        display_name: For people.
        role: What it is for.
        division_code: The division it belongs to, ``None`` for none.
        is_active: Whether it may log in.
    """

    display_name: str
    role: Role
    division_code: str | None
    is_active: bool = True


def known_accounts(session: Session) -> list[KnownAccount]:
    """Return all accounts, by role and name."""
    logins = (
        select(
            LoginSession.account_id,
            func.count().label("sessions"),
            func.max(LoginSession.seen_at).label("seen_at"),
        )
        .where(LoginSession.expires_at > func.now(), ~LoginSession.awaits_code)
        .group_by(LoginSession.account_id)
        .subquery()
    )
    rows = session.execute(
        select(Account, Division.name, logins.c.sessions, logins.c.seen_at)
        .outerjoin(Division, Division.code == Account.division_code)
        .outerjoin(logins, logins.c.account_id == Account.id)
    ).all()
    tokens = _tokens(session)
    tries = {one.key: one for one in session.scalars(select(LoginTry))}
    order = list(Role)
    found = [
        KnownAccount(
            account.username,
            account.display_name,
            Role(account.role),
            account.division_code,
            division,
            account.is_active,
            is_locked_name(tries, account.username),
            sessions or 0,
            seen_at,
            account.code_since is not None,
            tuple(tokens.get(account.id, ())),
        )
        for account, division, sessions, seen_at in rows
    ]
    return sorted(found, key=lambda one: (order.index(one.role), one.username))


def _tokens(session: Session) -> dict[int, list[KnownToken]]:
    found: dict[int, list[KnownToken]] = {}
    lives = or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > func.now())
    for one in session.scalars(select(ApiToken).where(lives).order_by(ApiToken.created_at)):
        told = KnownToken(one.digest[:_SHOWN], one.label, one.may_write, one.expires_at)
        found.setdefault(one.account_id, []).append(told)
    return found


def open_account(session: Session, actor: Actor, username: str, wish: AccountWish) -> str:
    """Add an account and return its first password, which is shown this once.

    Raises:
        DomainError: ``account.exists``; see `add_account`.
    """
    if find_account(session, username) is not None:
        raise DomainError("account.exists", username=username)
    password = strong_password(username)
    _put(session, username, password, wish)
    facts: dict[str, Any] = {"role": wish.role.value, "division": wish.division_code}
    audit(session, actor.username, "add_account", username, **facts)
    return password


def change_account(session: Session, actor: Actor, username: str, wish: AccountWish) -> None:
    """Give an account another name, role, division, or close or open it; its sessions end.

    Raises:
        DomainError: ``account.not_found``; ``account.own``; ``account.last``; see `add_account`.
    """
    account = _of_another(session, actor, username)
    before = _told(account)
    is_kept = wish.is_active and wish.role is Role.SECURITY_ADMINISTRATOR
    if not is_kept:
        _leave_one(session, account)
    _put(session, username, None, wish)
    session.flush()
    after = _told(account)
    changed = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    if changed.keys() - {"display_name"}:
        end_others(session, account.id, None)
    audit(session, actor.username, "change_account", username, changed=changed)


def reset_password(session: Session, actor: Actor, username: str) -> str:
    """Return a new password of an account; its sessions end and it may try again.

    Raises:
        DomainError: ``account.not_found``; ``account.own``.
    """
    account = _of_another(session, actor, username)
    password = strong_password(username)
    wish = AccountWish(
        account.display_name, Role(account.role), account.division_code, account.is_active
    )
    _put(session, username, password, wish)
    forgive(session, username)
    ended = end_others(session, account.id, None)
    audit(session, actor.username, "reset_password", username, ended=ended)
    return password


def unlock(session: Session, actor: Actor, username: str) -> None:
    """Let a name try again after too many wrong passwords."""
    forgive(session, username)
    audit(session, actor.username, "unlock_account", username)


def drop_code(session: Session, actor: Actor, username: str) -> None:
    """Ask an account for no more codes, since its phone is lost, say; its sessions end.

    Raises:
        DomainError: ``account.not_found``; ``account.own``.
    """
    account = _of_another(session, actor, username)
    second_factor.drop(session, username)
    ended = end_others(session, account.id, None)
    audit(session, actor.username, "drop_code", username, ended=ended)


def end_sessions(session: Session, actor: Actor, username: str) -> int:
    """End all sessions of an account; return how many.

    Raises:
        DomainError: ``account.not_found``.
    """
    ended = end_others(session, get_account(session, username).id, None)
    audit(session, actor.username, "end_sessions", username, ended=ended)
    return ended


def issue_token(
    session: Session, actor: Actor, username: str, *, label: str, days: int, may_write: bool
) -> str:
    """Return a new token of an account, which is shown this once.

    Raises:
        DomainError: ``account.not_found``.
    """
    token = add_token(
        session, username, label=label, lasts=timedelta(days=days), may_write=may_write
    )
    facts: dict[str, Any] = {"label": label, "days": days, "may_write": may_write}
    audit(session, actor.username, "add_token", username, **facts)
    return token


def revoke_token(session: Session, actor: Actor, username: str, key: str) -> None:
    """End a token.

    Raises:
        DomainError: ``account.not_found``; ``account.no_such_token``.
    """
    account = get_account(session, username)
    ended = session.scalars(
        delete(ApiToken)
        .where(ApiToken.account_id == account.id, func.left(ApiToken.digest, _SHOWN) == key)
        .returning(ApiToken.label)
    ).all()
    if not ended:
        raise DomainError("account.no_such_token", token=key[:20])
    audit(session, actor.username, "revoke_token", username, label=ended[0])


def _of_another(session: Session, actor: Actor, username: str) -> Account:
    if username == actor.username:
        raise DomainError("account.own")
    return get_account(session, username)


def _put(session: Session, username: str, password: str | None, wish: AccountWish) -> None:
    add_account(
        session,
        username=username,
        password=password,
        role=wish.role,
        division_code=wish.division_code,
        display_name=wish.display_name,
        is_active=wish.is_active,
    )


def _leave_one(session: Session, account: Account) -> None:
    """Refuse to part with the last who may give rights; two at once must not part with both."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('last security administrator'))"))
    others = session.scalar(
        select(func.count())
        .select_from(Account)
        .where(
            Account.role == Role.SECURITY_ADMINISTRATOR.value,
            Account.is_active,
            Account.id != account.id,
        )
    )
    if account.role == Role.SECURITY_ADMINISTRATOR.value and account.is_active and not others:
        raise DomainError("account.last")


def _told(account: Account) -> dict[str, Any]:
    names = ("display_name", "role", "division_code", "is_active")
    return {name: getattr(account, name) for name in names}
