"""Inspections, findings and photos written: once each, however often they are sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from geoalchemy2 import Geography
from sqlalchemy import ARRAY, BigInteger, Row, any_, cast, func, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.domain.finding_steps import FindingEvent
from geodata.domain.inspection import FindingStatus, finding_status
from geodata.store.queries.state import within
from geodata.store.tables import Finding, FindingStep, Inspection, Photo, Site
from geodata.store.tables.base import SRID

_METRIC = 4326
DAYS = ("started_on", "handed_in_on", "rejected_on", "closed_on")


def point_of(place: tuple[float, float] | None) -> Any:  # noqa: ANN401 - an SQL expression
    """Return a place in EPSG:4490 degrees as a value of a column."""
    return None if place is None else func.st_setsrid(func.st_makepoint(*place), SRID)


def find_by_client(session: Session, client_id: UUID) -> Inspection | None:
    """Return the inspection that a device made under an id, if it has come in already."""
    return session.scalar(
        select(Inspection).where(Inspection.client_id == client_id).with_for_update()
    )


def get_inspection(
    session: Session, scope: Scope, inspection_id: int, *, locks: bool = False
) -> Inspection:
    """Return an inspection of a site in scope.

    Raises:
        DomainError: ``inspection.not_found``.
    """
    statement = (
        select(Inspection)
        .join(Site, Site.id == Inspection.site_id)
        .where(Inspection.id == inspection_id, within(scope, Site))
    )
    if locks:
        statement = statement.with_for_update(of=Inspection)
    found = session.scalar(statement)
    if found is None:
        raise DomainError("inspection.not_found", inspection=inspection_id)
    return found


def off_site_m(session: Session, site_id: int, place: tuple[float, float]) -> float | None:
    """Return metres from a place to a site's boundary, 0 inside; ``None`` for a site nowhere."""

    def metric(shape: Any) -> Any:  # noqa: ANN401
        return cast(func.st_transform(shape, _METRIC), Geography(srid=_METRIC))

    where = func.coalesce(Site.geom, Site.point)
    found = session.scalar(
        select(func.st_distance(metric(where), metric(point_of(place)))).where(Site.id == site_id)
    )
    return None if found is None else round(float(found), 1)


def get_finding(session: Session, scope: Scope, finding_id: int, *, locks: bool = False) -> Finding:
    """Return a finding at a site in scope.

    Raises:
        DomainError: ``finding.not_found``.
    """
    statement = (
        select(Finding)
        .join(Site, Site.id == Finding.site_id)
        .where(Finding.id == finding_id, within(scope, Site))
    )
    if locks:
        statement = statement.with_for_update(of=Finding)
    found = session.scalar(statement)
    if found is None:
        raise DomainError("finding.not_found", finding=finding_id)
    return found


def status_of(finding: Finding | Row[Any], on: date) -> FindingStatus:
    """Return where a finding stands on a day."""
    return finding_status({one: getattr(finding, one) for one in DAYS}, on)


def write_step(  # noqa: PLR0913 - a line of what happened
    session: Session,
    finding: Finding,
    event: FindingEvent,
    *,
    before: FindingStatus,
    after: FindingStatus,
    on: date,
    by: str,
    note: str | None,
    days: Mapping[str, date | None],
) -> FindingStep:
    """Let something happen to a finding: its days, and a line of what happened."""
    for name, value in days.items():
        setattr(finding, name, value)
    finding.row_version += 1
    step = FindingStep(
        finding_id=finding.id,
        event=event.value,
        before=before.value,
        after=after.value,
        taken_on=on,
        due_on=finding.due_on,
        note=note,
        taken_by=by,
    )
    session.add(step)
    session.flush()
    return step


def steps_of(session: Session, finding_id: int) -> Sequence[FindingStep]:
    """Return what happened to a finding, in order."""
    statement = select(FindingStep).where(FindingStep.finding_id == finding_id)
    return session.scalars(statement.order_by(FindingStep.id)).all()


def steps_by_finding(session: Session, finding_ids: Sequence[int]) -> dict[int, list[FindingStep]]:
    """Return what happened to many findings, in order, by their ids."""
    wanted = FindingStep.finding_id == any_(cast(list(finding_ids), ARRAY(BigInteger)))
    found: dict[int, list[FindingStep]] = {}
    for one in session.scalars(select(FindingStep).where(wanted).order_by(FindingStep.id)):
        found.setdefault(one.finding_id, []).append(one)
    return found


def photos_by_finding(session: Session, finding_ids: Sequence[int]) -> dict[int, list[Photo]]:
    """Return the photos of many findings, in order, by their ids."""
    wanted = Photo.finding_id == any_(cast(list(finding_ids), ARRAY(BigInteger)))
    found: dict[int, list[Photo]] = {}
    for one in session.scalars(select(Photo).where(wanted).order_by(Photo.taken_at, Photo.id)):
        found.setdefault(one.finding_id or 0, []).append(one)
    return found


def photos_of(
    session: Session, *, inspection: int | None = None, finding: int | None = None
) -> Sequence[Photo]:
    """Return the photos of an inspection, or of a finding, in the order they were taken."""
    statement = select(Photo).order_by(Photo.taken_at, Photo.id)
    if inspection is not None:
        statement = statement.where(Photo.inspection_id == inspection)
    if finding is not None:
        statement = statement.where(Photo.finding_id == finding)
    return session.scalars(statement).all()


def get_photo(session: Session, scope: Scope, photo_id: int) -> Photo:
    """Return a photo taken at a site in scope.

    Raises:
        DomainError: ``photo.not_found``.
    """
    found = session.scalar(
        select(Photo)
        .join(Inspection, Inspection.id == Photo.inspection_id)
        .join(Site, Site.id == Inspection.site_id)
        .where(Photo.id == photo_id, within(scope, Site))
    )
    if found is None:
        raise DomainError("photo.not_found", photo=photo_id)
    return found
