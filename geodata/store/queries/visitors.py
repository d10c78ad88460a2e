"""Accounts that may be sent to sites."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from geodata.domain.access import Role, Scope
from geodata.domain.division import DivisionKind
from geodata.store.tables import Account, Division

_OF_DISTRICT: Final = (Role.INSPECTOR, Role.DISTRICT_LEAD)
_OF_TOWN: Final = (Role.TOWN, Role.NEIGHBOURHOOD)


def find_visitors(session: Session, scope: Scope, *, district: str) -> Sequence[Row[str, str, str]]:
    """Return ``username``, ``display_name`` and ``role`` of active accounts of a district.

    A district sends its own, a town its own and those of its neighbourhoods; inspectors come
    first.
    """
    of = Division
    is_town = scope.kind in (DivisionKind.TOWN, DivisionKind.NEIGHBOURHOOD)
    going = _OF_TOWN if is_town else _OF_DISTRICT
    statement = (
        select(Account.username, Account.display_name, Account.role)
        .join(of, of.code == Account.division_code)
        .where(
            Account.is_active,
            Account.role.in_([one.value for one in going]),
            of.district_code == district,
        )
        .order_by(Account.role != Role.INSPECTOR.value, Account.username)
    )
    if is_town:
        statement = statement.where(or_(of.code == scope.code, of.parent_code == scope.code))
    return session.execute(statement).all()


def names_of(session: Session, usernames: Iterable[str]) -> dict[str, str]:
    """Return the display names of accounts by username; one that is gone keeps its username."""
    asked = set(usernames)
    rows = session.execute(
        select(Account.username, Account.display_name).where(Account.username.in_(asked))
    )
    return {one: one for one in asked} | {one: name for one, name in rows if name}
