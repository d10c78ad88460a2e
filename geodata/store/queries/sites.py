"""Lists and records of sites."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, case, func, select, text
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.domain.period import today
from geodata.store.queries.hanging import Hanging, hanging_on
from geodata.store.queries.state import SiteFilter, filtered, site_state
from geodata.store.tables import (
    Division,
    Finding,
    Inspection,
    ManagementArrangement,
    Site,
    SiteVersion,
)

_HISTORY_LENGTH = 200


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
    """One site with all that hangs on it, newest first.

    Columns and what hangs on the site are those of the day asked for; the history is all of it.
    """

    state: RowMapping
    site: Site
    arrangements: list[ManagementArrangement]
    inspections: list[Inspection]
    findings: list[Finding]
    history: list[SiteVersion]
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
    statement = filtered(_with_names(state), state, scope, wanted)
    if cursor is not None:
        statement = statement.where(state.c.site_id > cursor)
    statement = statement.order_by(state.c.site_id).limit(limit + 1)
    rows = list(session.execute(statement).mappings())
    more = len(rows) > limit
    rows = rows[:limit]
    return SitePage(rows, rows[-1]["site_id"] if more else None, session.scalar(count) or 0)


def get_site(session: Session, scope: Scope, site_id: int, *, on: date) -> SiteRecord:
    """Return one site's record.

    Raises:
        DomainError: ``site.not_found``; what lies outside the scope does not exist.
    """
    state = site_state(on)
    statement = filtered(_with_names(state), state, scope, SiteFilter())
    row = session.execute(statement.where(state.c.site_id == site_id)).mappings().one_or_none()
    site = _site_on(session, site_id, on)
    if row is None or site is None:
        raise DomainError("site.not_found", site=site_id)

    def hanging(table: Any, order: Any) -> list[Any]:  # noqa: ANN401 - four tables, one shape
        query = (
            select(table).where(table.site_id == site_id).order_by(order.desc(), table.id.desc())
        )
        return list(session.scalars(query.limit(_HISTORY_LENGTH)))

    return SiteRecord(
        state=row,
        site=site,
        arrangements=hanging(ManagementArrangement, ManagementArrangement.starts_on),
        inspections=hanging(Inspection, Inspection.inspected_on),
        findings=hanging(Finding, Finding.opened_on),
        history=hanging(SiteVersion, SiteVersion.effective_on),
        hanging=hanging_on(session, site_id, on=on),
    )


def _site_on(session: Session, site_id: int, on: date) -> Site | None:
    """Return a site's columns at the end of a day."""
    if on >= today():
        return session.get(Site, site_id)
    columns = {one.name: one.type for one in Site.__table__.c}
    as_of = text("SELECT * FROM site_as_of(:on) WHERE id = :id").columns(**columns)
    row: Site | None = session.scalar(
        select(Site).from_statement(as_of.bindparams(on=on, id=site_id))
    )
    return row


def _with_names(state: Any) -> Any:  # noqa: ANN401 - a Select over many columns
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
