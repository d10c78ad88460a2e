"""What the contract of an arrangement in force says: until when, and whether for an emergency."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from geodata.domain.errors import DomainError
from geodata.store.hanging import get_arrangement
from geodata.store.tables import Site
from server.actions.edit_site import change_beside
from server.api.preconditions import VersionSeen, mark_version
from server.auth import WritingActor

router = APIRouter(prefix="/api/sites/{site_id}/arrangements", tags=["editing"])


class ContractChange(BaseModel):
    """What changes; what is not sent stays. Neither ends anything by itself (S39)."""

    model_config = ConfigDict(extra="forbid")

    contract_until: date | None = None
    is_emergency: bool | None = None


@router.patch("/{arrangement_id}")
def change(
    site_id: int,
    arrangement_id: int,
    actor: WritingActor,
    version: VersionSeen,
    sent: ContractChange,
    request: Request,
    response: Response,
) -> dict[str, Any]:
    """Note until when the contract of an arrangement in force runs."""
    values = sent.model_dump(exclude_unset=True)

    def write(session: Session, site: Site) -> dict[str, Any]:
        row = get_arrangement(session, site.id, arrangement_id)
        if "contract_until" in values:
            until = values["contract_until"]
            if until is not None and until < row.starts_on:
                raise DomainError(
                    "arrangement.contract_day",
                    until=until.isoformat(),
                    begins=row.starts_on.isoformat(),
                )
            row.contract_until = until
        if values.get("is_emergency") is not None:
            row.is_emergency = values["is_emergency"]
        return {
            "id": row.id,
            "management_type": row.management_type,
            "contract_until": row.contract_until,
            "is_emergency": row.is_emergency,
        }

    engine = request.app.state.engine
    told, standing = change_beside(engine, actor, site_id, version, "edit_contract", write)
    mark_version(response, standing)
    return {"arrangement": told, "row_version": standing}
