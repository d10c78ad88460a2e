"""The one who asks."""

from __future__ import annotations

from dataclasses import dataclass

from geodata.domain.access import Role, Scope


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or program that has shown who it is.

    Attributes:
        username: Unique name.
        display_name: For people.
        role: What the account is for.
        division_code: The division it belongs to, ``None`` for all.
        scope: What it sees, from role and division.
    """

    username: str
    display_name: str
    role: Role
    division_code: str | None
    scope: Scope
