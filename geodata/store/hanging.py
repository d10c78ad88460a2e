"""Write what hangs on a site: contacts, utilities, separation, milestones, evidence.

Each is versioned by trigger. The site itself must be locked (`geodata.store.edits`), so that no
two people write beside each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from sqlalchemy import exists, insert, or_, select, text, update
from sqlalchemy.orm import Session

from geodata.domain.errors import DomainError
from geodata.domain.period import today
from geodata.domain.personal import is_masked
from geodata.domain.utility import SeparationState, Utility, UtilityState
from geodata.store.tables import (
    ManagementArrangement,
    SiteContact,
    SiteEvidence,
    SiteMilestone,
    SiteSeparation,
    SiteUtility,
    SiteVersion,
)

Listed = TypeVar("Listed", SiteMilestone, SiteEvidence)

KEYED: Final[dict[str, tuple[type[Any], str]]] = {
    "contacts": (SiteContact, "slot"),
    "utilities": (SiteUtility, "utility"),
    "separation": (SiteSeparation, "item"),
}
"""What a site has one row of for each member of a list: the table, and the list's column."""

_SILENT: Final = {"is_not_established": False, "state": SeparationState.NOT_STARTED.value}
"""Values that say no more than a row that is not there."""


def put_slot(
    session: Session, site_id: int, group: str, key: str, values: Mapping[str, Any]
) -> bool:
    """Write the row of one slot; a masked phone says nothing of the phone.

    Args:
        session: A writing session, signed.
        site_id: A site, locked.
        group: A key of `KEYED`.
        key: The slot.
        values: Columns; those left out stay.

    Returns:
        Whether anything changed.
    """
    table, column = KEYED[group]
    values = {
        name: value for name, value in values.items() if not (name == "phone" and is_masked(value))
    }
    row = session.scalar(
        select(table).where(table.site_id == site_id, getattr(table, column) == key)
    )
    if row is None:
        # A slot of which nothing is told needs no row; that a utility is not there is told.
        told = any(
            value is not None and value != _SILENT.get(name) for name, value in values.items()
        )
        if told:
            session.execute(insert(table).values(site_id=site_id, **{column: key}, **values))
        return told
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if changed:
        session.execute(update(table).where(table.id == row.id).values(**changed))
        session.expire(row)
    return bool(changed)


def utility_states(session: Session, site_id: int) -> list[UtilityState]:
    """Return what is told of a site's utilities now."""
    rows = session.scalars(select(SiteUtility).where(SiteUtility.site_id == site_id))
    return [
        UtilityState(Utility(row.utility), row.exists, row.is_transferred, row.is_maintained)
        for row in rows
    ]


def add_row(session: Session, table: type[Listed], site_id: int, **values: object) -> Listed:
    """Add a milestone or a piece of evidence and return it."""
    row = table(site_id=site_id, **values)
    session.add(row)
    session.flush()
    return row


def get_row(session: Session, table: type[Listed], site_id: int, row_id: int) -> Listed:
    """Return a milestone or a piece of evidence of a site.

    Raises:
        DomainError: ``milestone.not_found`` or ``evidence.not_found``.
    """
    row = session.get(table, row_id)
    if row is None or row.site_id != site_id:
        if table is SiteMilestone:
            raise DomainError("milestone.not_found", milestone=row_id)
        raise DomainError("evidence.not_found", evidence=row_id)
    return row


def get_arrangement(session: Session, site_id: int, row_id: int) -> ManagementArrangement:
    """Return an arrangement that is in force at a site.

    Raises:
        DomainError: ``arrangement.not_found``, also for one that has ended.
    """
    a = ManagementArrangement
    found = session.scalar(
        select(a).where(
            a.id == row_id, a.site_id == site_id, or_(a.ends_on.is_(None), a.ends_on >= today())
        )
    )
    if found is None:
        raise DomainError("arrangement.not_found", arrangement=row_id)
    return found


def is_own_of_today(session: Session, row: SiteMilestone, actor: str) -> bool:
    """Tell whether an actor added a row today in Shanghai: then it may be taken back."""
    added = (
        select(SiteVersion.id)
        .where(
            SiteVersion.site_id == row.site_id,
            SiteVersion.subject == SiteMilestone.__tablename__,
            SiteVersion.row_id == row.id,
            SiteVersion.old.is_(None),
            SiteVersion.changed_by == actor,
            text(
                "(recorded_at AT TIME ZONE 'Asia/Shanghai')::date"
                " = (now() AT TIME ZONE 'Asia/Shanghai')::date"
            ),
        )
        .correlate(None)
    )
    return bool(session.scalar(select(exists(added))))
