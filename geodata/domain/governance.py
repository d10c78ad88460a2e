"""Who stands for a site: 四位一体 (S06), and what each of the four still lacks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class ContactSlot(StrEnum):
    """The four parts of 四位一体, the party organisation first."""

    PARTY_ORGANISATION = "party_organisation"
    NEIGHBOURHOOD_COMMITTEE = "neighbourhood_committee"
    OWNERS_COMMITTEE = "owners_committee"
    SERVICE_COMPANY = "service_company"


@dataclass(frozen=True, slots=True)
class Contact:
    """What is told of one slot.

    Attributes:
        slot: Which.
        is_not_established: 未成立 was declared: a valid answer, where silence is none.
        organisation: Its name.
        person: Who to ask for.
        phone: Of the person.
    """

    slot: ContactSlot
    is_not_established: bool = False
    organisation: str | None = None
    person: str | None = None
    phone: str | None = None

    @property
    def is_told(self) -> bool:
        """Whether the slot is answered for: a name, or that there is none."""
        return self.is_not_established or bool(self.organisation or self.person)


def told_slots(contacts: Iterable[Contact]) -> int:
    """Return how many of the four slots are answered for, 0-4 (S06)."""
    return len({one.slot for one in contacts if one.is_told})
