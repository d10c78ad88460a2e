"""Take a decision about a gap back: the ledger stands again as it did before."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from geodata.domain.errors import DomainError
from geodata.domain.gap import GapDecision, GapKind
from geodata.domain.gap_rules import LEAVES_AS
from geodata.domain.period import today
from geodata.domain.vocabulary import label
from geodata.store.audit import audit
from geodata.store.boundary_edits import previous_boundary, take_turn, write_boundary
from geodata.store.deciding import lock_decision, withdraw
from geodata.store.edits import lock_site
from geodata.store.entries import Entry, enter
from geodata.store.leaving import delist_site, relist_site
from geodata.store.session import sign, writing
from geodata.store.tables import DecidedFootprint, DecidedGap, Site
from server.actions.decide_gap import MAKES, SUMMED
from server.auth import Actor


def withdraw_decision(engine: Engine, actor: Actor, decision_id: int, reason: str | None) -> None:
    """Take a decision back, in one transaction with its audit line.

    A site that it made was never in the ledger; one that took others in is as large as before;
    one that left is back with what managed it.

    Raises:
        DomainError: ``gap.decision_not_found``; ``gap.changed_since`` where somebody has changed
            the site since that the decision made or let grow.
    """
    with writing(engine, actor.change("withdraw decision")) as session:
        take_turn(session)
        decision = lock_decision(session, actor.scope, decision_id)
        kind = GapDecision(decision.decision)
        why = f"撤销认定({label(kind, 'zh')}){': ' + reason if reason else ''}"
        sign(session, actor.change(why))
        if kind in MAKES or kind is GapDecision.MERGE:
            _undo_target(session, actor, decision, kind)
        if decision.site_id is not None and kind in LEAVES_AS:
            _bring_back(session, actor, decision.site_id, why)
        withdraw(session, decision, actor.username, datetime.now(UTC))
        audit(
            session,
            actor.username,
            "withdraw_decision",
            str(decision_id),
            decision=kind.value,
            reason=reason,
        )


def _undo_target(session: Session, actor: Actor, decision: DecidedGap, kind: GapDecision) -> None:
    target = lock_site(session, actor.scope, decision.target_site_id or 0, version=None)
    if target.row_version != decision.target_version:
        raise DomainError("gap.changed_since", name=target.name, site=target.id)
    if kind in MAKES:
        delist_site(session, actor.scope, target.id, on=target.listed_on, version=None)
        return
    less = _taken_in(session, decision)
    values = {name: getattr(target, name) - value for name, value in less.items()}
    before = previous_boundary(session, target.id)
    if before is not None:
        write_boundary(session, target, before)
    if values:
        enter(session, actor.scope, target, Entry(values=values), on=today())


def _taken_in(session: Session, decision: DecidedGap) -> dict[str, float]:
    """Return by how much the numbers of the site grew that took the gap in."""
    if decision.kind == GapKind.MISSING:
        mine = DecidedFootprint.decided_gap_id == decision.id
        more = {"buildings": session.scalar(select(func.count()).where(mine))}
    else:
        gone = session.get_one(Site, decision.site_id)
        more = {name: getattr(gone, name) for name in SUMMED}
    target = session.get_one(Site, decision.target_site_id)
    return {
        name: value
        for name, value in more.items()
        if value is not None and getattr(target, name) is not None
    }


def _bring_back(session: Session, actor: Actor, site_id: int, why: str) -> None:
    left_on = session.scalar(select(Site.delisted_on).where(Site.id == site_id))
    if left_on is None:
        return  # Somebody has brought it back already.
    sign(session, actor.change(why, left_on))
    relist_site(session, actor.scope, site_id, on=left_on, version=None, resumes=True)
    sign(session, actor.change(why))
