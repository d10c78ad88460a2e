"""A site and what hangs on it, as they were at the end of a day.

What has days of its own (management, inspections, findings) is told by those days; what has none
(contacts, utilities and the like) by the versions that the day already knew.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    Date,
    Row,
    Select,
    case,
    cast,
    func,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from geodata.domain.period import today
from geodata.store.tables import (
    Finding,
    Inspection,
    ManagementArrangement,
    Site,
    SiteVersion,
)

_MOST_ROWS: Final = 200
_SHAPES: Final = frozenset({"geom", "point", "geom_3857"})


def site_row(session: Session, site_id: int, *, on: date) -> Row[Any] | None:
    """Return the columns of `Site` without its shapes, as of a day; ``None`` if not listed."""
    columns = [one for one in Site.__table__.columns if one.name not in _SHAPES]
    past = func.site_as_of(on).table_valued(*columns).alias("past")
    return session.execute(select(past).where(past.c.id == site_id)).one_or_none()


def left_before(session: Session, site_id: int, *, on: date) -> date | None:
    """Return the day a site had left the ledger by a day; ``None`` where it had not."""
    last = _last_known(on).where(SiteVersion.site_id == site_id, SiteVersion.subject == "site")
    known = last.subquery()
    return session.scalar(select(cast(known.c.new["delisted_on"].astext, Date)))


def arrangements(session: Session, site_id: int, *, on: date) -> Sequence[Row[Any]]:
    """Return what managed a site up to a day, newest first; an end still to come is none."""
    a = ManagementArrangement
    columns = (
        *(a.id, a.management_type, a.is_backstop, a.is_emergency),
        *(a.company, a.starts_on, a.contract_until),
    )
    statement = select(*columns, _known(a.ends_on, on)).where(a.starts_on <= _horizon(on))
    return _newest(session, statement.where(a.site_id == site_id), a.starts_on, a.id)


def inspections(session: Session, site_id: int, *, on: date) -> Sequence[Row[Any]]:
    """Return the visits to a site up to a day, newest first."""
    statement = select(*Inspection.__table__.columns).where(
        Inspection.site_id == site_id, Inspection.inspected_on <= _horizon(on)
    )
    return _newest(session, statement, Inspection.inspected_on, Inspection.id)


def findings(session: Session, site_id: int, *, on: date) -> Sequence[Row[Any]]:
    """Return the problems found at a site up to a day, with the steps taken by then."""
    f = Finding
    columns = (f.id, f.site_id, f.inspection_id, f.clause, f.description, f.opened_on, f.due_on)
    steps = (_known(one, on) for one in (f.started_on, f.handed_in_on, f.rejected_on, f.closed_on))
    statement = select(*columns, *steps).where(f.site_id == site_id, f.opened_on <= _horizon(on))
    return _newest(session, statement, f.opened_on, f.id)


def _last_known(on: date) -> Select[Any]:
    newest = (SiteVersion.effective_on.desc(), SiteVersion.id.desc())
    return select(SiteVersion.new).where(SiteVersion.effective_on <= on).order_by(*newest).limit(1)


def _horizon(on: date) -> date:
    """Return the last day that is told: what is planned already belongs to today."""
    return on if on < today() else date.max


def _known(column: Any, on: date) -> Any:  # noqa: ANN401 - a column of dates
    if on >= today():
        return column
    return case((column <= on, column)).label(column.name)


def _newest(
    session: Session, statement: Select[Any], *order: InstrumentedAttribute[Any]
) -> Sequence[Row[Any]]:
    return session.execute(
        statement.order_by(*(one.desc() for one in order)).limit(_MOST_ROWS)
    ).all()
