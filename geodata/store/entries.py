"""Write what a person enters about a site, checked by the rules of the ledger form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.domain.ledger_rules import Breach
from geodata.domain.management import ManagementType
from geodata.domain.period import today
from geodata.domain.utility import handover_agrees, handover_by_utilities
from geodata.store.edits import change_site
from geodata.store.entry_checks import RULED, Slots, checked, placed, row_of, tidied_values
from geodata.store.hanging import put_slot, utility_states
from geodata.store.imports.arrangements import change_arrangements
from geodata.store.tables import ManagementArrangement, Site, SiteVersion

_IN_FORCE: Final = (Site.__tablename__, ManagementArrangement.__tablename__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a person enters; a field that is left out stays as it is.

    Attributes:
        values: By field of `FIELDS`; ``None`` empties it.
        place: ``town`` and ``neighbourhood``, codes.
        ticked_types: Types in force from the day of the entry, ``None`` to leave them.
        slots: Rows of `geodata.store.hanging.KEYED`, by group and slot.
        sets_handover: Let 是/否 of the utilities' handover follow from the utilities (S46).
        effective_on: Day from which it holds, ``None`` for today.
        reason: Why, in the person's words.
        seen: What the person saw before, for the case that somebody else was faster.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    place: Mapping[str, str | None] = field(default_factory=dict)
    ticked_types: frozenset[ManagementType] | None = None
    slots: Slots = field(default_factory=dict)
    sets_handover: bool = False
    effective_on: date | None = None
    reason: str | None = None
    seen: Mapping[str, Any] = field(default_factory=dict)

    def wished(self) -> dict[str, Any]:
        """Return all that is entered, by the names of `geodata.store.conflicts`."""
        named: dict[str, Any] = {**self.values, **self.place}
        if self.ticked_types is not None:
            named["ticked_types"] = sorted(self.ticked_types)
        for group, slots in self.slots.items():
            named |= {f"{group}.{key}": dict(values) for key, values in slots.items()}
        return named


@dataclass(frozen=True, slots=True)
class Entered:
    """What came of an entry.

    Attributes:
        site: As it stands now.
        changed: Names of the fields that changed, as in `Entry.wished`.
        warnings: Rules that are not satisfied but keep nothing out.
    """

    site: Site
    changed: list[str]
    warnings: list[Breach]


def day_of(session: Session, site: Site | None, wished: date | None) -> date:
    """Return the day from which an entry holds.

    Raises:
        DomainError: ``entry.too_early`` before what is known of the site already, since a past
            figure would not follow; ``entry.in_future``.
    """
    if wished is None:
        return today()
    latest = None
    if site is not None:
        latest = session.scalar(
            select(func.max(SiteVersion.effective_on)).where(
                SiteVersion.site_id == site.id, SiteVersion.subject.in_(_IN_FORCE)
            )
        )
    if wished > today():
        raise DomainError("entry.in_future", on=wished.isoformat())
    # What a clock that was wrong has written from a day to come keeps nobody from writing today.
    if latest is not None and wished < min(latest, today()):
        raise DomainError("entry.too_early", on=wished.isoformat(), latest=latest.isoformat())
    return wished


def enter(session: Session, scope: Scope, site: Site, entry: Entry, *, on: date) -> Entered:
    """Change a site that is locked.

    Args:
        session: A writing session, signed for the day.
        scope: The actor's.
        site: As `geodata.store.edits.lock_site` returns it.
        entry: What to change.
        on: As `day_of` returns it.

    Raises:
        DomainError: ``site.invalid`` with every fault; ``division.not_found`` for a place outside
            the scope; ``site.handover_contradicts``.
    """
    values = tidied_values(entry.values)
    place = placed(session, scope, site.district_code, site, entry.place)
    ticked = _in_force(session, site.id) if entry.ticked_types is None else entry.ticked_types
    row = row_of({name: getattr(site, name) for name in RULED} | values, ticked)
    touched = {*values} | ({"management_type"} if entry.ticked_types is not None else set())
    warnings = checked(session, site, values | place, row, entry.slots, touched)
    changed = [
        f"{group}.{key}"
        for group, slots in entry.slots.items()
        for key, slot in slots.items()
        if put_slot(session, site.id, group, key, slot)
    ]
    values |= _handover(session, site, values, entry)
    if entry.ticked_types is not None or values.get("company", site.company) != site.company:
        ticks = {site.id: row}
        # Before the site's own version, so that what came after it is somebody else's.
        if change_arrangements(session, ticks, on=on, overwrites=True):
            changed.append("ticked_types")
    changed += change_site(session, site, values | place)
    return Entered(site, sorted(changed), warnings)


def add_site(session: Session, scope: Scope, entry: Entry, *, on: date) -> Entered:
    """Add a site to the ledger from a day on; as `enter`.

    Raises:
        DomainError: As `enter`.
    """
    values = {"name": None, "category": None} | tidied_values(entry.values)
    place = placed(session, scope, None, None, entry.place)
    ticked = entry.ticked_types or frozenset()
    row = row_of(dict.fromkeys(RULED) | values, ticked)
    warnings = checked(session, None, values | place, row, entry.slots, {*RULED, "management_type"})
    site = Site(**values, **place, listed_on=on)
    session.add(site)
    session.flush()
    for group, slots in entry.slots.items():
        for key, slot in slots.items():
            put_slot(session, site.id, group, key, slot)
    change_arrangements(session, {site.id: row}, on=on, overwrites=True)
    handover = _handover(session, site, values, entry)
    if handover:
        change_site(session, site, handover)
    return Entered(site, sorted(entry.wished()), warnings)


def _in_force(session: Session, site_id: int) -> frozenset[ManagementType]:
    types = select(ManagementArrangement.management_type).where(
        ManagementArrangement.site_id == site_id, ManagementArrangement.ends_on.is_(None)
    )
    return frozenset(ManagementType(one) for one in session.scalars(types))


def _handover(
    session: Session, site: Site, values: Mapping[str, Any], entry: Entry
) -> dict[str, Any]:
    """Return 是/否 where it follows from the utilities; refuse it where it contradicts them."""
    if "utilities" not in entry.slots and "utility_handover" not in values:
        return {}
    states = utility_states(session, site.id)
    offered = handover_by_utilities(states)
    if entry.sets_handover:
        return {"utility_handover": offered}
    stated = values.get("utility_handover", site.utility_handover)
    if not handover_agrees(states, stated=stated):
        raise DomainError("site.handover_contradicts", stated=stated, offered=offered)
    return {}
