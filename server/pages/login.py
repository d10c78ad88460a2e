"""The login page."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Cookie, Form, Request, Response
from fastapi.responses import RedirectResponse

from geodata.domain.errors import DomainError
from server.api.login import set_session_cookie
from server.auth import COOKIE, log_in, log_out
from server.i18n import language_of, sentence
from server.pages.render import page

router = APIRouter()

_HOME = "/map"


@router.get("/login")
def login_page(request: Request, next: str = _HOME) -> Response:  # noqa: A002 - as browsers know it
    """Show the form."""
    return page(request, "login.html", next=own_path(next), problem=None, username="")


@router.post("/login")
def login(
    request: Request,
    username: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=1000)],
    next: Annotated[str, Form()] = _HOME,  # noqa: A002 - as browsers know it
) -> Response:
    """Open a session and go on to where the user wanted to be."""
    state = request.app.state
    address = request.client.host if request.client else ""
    try:
        cookie = log_in(
            state.engine,
            username,
            password,
            settings=state.settings,
            address=address,
            agent=request.headers.get("user-agent"),
        )
    except DomainError as refusal:
        text = sentence(refusal.code, refusal.facts, language_of(request))
        facts: dict[str, Any] = {"next": own_path(next), "problem": text, "username": username}
        return page(request, "login.html", status=HTTPStatus.UNAUTHORIZED, **facts)
    answer = RedirectResponse(own_path(next), HTTPStatus.SEE_OTHER)
    set_session_cookie(request, answer, cookie)
    return answer


@router.post("/logout")
def logout(request: Request, cookie: Annotated[str, Cookie(alias=COOKIE)] = "") -> Response:
    """End the session."""
    log_out(request.app.state.engine, cookie)
    answer = RedirectResponse("/login", HTTPStatus.SEE_OTHER)
    answer.delete_cookie(COOKIE)
    return answer


def own_path(wanted: str) -> str:
    """Return a path of this server; anything that could lead elsewhere becomes the map."""
    is_own = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if is_own and wanted.isprintable() else _HOME
