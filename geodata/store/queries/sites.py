"""Lists and records of sites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, RowMapping, case, func, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.store.queries.hanging import Hanging, hanging_on
from geodata.store.queries.past import (
    arrangements,
    findings,
    inspections,
    left_before,
    site_row,
)
from geodata.store.queries.state import SiteFilter, filtered, site_state
from geodata.store.tables import Division


@dataclass(frozen=True, slots=True)
class SitePage:
    """Some rows of a list.

    Attributes:
        rows: One mapping per site, with the columns of `site_state`, the names of its town and
            neighbourhood, and ``longitude`` / ``latitude`` of a point in it (EPSG:4490).
        next_cursor: Where the next page begins, ``None`` on the last.
        total: Number of sites that the filter keeps.
    """

    rows: list[RowMapping]
    next_cursor: int | None
    total: int


@dataclass(frozen=True, slots=True)
class SiteRecord:
    """One site with all that hangs on it, newest first, as of a day.

    Attributes:
        state: Its row of `site_state`, with names as in `SitePage`.
        site: The columns of `Site` without shapes.
        told_on: The day it is told of: the one asked for, or the last on which it was listed.
        left_on: The day it had left the ledger by the day asked for, else ``None``.
        hanging: Contacts, utilities and the like.
    """

    state: RowMapping
    site: Row[Any]
    told_on: date
    left_on: date | None
    arrangements: Sequence[Row[Any]]
    inspections: Sequence[Row[Any]]
    findings: Sequence[Row[Any]]
    hanging: Hanging


def find_sites(
    session: Session,
    scope: Scope,
    wanted: SiteFilter,
    *,
    on: date,
    limit: int = 100,
    cursor: int | None = None,
) -> SitePage:
    """Return one page of the sites that a filter keeps, in the order of their ids.

    Args:
        session: A reading session.
        scope: The actor's.
        wanted: The filter.
        on: The day whose state is told.
        limit: Rows at most.
        cursor: Id after which to go on.
    """
    state = site_state(on)
    count = filtered(select(func.count()).select_from(state), state, scope, wanted)
    statement = filtered(with_names(state), state, scope, wanted)
    if cursor is not None:
        statement = statement.where(state.c.site_id > cursor)
    statement = statement.order_by(state.c.site_id).limit(limit + 1)
    rows = list(session.execute(statement).mappings())
    more = len(rows) > limit
    rows = rows[:limit]
    return SitePage(rows, rows[-1]["site_id"] if more else None, session.scalar(count) or 0)


def get_site(session: Session, scope: Scope, site_id: int, *, on: date) -> SiteRecord:
    """Return one site's record as of a day; one that has left, as of its last day.

    Raises:
        DomainError: ``site.not_found``; what lies outside the scope does not exist.
    """
    told_on, left_on = on, None
    row = _state_row(session, scope, site_id, on)
    if row is None:
        left_on = left_before(session, site_id, on=on)
        if left_on is not None:
            told_on = left_on - timedelta(days=1)
            row = _state_row(session, scope, site_id, told_on)
    site = site_row(session, site_id, on=told_on)
    if row is None or site is None:
        raise DomainError("site.not_found", site=site_id)
    return SiteRecord(
        state=row,
        site=site,
        told_on=told_on,
        left_on=left_on,
        arrangements=arrangements(session, site_id, on=told_on),
        inspections=inspections(session, site_id, on=told_on),
        findings=findings(session, site_id, on=told_on),
        hanging=hanging_on(session, site_id, on=told_on),
    )


def _state_row(session: Session, scope: Scope, site_id: int, on: date) -> RowMapping | None:
    state = site_state(on)
    statement = filtered(with_names(state), state, scope, SiteFilter())
    return session.execute(statement.where(state.c.site_id == site_id)).mappings().one_or_none()


def with_names(state: Any) -> Any:  # noqa: ANN401 - a Select over many columns
    """Return the selection of `site_state` with names and position, as `SitePage` tells it."""
    town, neighbourhood = Division.__table__.alias("t"), Division.__table__.alias("n")
    somewhere = func.coalesce(func.st_pointonsurface(state.c.geom), state.c.point)
    hidden = ("geom", "point")
    return (
        select(
            *(c for c in state.c if c.name not in hidden),
            town.c.name.label("town_name"),
            neighbourhood.c.name.label("neighbourhood_name"),
            func.st_x(somewhere).label("longitude"),
            func.st_y(somewhere).label("latitude"),
            located(state).label("located"),
        )
        .select_from(state)
        .join(town, town.c.code == state.c.town_code)
        .outerjoin(neighbourhood, neighbourhood.c.code == state.c.neighbourhood_code)
    )


def located(state: Any) -> Any:  # noqa: ANN401 - column expression over site_state
    """Return the expression for how a site is placed: boundary, point or none."""
    return case(
        (state.c.geom.is_not(None), "boundary"), (state.c.point.is_not(None), "point"), else_="none"
    )
