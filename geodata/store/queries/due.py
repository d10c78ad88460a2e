"""Sites with what says whether they should be visited (`geodata.domain.due`)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    any_,
    cast,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.category import Category
from geodata.domain.due import DueVisit, VisitFacts, VisitReason, chosen_visit, due_visit
from geodata.domain.inspection import FindingStatus
from geodata.store.queries.sites import with_names
from geodata.store.queries.staged import StageAsk, is_asked, stage_asks
from geodata.store.queries.state import SiteFilter, filtered, site_state
from geodata.store.tables import BatchSite, Finding, InspectionBatch


@dataclass(frozen=True, slots=True, kw_only=True)
class DueFilter:
    """Which visits to keep; an empty field keeps everything.

    Attributes:
        reasons: Why.
        unseen_days: Only sites not seen for so many days, or never.
        sites: Only these, whether they are due or not.
        without: Never these.
    """

    reasons: Collection[VisitReason] = ()
    unseen_days: int | None = None
    sites: Collection[int] | None = None
    without: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class DueSite:
    """A site that should be visited.

    Attributes:
        row: Its columns as in lists of sites; no ``longitude`` where it has no place.
        category: ``None`` for not reported.
        visit: Why, and what it is worth.
    """

    row: dict[str, Any]
    category: Category | None
    visit: DueVisit

    @property
    def site_id(self) -> int:
        """Which site."""
        return int(self.row["site_id"])


def due_sites(
    session: Session, scope: Scope, wanted: SiteFilter, due: DueFilter, *, on: date
) -> list[DueSite]:
    """Return the sites in scope that should be visited, the most valuable first.

    Args:
        session: A reading session.
        scope: The actor's.
        wanted: Sites to look at.
        due: Visits to keep.
        on: The day.
    """
    asks = stage_asks(session, scope, on=on)
    rows = session.execute(_statement(scope, wanted, due, asks, on)).mappings()
    found = []
    for row in rows:
        facts = VisitFacts(
            is_covered=row["is_covered"],
            is_verified=row["is_verified"],
            last_inspected_on=row["last_inspected_on"],
            awaiting_since=row["awaiting_since"],
            overdue_on=row["overdue_on"],
            next_due_on=row["next_due_on"],
            is_sampled=row["is_sampled"],
            is_staged=row["is_staged"],
            households=row["households"] or 0,
        )
        visit = chosen_visit(facts, on) if due.sites is not None else due_visit(facts, on)
        if visit is not None and (not due.reasons or visit.reason in due.reasons):
            category = None if row["category"] is None else Category(row["category"])
            found.append(DueSite(dict(row), category, visit))
    return sorted(found, key=lambda one: (-one.visit.value, -(one.visit.days or 0), one.site_id))


def _statement(
    scope: Scope, wanted: SiteFilter, due: DueFilter, asks: Sequence[StageAsk], on: date
) -> Select[Any]:
    state = site_state(on)
    findings = _findings(on)
    statement = with_names(state).add_columns(
        findings.c.awaiting_since,
        findings.c.overdue_on,
        findings.c.next_due_on,
        _in_batch(state, InspectionBatch.seed.is_not(None), on).label("is_sampled"),
        or_(is_asked(asks, state, on), _in_batch(state, InspectionBatch.seed.is_(None), on)).label(
            "is_staged"
        ),
    )
    statement = statement.outerjoin(findings, findings.c.site_id == state.c.site_id)
    statement = filtered(statement, state, scope, wanted)
    if due.sites is not None:
        statement = statement.where(state.c.site_id == any_(_array(due.sites)))
    if due.without:
        statement = statement.where(~(state.c.site_id == any_(_array(due.without))))
    if due.unseen_days is not None:
        seen = state.c.last_inspected_on
        statement = statement.where(
            or_(seen.is_(None), seen <= on - timedelta(days=due.unseen_days))
        )
    return statement


def _in_batch(
    state: Any,  # noqa: ANN401 - a subquery
    which: ColumnElement[bool],
    on: date,
) -> ColumnElement[bool]:
    """Return the condition that a batch which still runs waits for a site."""
    batch, drawn = InspectionBatch, BatchSite
    return exists(
        select(drawn.site_id)
        .join(batch, batch.id == drawn.batch_id)
        .where(
            drawn.site_id == state.c.site_id,
            drawn.is_drawn,
            which,
            batch.drawn_on <= on,
            or_(batch.until_on.is_(None), batch.until_on >= on),
            func.coalesce(state.c.last_inspected_on < batch.drawn_on, True),
        )
    )


def _findings(on: date) -> Any:  # noqa: ANN401 - a subquery
    f = Finding
    status = func.finding_status(f.started_on, f.handed_in_on, f.rejected_on, f.closed_on, on)
    awaiting = status == FindingStatus.AWAITING_REINSPECTION.value
    going_on = status.in_([FindingStatus.OPEN.value, FindingStatus.RECTIFYING.value])
    return (
        select(
            f.site_id,
            func.min(f.handed_in_on).filter(awaiting).label("awaiting_since"),
            func.min(f.due_on).filter(going_on & (f.due_on < on)).label("overdue_on"),
            func.min(f.due_on).filter(going_on & (f.due_on >= on)).label("next_due_on"),
        )
        .where(f.opened_on <= on, status != FindingStatus.CLOSED.value)
        .group_by(f.site_id)
        .subquery("going_on")
    )


def _array(ids: Collection[int]) -> Any:  # noqa: ANN401
    return cast(sorted(ids), ARRAY(BigInteger))
