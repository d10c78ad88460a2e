"""Log in and out by JSON."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Cookie, Request, Response
from pydantic import BaseModel, Field

from server.auth import COOKIE, CurrentActor, log_in, log_out
from server.auth.logins import CODE_WITHIN, log_in_with_code
from server.auth.sessions import From

router = APIRouter(prefix="/api", tags=["login"])

WAITING: Final = "fugai_waiting"
"""Names the cookie of a login that waits for a code."""
WORD: Final = "fugai_sso_word"
WORD_PATH: Final = "/logout"
"""Cookie with the word of a provider of single sign-on, and the one path that is shown it."""


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


class Code(BaseModel):
    """What an authenticator app shows."""

    code: str = Field(max_length=20)


class Entered(BaseModel):
    """Who has logged in, and whether a code is asked for before that counts."""

    username: str
    awaits_code: bool


@router.post("/login")
def login(credentials: Credentials, request: Request, response: Response) -> Entered:
    """Open a session and set its cookie."""
    entry = log_in(
        request.app.state.engine,
        credentials.username,
        credentials.password,
        settings=request.app.state.settings,
        origin=origin_of(request),
    )
    put = set_waiting_cookie if entry.awaits_code else set_session_cookie
    put(request, response, entry.cookie)
    return Entered(username=credentials.username, awaits_code=entry.awaits_code)


@router.post("/login/code")
def code_after_password(
    shown: Code,
    request: Request,
    response: Response,
    waiting: Annotated[str, Cookie(alias=WAITING)] = "",
) -> dict[str, str]:
    """Show the code that is asked for after the password, and set the session's cookie."""
    cookie = log_in_with_code(
        request.app.state.engine,
        waiting,
        shown.code,
        settings=request.app.state.settings,
        origin=origin_of(request),
    )
    set_session_cookie(request, response, cookie)
    response.delete_cookie(WAITING)
    return {"status": "ok"}


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


def origin_of(request: Request) -> From:
    """Return where a login comes from."""
    address = request.client.host if request.client else ""
    return From(address, request.headers.get("user-agent"))


def set_session_cookie(request: Request, response: Response, cookie: str) -> None:
    """Set a session's cookie."""
    lasts = request.app.state.settings.session_lasts
    set_cookie(request, response, COOKIE, cookie, lasts=lasts)


def set_waiting_cookie(request: Request, response: Response, cookie: str) -> None:
    """Set the cookie of a login that waits for a code."""
    set_cookie(request, response, WAITING, cookie, lasts=CODE_WITHIN)


def set_word_cookie(request: Request, response: Response, word: str) -> None:
    """Set the cookie with a provider's word, until the browser is closed."""
    set_cookie(request, response, WORD, word, lasts=None, path=WORD_PATH)


def set_cookie(
    request: Request,
    response: Response,
    name: str,
    value: str,
    *,
    lasts: timedelta | None,
    path: str = "/",
) -> None:
    """Set a cookie out of reach of scripts, and of plain HTTP where there is TLS.

    Args:
        request: What is answered.
        response: The answer.
        name: Of the cookie.
        value: Its.
        lasts: How long it is kept, ``None`` until the browser is closed.
        path: Beginning of the addresses that are shown it.
    """
    response.set_cookie(
        name,
        value,
        max_age=None if lasts is None else int(lasts.total_seconds()),
        path=path,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
