"""One's own account: sessions seen and ended, password changed, a second factor."""

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
from server.auth.second_factor import address, confirm, drop_own, propose
from server.qr import qr_code

router = APIRouter(prefix="/api/account", tags=["login"])

OwnCookie = Annotated[str | None, Cookie(alias=COOKIE)]


class PasswordIn(BaseModel):
    """The old password and the new one."""

    model_config = ConfigDict(extra="forbid")

    old: str = Field(max_length=1000)
    new: str = Field(max_length=1000)


class CodeIn(BaseModel):
    """What an authenticator app shows."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(max_length=20)


class OwnPassword(BaseModel):
    """The password, shown once more."""

    model_config = ConfigDict(extra="forbid")

    password: str = Field(max_length=1000)


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


@router.post("/code")
def propose_route(asked: OwnPassword, actor: CurrentActor, request: Request) -> dict[str, str]:
    """Begin with a second factor: its secret, also as a picture for an app."""
    with writing(request.app.state.engine, actor.change("propose_code")) as session:
        secret = propose(session, actor.username, asked.password)
    uri = address(actor.username, secret)
    return {"secret": secret, "uri": uri, "picture": qr_code(uri)}


@router.put("/code", status_code=204)
def confirm_route(
    asked: CodeIn, actor: CurrentActor, request: Request, cookie: OwnCookie = None
) -> Response:
    """Ask for codes from now on, since one is shown; all other sessions end."""
    with writing(request.app.state.engine, actor.change("confirm_code")) as session:
        account_id = confirm(session, actor.username, asked.code)
        ended = end_others(session, account_id, cookie)
        audit(session, actor.username, "confirm_code", actor.username, ended=ended)
    return Response(status_code=204)


@router.post("/code/end", status_code=204)
def drop_route(asked: OwnPassword, actor: CurrentActor, request: Request) -> Response:
    """Ask for no more codes."""
    with writing(request.app.state.engine, actor.change("drop_code")) as session:
        drop_own(session, actor.username, asked.password)
        audit(session, actor.username, "drop_code", actor.username)
    return Response(status_code=204)


def session_json(one: OwnSession) -> dict[str, Any]:
    """Return a session as the interface tells it."""
    names = ("key", "opened_at", "seen_at", "address", "agent", "is_this", "way")
    return {name: getattr(one, name) for name in names}
