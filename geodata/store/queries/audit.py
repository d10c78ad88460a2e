"""What the audit tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from geodata.domain.period import SHANGHAI
from geodata.store.tables import AuditLine


def find_act(
    session: Session, action: str, *, district: str | None = None
) -> dict[str, Any] | None:
    """Return the facts of the latest act of a kind, ``None`` when it was never done.

    With a district, only acts whose facts name it count.
    """
    statement = select(AuditLine.facts).where(AuditLine.action == action)
    if district is not None:
        statement = statement.where(AuditLine.facts["district"].astext == district)
    return session.scalar(statement.order_by(AuditLine.id.desc()).limit(1))


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which lines to keep; an empty field keeps everything.

    Attributes:
        actor: Who.
        action: What.
        subject: On what.
        outcome: How it went.
        since: First day, in Shanghai.
        until: Last day, inclusive.
    """

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    outcome: str | None = None
    since: date | None = None
    until: date | None = None


def find_lines(
    session: Session, wanted: AuditFilter, *, limit: int, skip: int = 0
) -> Sequence[AuditLine]:
    """Return lines of the audit, the latest first."""
    statement = _kept(select(AuditLine), wanted).order_by(AuditLine.id.desc())
    return session.scalars(statement.limit(limit).offset(skip)).all()


def count_lines(session: Session, wanted: AuditFilter) -> int:
    """Return how many lines a filter keeps."""
    return session.scalar(_kept(select(func.count()).select_from(AuditLine), wanted)) or 0


def known_actions(session: Session) -> list[str]:
    """Return what has been done so far, by name."""
    return list(session.scalars(select(AuditLine.action).distinct().order_by(AuditLine.action)))


def _kept(statement: Select[Any], wanted: AuditFilter) -> Select[Any]:
    line = AuditLine
    for column in ("actor", "action", "subject", "outcome"):
        value = getattr(wanted, column)
        if value:
            statement = statement.where(getattr(line, column) == value)
    if wanted.since is not None:
        statement = statement.where(line.at >= _midnight(wanted.since))
    if wanted.until is not None:
        statement = statement.where(line.at < _midnight(wanted.until + timedelta(days=1)))
    return statement


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
