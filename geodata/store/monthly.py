"""Monthly figures by town, reports, and months that are closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import shapely
from sqlalchemy import func, insert, literal, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.category import Category
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.domain.monthly import FIGURES, ReportState, figures_day
from geodata.domain.period import last_day_of
from geodata.store.queries.state import SiteFilter, filtered, site_state
from geodata.store.tables import (
    Division,
    Finding,
    MonthlyReport,
    Site,
    SitePlan,
    Snapshot,
    SnapshotRow,
)

_COARSE = 0.0008
_DECIMALS = 5
_STANDALONE = Category.STANDALONE_BUILDING.value


def town_figures(
    session: Session, scope: Scope, district: str, month: date, *, on: date
) -> dict[str, dict[str, int]]:
    """Return the figures of a month by code of town, in the names of `FIGURES`.

    Args:
        session: A reading session.
        scope: The actor's.
        district: Code.
        month: First day of the month.
        on: Today: a month that still runs is told as of today.
    """
    day = figures_day(month, on)
    state = site_state(day)
    c, lone = state.c, func.coalesce(state.c.category, "") == _STANDALONE
    columns = {
        "sites": func.count(),
        "covered": func.count().filter(c.is_covered),
        "market": func.count().filter(c.is_market_covered),
        "verified": func.count().filter(c.is_verified),
        "households": func.coalesce(func.sum(c.households), 0),
        "covered_households": func.coalesce(func.sum(c.households).filter(c.is_covered), 0),
        "standalone": func.count().filter(lone),
        "standalone_covered": func.count().filter(lone & c.is_covered),
    }
    statement = select(c.town_code, *(one.label(name) for name, one in columns.items()))
    wanted = SiteFilter(district=district)
    rows = session.execute(filtered(statement.group_by(c.town_code), state, scope, wanted))
    found = {
        row.town_code: {**dict.fromkeys(FIGURES, 0), **{n: int(getattr(row, n)) for n in columns}}
        for row in rows
    }
    for name, counts in _counted(session, month, day).items():
        for town, many in counts.items():
            if town in found:
                found[town][name] = many
    return found


def _counted(session: Session, month: date, day: date) -> dict[str, dict[str, int]]:
    """Return what is counted from other rows than sites, by figure and town."""
    last = min(day, last_day_of(month))
    opened = Finding.opened_on.between(month, last)
    closed = Finding.closed_on.between(month, last)
    of_site = Site.id == Finding.site_id
    asked = {
        "findings_opened": select(Site.town_code, func.count()).join(Finding, of_site & opened),
        "findings_closed": select(Site.town_code, func.count()).join(Finding, of_site & closed),
        "plans": select(Site.town_code, func.count())
        .join(SitePlan, SitePlan.site_id == Site.id)
        .where(SitePlan.closed_on.is_(None)),
    }
    return {
        name: dict(session.execute(one.group_by(Site.town_code)).all())
        for name, one in asked.items()
    }


def town_outlines(session: Session, district: str) -> dict[str, list[list[list[float]]]]:
    """Return the outer rings of a district's towns by code, coarse: for a picture on paper."""
    town = Division
    shape = func.st_simplifypreservetopology(town.geom, _COARSE)
    rows = session.execute(
        select(town.code, func.st_asbinary(shape))
        .where(
            town.district_code == district,
            town.kind == DivisionKind.TOWN.value,
            town.geom.is_not(None),
        )
        .order_by(town.sort_order)
    )
    return {
        code: [
            [[round(float(x), _DECIMALS), round(float(y), _DECIMALS)] for x, y in ring]
            for part in shapely.get_parts(shapely.from_wkb(bytes(content)))
            for ring in [shapely.get_coordinates(part.exterior)]
        ]
        for code, content in rows
    }


def get_report(session: Session, town: str, month: date, *, locks: bool = False) -> Any:  # noqa: ANN401
    """Return a town's report of a month, ``None`` before it was begun."""
    statement = select(MonthlyReport).where(
        MonthlyReport.town_code == town, MonthlyReport.month == month
    )
    return session.scalar(statement.with_for_update() if locks else statement)


def find_reports(session: Session, scope: Scope, district: str, month: date) -> Sequence[Any]:
    """Return the reports of a month that were begun, of towns in scope."""
    rows = session.scalars(
        select(MonthlyReport).where(
            MonthlyReport.district_code == district, MonthlyReport.month == month
        )
    ).all()
    return [one for one in rows if scope.holds(one.district_code, one.town_code, None)]


def submitted_reports(
    session: Session, district: str, months: Sequence[date]
) -> dict[tuple[str, date], Any]:
    """Return the reports that stand submitted, by town and month."""
    rows = session.scalars(
        select(MonthlyReport).where(
            MonthlyReport.district_code == district,
            MonthlyReport.month.in_(months),
            MonthlyReport.state == ReportState.SUBMITTED.value,
        )
    )
    return {(one.town_code, one.month): one for one in rows}


def get_snapshot(session: Session, scope: Scope, snapshot_id: int) -> Snapshot:
    """Return a closed month of a district in scope; a town sees its district's.

    Raises:
        DomainError: ``month.not_closed``.
    """
    found = session.get(Snapshot, snapshot_id)
    if found is None or not _is_seen(scope, found.district_code):
        raise DomainError("month.not_closed", month=str(snapshot_id))
    return found


def find_snapshot(session: Session, scope: Scope, district: str, month: date) -> Snapshot:
    """Return the closed month of a district.

    Raises:
        DomainError: ``month.not_closed``.
    """
    found = session.scalar(
        select(Snapshot).where(Snapshot.district_code == district, Snapshot.month == month)
    )
    if found is None or not _is_seen(scope, district):
        raise DomainError("month.not_closed", month=month.strftime("%Y-%m"))
    return found


def _is_seen(scope: Scope, district: str) -> bool:
    """Tell whether an actor sees a whole district: closed months are of all its towns."""
    return scope.holds(district, None, None)


def freeze_rows(session: Session, snapshot_id: int, district: str, day: date) -> None:
    """Keep each site of a day as what the figures are counted from."""
    state = site_state(day)
    c = state.c
    names = ("site_id", "town_code", "neighbourhood_code", "name", "category", "households")
    rows = select(
        literal(snapshot_id),
        *(c[name] for name in names),
        *(c.is_covered, c.is_market_covered, c.is_verified),
    ).where(c.district_code == district)
    columns = ["snapshot_id", *names, "is_covered", "is_market", "is_verified"]
    session.execute(insert(SnapshotRow).from_select(columns, rows))


_ROWS_OF: Mapping[str, Any] = {
    "sites": SnapshotRow.site_id.is_not(None),
    "covered": SnapshotRow.is_covered,
    "market": SnapshotRow.is_market,
    "verified": SnapshotRow.is_verified,
    "uncovered": ~SnapshotRow.is_covered,
    "standalone": SnapshotRow.category == _STANDALONE,
    "standalone_covered": (SnapshotRow.category == _STANDALONE) & SnapshotRow.is_covered,
}
"""Which rows a figure is the number of."""
REFERRED = tuple(_ROWS_OF)


def referred_rows(session: Session, snapshot_id: int, ref: str) -> Sequence[SnapshotRow]:
    """Return exactly the rows that a figure of a closed month counts.

    Args:
        session: A reading session.
        snapshot_id: Which month.
        ref: ``{code of a town or total}.{figure}``.

    Raises:
        DomainError: ``month.no_such_figure``.
    """
    town, _, figure = ref.partition(".")
    if figure not in _ROWS_OF:
        raise DomainError("month.no_such_figure", ref=ref[:60], known=list(REFERRED))
    statement = select(SnapshotRow).where(SnapshotRow.snapshot_id == snapshot_id, _ROWS_OF[figure])
    if town != "total":
        statement = statement.where(SnapshotRow.town_code == town)
    order = (SnapshotRow.town_code, SnapshotRow.site_id)
    return session.scalars(statement.order_by(*order)).all()
