"""One's own account: sessions seen and ended, password changed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Cookie, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from geodata.domain.errors import DomainError
from geodata.store.audit import audit
from geodata.store.session import writing
from server.auth import COOKIE, CurrentActor, ReadingSession
from server.auth.accounts import change_password
from server.auth.own_sessions import OwnSession, end_others, end_session, sessions_of

router = APIRouter(prefix="/api/account", tags=["login"])

OwnCookie = Annotated[str | None, Cookie(alias=COOKIE)]


class PasswordIn(BaseModel):
    """The old password and the new one."""

    model_config = ConfigDict(extra="forbid")

    old: str = Field(max_length=1000)
    new: str = Field(max_length=1000)


@router.get("/sessions")
def sessions_route(
    actor: CurrentActor, session: ReadingSession, cookie: OwnCookie = None
) -> list[dict[str, Any]]:
    """Return where one is logged in."""
    return [session_json(one) for one in sessions_of(session, actor.username, cookie)]


@router.delete("/sessions/{key}", status_code=204)
def end_route(key: str, actor: CurrentActor, request: Request) -> Response:
    """End one of one's sessions."""
    with writing(request.app.state.engine, actor.change("end_session")) as session:
        if not end_session(session, actor.username, key):
            raise DomainError("account.no_such_session", session=key[:20])
        audit(session, actor.username, "end_session", actor.username)
    return Response(status_code=204)


@router.post("/password", status_code=204)
def password_route(
    asked: PasswordIn, actor: CurrentActor, request: Request, cookie: OwnCookie = None
) -> Response:
    """Change one's password; all other sessions end."""
    with writing(request.app.state.engine, actor.change("change_password")) as session:
        account_id = change_password(session, actor.username, asked.old, asked.new)
        ended = end_others(session, account_id, cookie)
        audit(session, actor.username, "change_password", actor.username, ended=ended)
    return Response(status_code=204)


def session_json(one: OwnSession) -> dict[str, Any]:
    """Return a session as the interface tells it."""
    names = ("key", "opened_at", "seen_at", "address", "agent", "is_this")
    return {name: getattr(one, name) for name in names}
