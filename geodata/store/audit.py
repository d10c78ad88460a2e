"""The audit line beside every write and every login."""

from __future__ import annotations

from contextvars import ContextVar

from sqlalchemy import insert
from sqlalchemy.orm import Session

from geodata.store.tables import AuditLine

ADDRESS: ContextVar[str | None] = ContextVar("address", default=None)
"""From where the present request came; the server sets it, so that every line tells it."""


def audit(
    session: Session, actor: str, action: str, subject: str, *, outcome: str = "ok", **facts: object
) -> None:
    """Write one line in the caller's transaction: it stands or falls with what it tells."""
    address = ADDRESS.get()
    told = facts if address is None else {"address": address, **facts}
    session.execute(
        insert(AuditLine).values(
            actor=actor, action=action, subject=subject, outcome=outcome, facts=told
        )
    )
