"""The code of an authenticator app (TOTP, RFC 6238), asked for after the password.

The secret lies sealed in the database, under the key that lies elsewhere: who reads a backup makes
no codes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import pyotp
from sqlalchemy import ColumnElement, or_, update
from sqlalchemy.orm import Session

from geodata.domain.errors import DomainError
from geodata.store.tables import Account
from server.auth.accounts import find_account, get_account, own_account

_ISSUER: Final = "fugai"
_STEPS_OFF: Final = (0, -1, 1)
"""Clocks of phones may be half a minute wrong, either way."""


def propose(session: Session, username: str, password: str) -> str:
    """Return a new secret of an account, which asks for codes once `confirm` has seen one.

    The password is shown once more: a browser left open gives nobody else's phone a say.

    Raises:
        DomainError: ``auth.wrong_password``; ``account.code_on`` where codes are asked for already.
    """
    account = own_account(session, username, password)
    if account.code_since is not None:
        raise DomainError("account.code_on")
    account.code_secret = pyotp.random_base32()
    return account.code_secret


def address(username: str, secret: str) -> str:
    """Return a secret as authenticator apps read it out of a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=_ISSUER)


def confirm(session: Session, username: str, code: str) -> int:
    """Ask for codes from now on, since one was shown; return the account's id.

    Raises:
        DomainError: ``account.not_found``, ``account.code_on``; ``auth.code_wrong``.
    """
    account = get_account(session, username)
    if account.code_since is not None:
        raise DomainError("account.code_on")
    if not take(session, account, code):
        raise DomainError("auth.code_wrong")
    account.code_since = datetime.now(UTC)
    return account.id


def code_since(session: Session, username: str) -> datetime | None:
    """Return since when an account is asked for codes, ``None`` where it is not."""
    account = find_account(session, username)
    return None if account is None else account.code_since


def drop_own(session: Session, username: str, password: str) -> None:
    """Ask for no more codes, as the owner says, who shows the password.

    Raises:
        DomainError: ``auth.wrong_password``.
    """
    own_account(session, username, password)
    drop(session, username)


def drop(session: Session, username: str) -> None:
    """Ask an account for no more codes: its phone is lost, say.

    Raises:
        DomainError: ``account.not_found``.
    """
    account = get_account(session, username)
    account.code_secret = account.code_since = account.code_step = None


def take(session: Session, account: Account, code: str) -> bool:
    """Tell whether a code is right now; each is taken once, also where two come at once."""
    if account.code_secret is None:
        return False
    maker = pyotp.TOTP(account.code_secret)
    now = datetime.now(UTC)
    shown = "".join(code.split())
    for off in _STEPS_OFF:
        if not pyotp.utils.strings_equal(maker.at(now, counter_offset=off), shown):
            continue
        step = maker.timecode(now) + off
        taken = session.execute(
            update(Account)
            .where(Account.id == account.id)
            .where(_is_fresh(step))
            .values(code_step=step)
            .returning(Account.id)
        )
        return taken.first() is not None
    return False


def _is_fresh(step: int) -> ColumnElement[bool]:
    """Tell whether no code of a step or a later one was taken.

    Steps that lie ahead are no reason: a clock that was wrong and has been put right would else
    keep everybody out until its old time comes.
    """
    used = Account.code_step
    return or_(used.is_(None), used < step, used > step + 2 * len(_STEPS_OFF))
