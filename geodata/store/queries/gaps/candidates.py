"""Missing buildings that stand together, as gaps of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.domain.gap import GapKind
from geodata.store.queries.gaps.told import Gap, GapKey
from geodata.store.queries.state import SiteFilter, within
from geodata.store.tables import Division, Footprint, GapCandidate
from geodata.store.tables.base import SRID


def missing_gaps(
    session: Session,
    scope: Scope,
    wanted: SiteFilter,
    *,
    limit: int | None = None,
    skip: int = 0,
) -> list[Gap]:
    """Return candidates in scope, those that house most people first.

    Args:
        session: A reading session.
        scope: The actor's.
        wanted: Where; what it says of management has no meaning here.
        limit: Rows at most.
        skip: Rows to leave out first.
    """
    k = GapCandidate
    statement = _selection().where(within(scope, k), *_conditions(wanted))
    statement = statement.order_by(k.floor_area_m2.desc(), k.id).limit(limit).offset(skip)
    return [_told(dict(row)) for row in session.execute(statement).mappings()]


def get_missing_gap(session: Session, scope: Scope, candidate_id: int) -> Gap:
    """Return one candidate.

    Raises:
        DomainError: ``gap.not_found``, also outside the scope.
    """
    statement = _selection().where(GapCandidate.id == candidate_id, within(scope, GapCandidate))
    row = session.execute(statement).mappings().one_or_none()
    if row is None:
        raise DomainError("gap.not_found", gap=str(GapKey(GapKind.MISSING, candidate_id)))
    return _told(dict(row))


def count_missing_gaps(session: Session, scope: Scope, wanted: SiteFilter) -> dict[str | None, int]:
    """Return the number of candidates in scope by the code of their town."""
    k = GapCandidate
    rows = session.execute(
        select(k.town_code, func.count())
        .where(within(scope, k), *_conditions(wanted))
        .group_by(k.town_code)
    )
    return {town: count for town, count in rows}  # noqa: C416 - rows are no plain pairs


def _selection() -> Select[Any]:
    k, town, neighbourhood = (
        GapCandidate,
        Division.__table__.alias("t"),
        Division.__table__.alias("n"),
    )
    middle = func.st_pointonsurface(k.geom)
    reasons = (
        select(func.array_agg(func.distinct(Footprint.gap_reason)))
        .where(Footprint.candidate_id == k.id)
        .scalar_subquery()
    )
    return (
        select(
            *(k.id, k.name, k.district_code, k.town_code, k.neighbourhood_code),
            *(k.footprints, k.area_m2, k.floor_area_m2, k.first_found_on),
            town.c.name.label("town_name"),
            neighbourhood.c.name.label("neighbourhood_name"),
            func.st_x(middle).label("longitude"),
            func.st_y(middle).label("latitude"),
            reasons.label("reasons"),
        )
        .outerjoin(town, town.c.code == k.town_code)
        .outerjoin(neighbourhood, neighbourhood.c.code == k.neighbourhood_code)
    )


def _conditions(wanted: SiteFilter) -> Iterator[ColumnElement[bool]]:
    k = GapCandidate
    for column, value in (
        (k.district_code, wanted.district),
        (k.town_code, wanted.town),
        (k.neighbourhood_code, wanted.neighbourhood),
    ):
        if value is not None:
            yield column == value
    if wanted.q:
        yield k.name.icontains(wanted.q, autoescape=True)
    if wanted.bbox is not None:
        yield k.geom.op("&&")(func.st_makeenvelope(*wanted.bbox, SRID))


def _told(row: dict[str, Any]) -> Gap:
    more = {name: row.pop(name) for name in ("footprints", "area_m2", "floor_area_m2")}
    since, reasons = row.pop("first_found_on"), row.pop("reasons") or ()
    key = GapKey(GapKind.MISSING, row.pop("id"))
    return Gap(key=key, place=row, since=since, lacks=tuple(sorted(reasons)), facts=more)
