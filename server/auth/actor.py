"""The one who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from geodata.domain.access import Role, Scope
from geodata.store.session import Change

HOME: Final = "/map"
ACCOUNT: Final = "/account"
_HOMES: Final = {
    Role.SECURITY_ADMINISTRATOR: "/accounts",
    Role.AUDIT_ADMINISTRATOR: "/audit",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or program that has shown who it is.

    Attributes:
        username: Unique name.
        display_name: For people.
        role: What the account is for.
        division_code: The division it belongs to, ``None`` for all.
        scope: What it sees, from role and division.
        lacks_code: Whether it has to set up a second factor before anything else.
    """

    username: str
    display_name: str
    role: Role
    division_code: str | None
    scope: Scope
    lacks_code: bool = False

    @property
    def home(self) -> str:
        """The page that the actor sees first."""
        return _HOMES.get(self.role, HOME)

    def change(self, reason: str, effective_on: date | None = None) -> Change:
        """Return what the actor is about to write, kept to what the actor may see."""
        return Change(self.username, reason, effective_on, scope=self.scope)
