"""A finding goes its way: begun, handed in, passed, or sent back with a new date (S30)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from geodata.domain.errors import DomainError
from geodata.domain.finding_steps import DEADLINE_DAYS, TRANSITIONS, FindingEvent, open_steps
from geodata.domain.notice import Notice, NoticeKind
from geodata.domain.period import today
from geodata.store.audit import audit
from geodata.store.inspecting import get_finding, photos_of, status_of, write_step
from geodata.store.session import writing
from geodata.store.tables import Finding, Site
from server.actions.tell_notices import note
from server.auth import Actor

_DAYS: Final[dict[FindingEvent, dict[str, bool]]] = {
    FindingEvent.START: {"started_on": True},
    FindingEvent.HAND_IN: {"handed_in_on": True, "rejected_on": False},
    FindingEvent.PASS: {"closed_on": True},
    FindingEvent.REJECT: {"rejected_on": True},
}
"""Columns that an event sets to its day, or empties."""


@dataclass(frozen=True, slots=True)
class FindingStepOrder:
    """What happens.

    Attributes:
        event: What.
        note: In the actor's words.
        due_on: The new date of one that is sent back.
    """

    event: FindingEvent
    note: str | None = None
    due_on: date | None = None


def take_step(
    engine: Engine, actor: Actor, finding_id: int, version: int, order: FindingStepOrder
) -> int:
    """Let something happen to a finding; return its new version.

    Raises:
        DomainError: ``finding.not_found``; ``finding.stale``; ``finding.step_closed`` with what
            is possible; ``finding.proof_needed``; ``finding.due_needed``.
    """
    on = today()
    with writing(engine, actor.change(f"finding_{order.event.value}")) as session:
        finding = get_finding(session, actor.scope, finding_id, locks=True)
        if finding.row_version != version:
            raise DomainError("finding.stale", finding=finding_id)
        before = status_of(finding, on)
        allowed = open_steps(before, actor.role)
        if order.event not in allowed:
            raise DomainError(
                "finding.step_closed",
                status=before.value,
                event=order.event.value,
                allowed=[one.value for one in allowed],
            )
        if order.event is FindingEvent.HAND_IN and not (
            order.note or photos_of(session, finding=finding_id)
        ):
            raise DomainError("finding.proof_needed")
        days: dict[str, Any] = {
            name: on if is_set else None for name, is_set in _DAYS[order.event].items()
        }
        if order.event is FindingEvent.REJECT:
            days["due_on"] = order.due_on or on + timedelta(days=DEADLINE_DAYS)
            if days["due_on"] < on:
                raise DomainError("finding.due_past", due=days["due_on"].isoformat())
        after = TRANSITIONS[before, order.event]
        write_step(
            session,
            finding,
            order.event,
            before=before,
            after=after,
            on=on,
            by=actor.username,
            note=order.note,
            days=days,
        )
        _tell(session, finding, order)
        audit(
            session,
            actor.username,
            f"finding_{order.event.value}",
            str(finding_id),
            after=after.value,
        )
        return finding.row_version


_TOLD: Final = {
    FindingEvent.HAND_IN: NoticeKind.FINDING_HANDED_IN,
    FindingEvent.REJECT: NoticeKind.FINDING_REJECTED,
}


def _tell(session: Session, finding: Finding, order: FindingStepOrder) -> None:
    """Tell the other side: the district what was handed in, the town what was sent back."""
    kind = _TOLD.get(order.event)
    if kind is None:
        return
    site = session.get_one(Site, finding.site_id)
    note(
        session,
        Notice(
            kind,
            site.district_code,
            site.town_code,
            f"{site.name}: {finding.clause} {finding.description}"[:200],
            order.note or "",
            f"/findings/{finding.id}",
            f"finding/{finding.id}/{order.event.value}/{finding.row_version}",
        ),
    )
