"""Accounts and tokens as an operator adds them."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from geodata.domain.access import BOUND_TO, Role, Scope
from geodata.domain.errors import DomainError
from geodata.domain.password import LEAST_KINDS, LEAST_LETTERS, is_strong
from geodata.store.queries.divisions import get_division
from geodata.store.tables import Account, ApiToken
from server.auth.digests import digest

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash("nobody has this password")


def check_password(password: str, username: str) -> None:
    """Let a strong password through.

    Raises:
        DomainError: ``account.password_weak``.
    """
    if not is_strong(password, username):
        raise DomainError("account.password_weak", least=LEAST_LETTERS, kinds=LEAST_KINDS)


def strong_password(username: str) -> str:
    """Return a new random password."""
    while True:
        made = secrets.token_urlsafe(12)
        if is_strong(made, username):
            return made


def add_account(
    session: Session,
    *,
    username: str,
    password: str | None,
    role: Role,
    division_code: str | None = None,
    display_name: str | None = None,
    is_active: bool = True,
) -> None:
    """Add an account, or give an existing one a new password, role and division.

    Args:
        session: A writing session.
        username: Unique name.
        password: ``None`` leaves an existing account's.
        role: What it is for.
        division_code: The division it belongs to.
        display_name: For people, the user name where nothing is said.
        is_active: Whether it may log in.

    Raises:
        DomainError: ``account.password_weak``; ``access.division_required`` or
            ``access.division_forbidden``; ``division.not_found``; ``account.division_kind``.
    """
    if password is not None:
        check_password(password, username)
    scope = Scope.of(role, division_code)
    if scope.code:
        found = get_division(session, Scope.everything(), scope.code)
        if found.kind is not BOUND_TO[role]:
            raise DomainError("account.division_kind", role=role.value, division=scope.code)
    values: dict[str, object] = {
        "display_name": display_name or username,
        "role": role.value,
        "division_code": division_code,
        "is_active": is_active,
    }
    if password is not None:
        values["password_hash"] = _HASHER.hash(password)
    account = find_account(session, username)
    if account is None:
        session.execute(insert(Account).values(username=username, **values))
        return
    for name, value in values.items():
        setattr(account, name, value)


def add_token(
    session: Session,
    username: str,
    *,
    label: str,
    lasts: timedelta | None = None,
    may_write: bool = True,
) -> str:
    """Return a new API token of an account; it is shown once and stored as a digest.

    Raises:
        DomainError: ``account.not_found``.
    """
    account = get_account(session, username)
    token = secrets.token_urlsafe(32)
    expires_at = None if lasts is None else datetime.now(UTC) + lasts
    session.execute(
        insert(ApiToken).values(
            digest=digest(token),
            account_id=account.id,
            label=label,
            expires_at=expires_at,
            may_write=may_write,
        )
    )
    return token


def find_account(session: Session, username: str) -> Account | None:
    """Return an account by name, ``None`` if there is none."""
    return session.scalar(select(Account).where(Account.username == username))


def get_account(session: Session, username: str) -> Account:
    """Return an account by name.

    Raises:
        DomainError: ``account.not_found``.
    """
    account = find_account(session, username)
    if account is None:
        raise DomainError("account.not_found", username=username)
    return account


def own_account(session: Session, username: str, password: str) -> Account:
    """Return an account to its owner, who shows the password once more.

    Raises:
        DomainError: ``auth.wrong_password``.
    """
    account = find_account(session, username)
    if account is None or not is_password(account, password):
        raise DomainError("auth.wrong_password")
    return account


def change_password(session: Session, username: str, old: str, new: str) -> int:
    """Give an account a new password, as its owner asks; return its id.

    Raises:
        DomainError: ``auth.wrong_password``; ``account.password_weak``.
    """
    account = own_account(session, username, old)
    check_password(new, username)
    account.password_hash = _HASHER.hash(new)
    return account.id


def is_password(account: Account | None, password: str) -> bool:
    """Tell whether a password is an account's.

    Nobody's password is checked too, so that the time taken does not tell whether a user
    name exists.
    """
    try:
        _HASHER.verify(_NOBODY if account is None else account.password_hash, password)
    except VerificationError:
        return False
    return account is not None and account.is_active
