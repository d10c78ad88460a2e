"""Who may see and change what: roles and scope (S04, S05)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError


class Role(StrEnum):
    """What an account is for."""

    ADMINISTRATOR = "administrator"
    SECURITY_ADMINISTRATOR = "security_administrator"
    AUDIT_ADMINISTRATOR = "audit_administrator"
    DISTRICT_LEAD = "district_lead"
    LEADER = "leader"
    INSPECTOR = "inspector"
    TOWN = "town"
    NEIGHBOURHOOD = "neighbourhood"


BOUND_TO: dict[Role, DivisionKind | None] = {
    Role.ADMINISTRATOR: None,
    Role.SECURITY_ADMINISTRATOR: None,
    Role.AUDIT_ADMINISTRATOR: None,
    Role.DISTRICT_LEAD: DivisionKind.DISTRICT,
    Role.LEADER: DivisionKind.DISTRICT,
    Role.INSPECTOR: DivisionKind.DISTRICT,
    Role.TOWN: DivisionKind.TOWN,
    Role.NEIGHBOURHOOD: DivisionKind.NEIGHBOURHOOD,
}
"""The kind of division an account of the role belongs to; ``None``: to none."""

OFF_THE_GROUND = frozenset({Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR})
"""Roles that keep accounts, or read the audit, and see no site: three administrators, none of whom
can do what the others do (GB/T 22239 8.1.5)."""

WRITING_ROLES = frozenset({Role.ADMINISTRATOR, Role.DISTRICT_LEAD, Role.TOWN, Role.NEIGHBOURHOOD})
"""Roles that may change ledger rows inside their scope; inspectors write inspections only."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of the ground an actor sees: all of it, or one division and what lies in it.

    Attributes:
        kind: The level of the division, ``None`` for everything.
        code: The division's code, ``None`` for everything.
    """

    kind: DivisionKind | None
    code: str | None

    @classmethod
    def everything(cls) -> Scope:
        """Return the scope of who runs the system, and of the command line."""
        return cls(None, None)

    @classmethod
    def nothing(cls) -> Scope:
        """Return the scope of those who see no site: a division that there is not."""
        return cls(DivisionKind.DISTRICT, "")

    @classmethod
    def of(cls, role: Role, code: str | None) -> Scope:
        """Return the scope of an account.

        Raises:
            DomainError: ``access.division_required`` or ``access.division_forbidden`` when
                role and division do not go together.
        """
        kind = BOUND_TO[role]
        if (kind is None) != (code is None):
            wrong = "required" if code is None else "forbidden"
            raise DomainError(f"access.division_{wrong}", role=role.value, division=code)
        return cls.nothing() if role in OFF_THE_GROUND else cls(kind, code)

    def holds(self, district: str, town: str | None, neighbourhood: str | None) -> bool:
        """Tell whether a place lies in the scope.

        Args:
            district: Code of the place's district.
            town: Of its town, ``None`` where it names none.
            neighbourhood: Of its neighbourhood, ``None`` where it names none.
        """
        place = dict(zip(DivisionKind, (district, town, neighbourhood), strict=True))
        return self.kind is None or place[self.kind] == self.code
