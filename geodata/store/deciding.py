"""Keep what was decided about gaps, with the walls it was decided about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from geoalchemy2.shape import from_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session, aliased

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.domain.gap import GapKind
from geodata.spatial.reshape import as_area
from geodata.store.queries.state import SiteFilter, within
from geodata.store.tables import (
    DecidedFootprint,
    DecidedGap,
    Division,
    GapCandidate,
    Site,
)
from geodata.store.tables.base import SRID


def lock_candidate(session: Session, scope: Scope, candidate_id: int) -> GapCandidate:
    """Return a candidate that nobody else decides about until the transaction ends.

    Raises:
        DomainError: ``gap.not_found``, also outside the scope.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("gap_candidate"))))
    found = session.scalar(
        select(GapCandidate).where(GapCandidate.id == candidate_id, within(scope, GapCandidate))
    )
    if found is None:
        raise DomainError("gap.not_found", gap=f"{GapKind.MISSING}-{candidate_id}")
    return found


def keep_decision(
    session: Session,
    place: Mapping[str, str | None],
    facts: Mapping[str, Any],
    houses: Iterable[BaseGeometry] = (),
) -> DecidedGap:
    """Keep a decision and the outlines it was taken about.

    Args:
        session: A writing session.
        place: ``district_code``, ``town_code``, ``neighbourhood_code``.
        facts: Other columns of `DecidedGap`.
        houses: Outlines in degrees (EPSG:4490), by which it is remembered when buildings are
            surveyed again.
    """
    kept = DecidedGap(**place, **facts)
    session.add(kept)
    session.flush()
    session.add_all(
        DecidedFootprint(decided_gap_id=kept.id, geom=from_shape(as_area(one), SRID))
        for one in houses
    )
    session.flush()
    return kept


def lock_decision(session: Session, scope: Scope, decision_id: int) -> DecidedGap:
    """Return a decision that stands, locked until the transaction ends.

    Raises:
        DomainError: ``gap.decision_not_found``, also outside the scope or when withdrawn.
    """
    found = session.scalar(
        select(DecidedGap)
        .where(
            DecidedGap.id == decision_id,
            DecidedGap.withdrawn_at.is_(None),
            within(scope, DecidedGap),
        )
        .with_for_update()
    )
    if found is None:
        raise DomainError("gap.decision_not_found", decision=decision_id)
    return found


def find_decisions(
    session: Session, scope: Scope, wanted: SiteFilter, *, limit: int = 100, skip: int = 0
) -> Sequence[Row[Any]]:
    """Return what was decided in scope, the latest first, withdrawn or not.

    Each row: the columns of `DecidedGap` but for the digest, ``site_name``, ``target_name``,
    ``town_name``, ``footprints``.
    """
    d, site, target = DecidedGap, aliased(Site), aliased(Site)
    houses = select(func.count()).where(DecidedFootprint.decided_gap_id == d.id).scalar_subquery()
    columns = [one for one in d.__table__.columns if one.name != "digest"]
    statement: Select[Any] = (
        select(
            *columns,
            site.name.label("site_name"),
            target.name.label("target_name"),
            Division.name.label("town_name"),
            houses.label("footprints"),
        )
        .select_from(d)
        .outerjoin(site, site.id == d.site_id)
        .outerjoin(target, target.id == d.target_site_id)
        .outerjoin(Division, Division.code == d.town_code)
        .where(within(scope, d))
        .order_by(d.id.desc())
    )
    for column, value in (
        (d.district_code, wanted.district),
        (d.town_code, wanted.town),
        (d.neighbourhood_code, wanted.neighbourhood),
    ):
        if value is not None:
            statement = statement.where(column == value)
    rows: Sequence[Row[Any]] = session.execute(statement.limit(limit).offset(skip)).all()
    return rows


def find_decision(session: Session, scope: Scope, decision_id: int) -> DecidedGap:
    """Return a decision, withdrawn or not.

    Raises:
        DomainError: ``gap.decision_not_found``, also outside the scope.
    """
    found = session.scalar(
        select(DecidedGap).where(DecidedGap.id == decision_id, within(scope, DecidedGap))
    )
    if found is None:
        raise DomainError("gap.decision_not_found", decision=decision_id)
    return found


def withdraw(session: Session, decision: DecidedGap, by: str, at: datetime) -> None:
    """Let a decision stand no more; what it was taken about is looked at anew."""
    decision.withdrawn_by, decision.withdrawn_at = by, at
    session.flush()
