"""What hangs on sites, as it stood on a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, Select, Table, column, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from geodata.domain.governance import Contact, ContactSlot, told_slots
from geodata.domain.period import today
from geodata.domain.roadmap import is_overdue
from geodata.store.tables import (
    SiteContact,
    SiteEvidence,
    SiteMilestone,
    SiteSeparation,
    SiteUtility,
    SiteVersion,
)

_TABLES: Final = {
    "contacts": SiteContact,
    "utilities": SiteUtility,
    "separation": SiteSeparation,
    "milestones": SiteMilestone,
    "evidence": SiteEvidence,
}
_SLOTS: Final = {one.value: one for one in ContactSlot}


@dataclass(frozen=True, slots=True)
class Hanging:
    """What hangs on one site; each list in a fixed order."""

    contacts: list[Row[Any]] = field(default_factory=list)
    utilities: list[Row[Any]] = field(default_factory=list)
    separation: list[Row[Any]] = field(default_factory=list)
    milestones: list[Row[Any]] = field(default_factory=list)
    evidence: list[Row[Any]] = field(default_factory=list)


def hanging_on(session: Session, site_id: int, *, on: date) -> Hanging:
    """Return what hung on a site at the end of a day; evidence withdrawn by then is left out.

    Args:
        session: A session.
        site_id: A site that the actor sees.
        on: The day.
    """
    found = {}
    for name, table in _TABLES.items():
        rows = rows_as_of(table.__table__, on)
        statement = select(*rows.c).where(rows.c.site_id == site_id)
        order = rows.c.due_on if name == "milestones" else rows.c.id
        found[name] = list(session.execute(statement.order_by(order, rows.c.id)))
    found["evidence"] = [one for one in found["evidence"] if not _is_withdrawn(one, on)]
    return Hanging(**found)


def told_slots_by_site(session: Session, sites: Select[Any], *, on: date) -> dict[int, int]:
    """Return how many of the four slots are answered for, by site; a site without any is left out.

    Args:
        session: A session.
        sites: Selects the ids of the sites.
        on: The day.
    """
    rows = rows_as_of(SiteContact.__table__, on)
    columns = (rows.c.site_id, rows.c.slot, rows.c.is_not_established)
    statement = select(*columns, rows.c.organisation, rows.c.person)
    by_site: dict[int, list[Contact]] = {}
    for site_id, slot, is_none, organisation, person in session.execute(
        statement.where(rows.c.site_id.in_(sites))
    ):
        contact = Contact(_SLOTS[slot], is_none, organisation, person)
        by_site.setdefault(site_id, []).append(contact)
    return {site_id: told_slots(contacts) for site_id, contacts in by_site.items()}


def overdue_by_site(session: Session, sites: Select[Any], *, on: date) -> Counter[int]:
    """Return how many milestones are overdue, by site; arguments as `told_slots_by_site`."""
    rows = rows_as_of(SiteMilestone.__table__, on)
    statement = select(rows.c.site_id, rows.c.due_on, rows.c.done_on)
    found: Iterable[Any] = session.execute(statement.where(rows.c.site_id.in_(sites)))
    return Counter(one.site_id for one in found if is_overdue(one.due_on, one.done_on, on))


def rows_as_of(table: Any, on: date) -> Any:  # noqa: ANN401 - a table or a subquery, both have `c`
    """Return a table as it stood at the end of a day, to select from.

    Args:
        table: One of those whose rows are versioned by trigger.
        on: The day; today and later it is the table itself.
    """
    if on >= today():
        return table
    last = (
        select(SiteVersion.new)
        .where(SiteVersion.subject == table.name, SiteVersion.effective_on <= on)
        .ext(distinct_on(SiteVersion.row_id))
        .order_by(SiteVersion.row_id, SiteVersion.effective_on.desc(), SiteVersion.id.desc())
        .subquery()
    )
    record = (
        func.jsonb_to_record(last.c.new)
        .table_valued(*_columns(table))
        .render_derived(with_types=True)
    )
    return select(*record.c).select_from(last).join(record, last.c.new.is_not(None)).subquery()


def _columns(table: Table) -> list[Any]:
    return [column(one.name, one.type) for one in table.c]


def _is_withdrawn(row: Row[Any], on: date) -> bool:
    return row.withdrawn_on is not None and row.withdrawn_on <= on
