"""Accounts that may be sent to sites."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from geodata.domain.access import Role, Scope
from geodata.domain.division import DivisionKind
from geodata.store.tables import Account, Division

_GOING: tuple[Role, ...] = (Role.INSPECTOR, Role.DISTRICT_LEAD, Role.TOWN, Role.NEIGHBOURHOOD)


def find_visitors(session: Session, scope: Scope, *, district: str) -> Sequence[Row[str, str, str]]:
    """Return ``username``, ``display_name`` and ``role`` of active accounts of a district.

    A town sees its own people and those of its neighbourhoods only; inspectors come first.
    """
    of = Division
    statement = (
        select(Account.username, Account.display_name, Account.role)
        .join(of, of.code == Account.division_code)
        .where(
            Account.is_active,
            Account.role.in_([one.value for one in _GOING]),
            of.district_code == district,
        )
        .order_by(Account.role != Role.INSPECTOR.value, Account.username)
    )
    if scope.kind in (DivisionKind.TOWN, DivisionKind.NEIGHBOURHOOD):
        statement = statement.where(or_(of.code == scope.code, of.parent_code == scope.code))
    return session.execute(statement).all()
