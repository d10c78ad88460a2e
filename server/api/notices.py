"""What people are told, receivers elsewhere, and how deliveries went."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from geodata.domain.access import Role
from geodata.domain.errors import DomainError
from geodata.domain.notice import WebhookShape
from server.actions.shown import shown_district
from server.actions.tell_notices import add_webhook, find_deliveries, find_notices
from server.auth import CurrentActor, ReadingSession

router = APIRouter(prefix="/api", tags=["notices"])

Limit = Annotated[int, Query(ge=1, le=500)]


class WebhookIn(BaseModel):
    """A receiver elsewhere."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(min_length=8, max_length=500)
    shape: WebhookShape = WebhookShape.PLAIN
    district: str | None = None


@router.get("/notices")
def notices_route(
    actor: CurrentActor, session: ReadingSession, district: str | None = None, limit: Limit = 50
) -> list[dict[str, Any]]:
    """Return what was told in scope, the newest first."""
    code = shown_district(session, actor.scope, district).code
    names = ("id", "kind", "title", "text", "link", "town_code", "created_at")
    rows = find_notices(session, actor.scope, code, limit=limit)
    return [{name: getattr(one, name) for name in names} for one in rows]


@router.post("/webhooks", status_code=201)
def add_route(asked: WebhookIn, actor: CurrentActor, request: Request) -> dict[str, Any]:
    """Add a receiver; its secret is shown this once."""
    state = request.app.state
    made, secret = add_webhook(
        state.engine,
        state.settings,
        actor,
        district=asked.district,
        url=asked.url,
        shape=asked.shape,
    )
    return {"id": made, "secret": secret}


@router.get("/notice-deliveries")
def deliveries_route(
    actor: CurrentActor, session: ReadingSession, district: str | None = None, limit: Limit = 50
) -> list[dict[str, Any]]:
    """Return how deliveries went, the newest first; for the district's lead."""
    if actor.role not in (Role.ADMINISTRATOR, Role.DISTRICT_LEAD):
        raise DomainError("auth.forbidden", role=actor.role.value)
    code = shown_district(session, actor.scope, district).code
    names = ("id", "notice_id", "state", "attempts", "last_error", "delivered_at")
    return [
        {**{name: getattr(one, name) for name in names}, "host": host, "title": title}
        for one, host, title in find_deliveries(session, code, limit=limit)
    ]
