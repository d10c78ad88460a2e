"""The audit line beside every write and every login."""

from __future__ import annotations

from sqlalchemy import insert
from sqlalchemy.orm import Session

from geodata.store.tables import AuditLine


def audit(
    session: Session, actor: str, action: str, subject: str, *, outcome: str = "ok", **facts: object
) -> None:
    """Write one line in the caller's transaction: it stands or falls with what it tells."""
    session.execute(
        insert(AuditLine).values(
            actor=actor, action=action, subject=subject, outcome=outcome, facts=facts
        )
    )
