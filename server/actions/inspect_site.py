"""Inspections come in, from phone or desk: once each, in one transaction with their findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from geodata.domain.access import Role
from geodata.domain.errors import DomainError
from geodata.domain.finding_steps import DEADLINE_DAYS
from geodata.domain.inspection import InspectionKind, InspectionResult
from geodata.domain.notice import Notice, NoticeKind
from geodata.domain.period import SHANGHAI
from geodata.domain.visiting import OFF_SITE_M, StopState
from geodata.store.audit import audit
from geodata.store.inspecting import find_by_client, get_inspection, off_site_m, point_of
from geodata.store.queries.state import within
from geodata.store.session import writing
from geodata.store.tables import Finding, Inspection, PlannedStop, Site, VisitPlan
from server.actions.tell_notices import note
from server.auth import Actor

KINDS_BY_ROLE: Final[dict[Role, frozenset[InspectionKind]]] = {
    Role.ADMINISTRATOR: frozenset(InspectionKind),
    Role.DISTRICT_LEAD: frozenset(InspectionKind),
    Role.INSPECTOR: frozenset(InspectionKind) - {InspectionKind.SELF_CHECK},
    Role.TOWN: frozenset({InspectionKind.SELF_CHECK}),
    Role.NEIGHBOURHOOD: frozenset({InspectionKind.SELF_CHECK}),
    Role.LEADER: frozenset(),
}
"""What each role may record: a town checks itself, the district inspects (S28, S29)."""

_COMPARED: Final = (
    "kind",
    "result",
    "confirms_cover",
    "note",
    "checklist",
    "scores",
    "off_site_reason",
)
_AHEAD: Final = timedelta(minutes=10)
"""Clocks of phones are wrong by some minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingOrder:
    """A problem as it was recorded."""

    client_id: UUID
    clause: str
    description: str
    responsible: str | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionOrder:
    """What was seen.

    Attributes:
        client_id: Made on the device.
        site: Which.
        kind: Why somebody went there.
        seen_at: When, aware.
        values: Columns of `Inspection`: result, confirms_cover, note, checklist, scores,
            off_site_reason.
        position: One point at check-in, EPSG:4490 degrees; ``None`` where nobody allowed it.
        findings: Problems.
        plan: The plan of visits that it was made by.
        row_version: The version that a later edit of it has seen.
    """

    client_id: UUID
    site: int
    kind: InspectionKind
    seen_at: datetime
    values: Mapping[str, Any]
    position: tuple[float, float] | None = None
    findings: Sequence[FindingOrder] = field(default_factory=tuple)
    plan: int | None = None
    row_version: int | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of it.

    Attributes:
        inspection: Its id.
        row_version: Its version.
        is_new: Whether this changed anything.
        findings: Ids by the device's ids.
        off_site_m: How far from the boundary it was recorded, ``None`` where not known.
        asks_reason: Whether that is far, and nobody said why.
    """

    inspection: int
    row_version: int
    is_new: bool
    findings: dict[str, int]
    off_site_m: float | None
    asks_reason: bool


def record_inspection(engine: Engine, actor: Actor, order: InspectionOrder) -> Recorded:
    """Take an inspection in; sent again it changes nothing.

    Sent again with other values it is an edit: it needs the version it has seen.

    Raises:
        DomainError: ``auth.forbidden``; ``site.not_found``; ``inspection.future``;
            ``inspection.no_findings``; ``inspection.stale`` with both values of what differs.
    """
    _check(actor, order)
    with writing(engine, actor.change("record_inspection")) as session:
        site = _site(session, actor, order.site)
        standing = find_by_client(session, order.client_id)
        if standing is not None:
            return _again(session, actor, standing, order)
        distance = None
        if order.position is not None:
            distance = off_site_m(session, order.site, order.position)
        made = Inspection(
            client_id=order.client_id,
            site_id=order.site,
            inspected_on=order.seen_at.astimezone(SHANGHAI).date(),
            kind=order.kind.value,
            inspector=actor.username,
            seen_at=order.seen_at,
            position=point_of(order.position),
            off_site_m=distance,
            **order.values,
        )
        session.add(made)
        session.flush()
        found = _add_findings(session, made, order.findings)
        _mark_stop(session, actor, made, order)
        _tell(session, site, order.findings, found)
        audit(
            session,
            actor.username,
            "record_inspection",
            str(made.id),
            site=order.site,
            kind=order.kind.value,
            findings=len(found),
        )
        return _recorded(made, found, is_new=True)


def edit_inspection(
    engine: Engine, actor: Actor, inspection_id: int, version: int, values: Mapping[str, Any]
) -> int:
    """Change an inspection at the desk; return its new version.

    Raises:
        DomainError: ``auth.forbidden``; ``inspection.not_found``; ``inspection.stale``.
    """
    with writing(engine, actor.change("edit_inspection")) as session:
        standing = get_inspection(session, actor.scope, inspection_id, locks=True)
        if InspectionKind(standing.kind) not in KINDS_BY_ROLE.get(actor.role, frozenset()):
            raise DomainError("auth.forbidden", role=actor.role.value)
        if standing.row_version != version:
            raise _stale(standing, values)
        changed = _write(standing, values)
        audit(session, actor.username, "edit_inspection", str(inspection_id), fields=changed)
        return standing.row_version


def _check(actor: Actor, order: InspectionOrder) -> None:
    if order.kind not in KINDS_BY_ROLE.get(actor.role, frozenset()):
        raise DomainError("auth.forbidden", role=actor.role.value)
    if order.seen_at > datetime.now(SHANGHAI) + _AHEAD:
        raise DomainError("inspection.future", at=order.seen_at.isoformat())
    if order.values["result"] == InspectionResult.PROBLEMS and not order.findings:
        raise DomainError("inspection.no_findings")


def _site(session: Session, actor: Actor, site_id: int) -> Site:
    found = session.scalar(select(Site).where(Site.id == site_id, within(actor.scope, Site)))
    if found is None:
        raise DomainError("site.not_found", site=site_id)
    return found


def _add_findings(
    session: Session, inspection: Inspection, orders: Sequence[FindingOrder]
) -> dict[str, int]:
    on = inspection.inspected_on
    rows = [
        Finding(
            client_id=one.client_id,
            site_id=inspection.site_id,
            inspection_id=inspection.id,
            clause=one.clause,
            description=one.description,
            responsible=one.responsible,
            opened_on=on,
            due_on=max(on, one.due_on or on + timedelta(days=DEADLINE_DAYS)),
        )
        for one in orders
    ]
    session.add_all(rows)
    session.flush()
    return {str(one.client_id): one.id for one in rows}


def _tell(
    session: Session, site: Site, orders: Sequence[FindingOrder], found: Mapping[str, int]
) -> None:
    for one in orders:
        number = found[str(one.client_id)]
        note(
            session,
            Notice(
                NoticeKind.FINDING_OPENED,
                site.district_code,
                site.town_code,
                f"{site.name}: {one.clause} {one.description}"[:200],
                one.responsible or "",
                f"/findings/{number}",
                f"finding/{number}/opened",
            ),
        )


def _mark_stop(
    session: Session, actor: Actor, inspection: Inspection, order: InspectionOrder
) -> None:
    """Note that the stop of a plan was made; a plan outside the actor's scope is left alone."""
    if order.plan is None:
        return
    stop = session.scalar(
        select(PlannedStop)
        .join(VisitPlan, VisitPlan.id == PlannedStop.plan_id)
        .where(
            PlannedStop.plan_id == order.plan,
            PlannedStop.site_id == order.site,
            within(actor.scope, VisitPlan),
        )
        .with_for_update(of=PlannedStop)
    )
    if stop is not None:
        stop.state = StopState.DONE.value
        stop.state_at = order.seen_at
        stop.inspection_id = inspection.id


def _again(
    session: Session, actor: Actor, standing: Inspection, order: InspectionOrder
) -> Recorded:
    """Answer what came in before: as then, or as an edit of it."""
    if standing.site_id != order.site or standing.inspector != actor.username:
        raise DomainError("inspection.id_taken")
    known = session.execute(
        select(Finding.client_id, Finding.id).where(Finding.inspection_id == standing.id)
    ).all()
    found = {str(client): finding for client, finding in known}
    new = [one for one in order.findings if str(one.client_id) not in found]
    differs = _differing(standing, {"kind": order.kind.value, **order.values})
    if not differs and not new:
        return _recorded(standing, found, is_new=False)
    if order.row_version is None or order.row_version != standing.row_version:
        raise _stale(standing, {"kind": order.kind.value, **order.values})
    changed = _write(standing, {"kind": order.kind.value, **order.values})
    found |= _add_findings(session, standing, new)
    audit(session, actor.username, "edit_inspection", str(standing.id), fields=changed)
    return _recorded(standing, found, is_new=True)


def _differing(standing: Inspection, values: Mapping[str, Any]) -> list[str]:
    return [
        name for name in _COMPARED if name in values and getattr(standing, name) != values[name]
    ]


def _write(standing: Inspection, values: Mapping[str, Any]) -> list[str]:
    changed = _differing(standing, values)
    for name in changed:
        setattr(standing, name, values[name])
    standing.row_version += 1
    return changed


def _stale(standing: Inspection, values: Mapping[str, Any]) -> DomainError:
    conflicts = [
        {"field": name, "theirs": getattr(standing, name), "yours": values[name]}
        for name in _differing(standing, values)
    ]
    return DomainError(
        "inspection.stale",
        inspection=standing.id,
        row_version=standing.row_version,
        conflicts=conflicts,
    )


def _recorded(made: Inspection, findings: dict[str, int], *, is_new: bool) -> Recorded:
    far = made.off_site_m is not None and made.off_site_m > OFF_SITE_M
    return Recorded(
        made.id,
        made.row_version,
        is_new,
        findings,
        made.off_site_m,
        asks_reason=far and not made.off_site_reason,
    )
