"""Log in and out by JSON."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Cookie, Request, Response
from pydantic import BaseModel, Field

from server.auth import COOKIE, CurrentActor, log_in, log_out

router = APIRouter(prefix="/api", tags=["login"])


class Credentials(BaseModel):
    """A user name and a password."""

    username: str = Field(max_length=200)
    password: str = Field(max_length=1000)


class Who(BaseModel):
    """The account that is logged in."""

    username: str
    display_name: str
    role: str
    division_code: str | None


@router.post("/login")
def login(credentials: Credentials, request: Request, response: Response) -> dict[str, str]:
    """Open a session and set its cookie."""
    cookie = log_in(
        request.app.state.engine,
        credentials.username,
        credentials.password,
        settings=request.app.state.settings,
        address=request.client.host if request.client else "",
        agent=request.headers.get("user-agent"),
    )
    set_session_cookie(request, response, cookie)
    return {"username": credentials.username}


@router.post("/logout")
def logout(
    request: Request, response: Response, cookie: Annotated[str, Cookie(alias=COOKIE)] = ""
) -> dict[str, str]:
    """End the session."""
    log_out(request.app.state.engine, cookie)
    response.delete_cookie(COOKIE)
    return {"status": "ok"}


@router.get("/me")
def me(actor: CurrentActor) -> Who:
    """Tell who is logged in."""
    return Who(
        username=actor.username,
        display_name=actor.display_name,
        role=actor.role.value,
        division_code=actor.division_code,
    )


def set_session_cookie(request: Request, response: Response, cookie: str) -> None:
    """Set a session's cookie: out of reach of scripts, and of plain HTTP where there is TLS."""
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=int(request.app.state.settings.session_lasts.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
