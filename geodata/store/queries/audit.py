"""What the audit tells."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

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
