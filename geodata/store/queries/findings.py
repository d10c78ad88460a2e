"""Findings listed: where they stand, which slip they carry, whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, case, func, literal, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.finding_steps import Slip
from geodata.domain.inspection import FindingStatus
from geodata.store.queries.state import within
from geodata.store.tables import Division, Finding, Photo, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFilter:
    """Which findings to tell; an empty field keeps everything."""

    district: str | None = None
    town: str | None = None
    site: int | None = None
    status: FindingStatus | None = None
    slip: Slip | None = None
    is_open: bool = False


def find_findings(
    session: Session, scope: Scope, wanted: FindingFilter, *, on: date, limit: int, skip: int = 0
) -> Sequence[Row[Any]]:
    """Return findings in scope, the most pressing first.

    Each row: the columns of `Finding`, ``status``, ``slip``, ``site_name``, ``town_code``,
    ``town_name``, ``neighbourhood_name``, ``photos``.
    """
    statement = _told(scope, wanted, on)
    slips = case({"red": 0, "yellow": 1, "blue": 2}, value=statement.selected_columns.slip, else_=3)
    statement = statement.order_by(slips, Finding.due_on, Finding.id)
    return session.execute(statement.limit(limit).offset(skip)).all()


def count_findings(
    session: Session, scope: Scope, wanted: FindingFilter, *, on: date
) -> dict[str, int]:
    """Return the number of findings by status and by slip, and ``total``."""
    told = _told(scope, wanted, on).subquery()
    rows = session.execute(
        select(told.c.status, told.c.slip, func.count()).group_by(told.c.status, told.c.slip)
    ).all()
    counts: dict[str, int] = {"total": 0}
    for status, colour, many in rows:
        counts["total"] += many
        for key in (status, colour):
            if key is not None:
                counts[key] = counts.get(key, 0) + many
    return counts


def _told(scope: Scope, wanted: FindingFilter, on: date) -> Select[Any]:
    f = Finding
    town, neighbourhood = Division.__table__.alias("t"), Division.__table__.alias("n")
    status = func.finding_status(f.started_on, f.handed_in_on, f.rejected_on, f.closed_on, on)
    slip = _slip(status, on)
    photos = select(func.count()).where(Photo.finding_id == f.id).correlate(f).scalar_subquery()
    statement = (
        select(
            *f.__table__.columns,
            status.label("status"),
            slip.label("slip"),
            Site.name.label("site_name"),
            Site.town_code,
            town.c.name.label("town_name"),
            neighbourhood.c.name.label("neighbourhood_name"),
            photos.label("photos"),
        )
        .join(Site, Site.id == f.site_id)
        .join(town, town.c.code == Site.town_code)
        .outerjoin(neighbourhood, neighbourhood.c.code == Site.neighbourhood_code)
        .where(within(scope, Site), f.opened_on <= on)
    )
    equal = (
        (Site.district_code, wanted.district),
        (Site.town_code, wanted.town),
        (f.site_id, wanted.site),
        (status, wanted.status and wanted.status.value),
        (slip, wanted.slip and wanted.slip.value),
    )
    statement = statement.where(*(column == value for column, value in equal if value is not None))
    return statement.where(status != FindingStatus.CLOSED.value) if wanted.is_open else statement


def _slip(status: Any, on: date) -> Any:  # noqa: ANN401 - `geodata.domain.finding_steps.slip`
    f = Finding
    awaiting = FindingStatus.AWAITING_REINSPECTION.value
    return case(
        (status == FindingStatus.CLOSED.value, None),
        ((f.due_on < on) & (status != awaiting), literal(Slip.RED.value)),
        (f.rejected_on.is_not(None) & (f.rejected_on <= on), literal(Slip.YELLOW.value)),
        else_=literal(Slip.BLUE.value),
    )
