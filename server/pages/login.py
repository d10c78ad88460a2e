"""The login page, and the one that asks for a code after it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Cookie, Form, Request, Response
from fastapi.responses import RedirectResponse

from geodata.domain.errors import DomainError
from server.api.login import (
    WAITING,
    WORD,
    WORD_PATH,
    origin_of,
    set_session_cookie,
    set_waiting_cookie,
)
from server.auth import COOKIE, log_in, log_out
from server.auth.logins import log_in_with_code
from server.auth.provider import end
from server.errors import STATUS
from server.i18n import language_of, sentence
from server.pages.render import page
from server.settings import address_of

router = APIRouter()

_HOME = "/map"
Waiting = Annotated[str, Cookie(alias=WAITING)]


@router.get("/login")
def login_page(request: Request, next: str = _HOME) -> Response:  # noqa: A002 - as browsers know it
    """Show the form."""
    return _form(request, next)


@router.post("/login")
def login(
    request: Request,
    username: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=1000)],
    next: Annotated[str, Form()] = _HOME,  # noqa: A002 - as browsers know it
) -> Response:
    """Open a session and go on to where the user wanted to be, or to where a code is asked for."""
    state = request.app.state
    try:
        entry = log_in(
            state.engine,
            username,
            password,
            settings=state.settings,
            origin=origin_of(request),
        )
    except DomainError as refusal:
        return refused(request, refusal, next, username)
    if entry.awaits_code:
        answer = _form(request, next, awaits_code=True)
        set_waiting_cookie(request, answer, entry.cookie)
        return answer
    return opened(request, entry.cookie, next)


@router.post("/login/code")
def code_after_password(
    request: Request,
    code: Annotated[str, Form(max_length=20)],
    next: Annotated[str, Form()] = _HOME,  # noqa: A002 - as browsers know it
    waiting: Waiting = "",
) -> Response:
    """Open a session of whom has shown a password, and now the code."""
    state = request.app.state
    try:
        cookie = log_in_with_code(
            state.engine, waiting, code, settings=state.settings, origin=origin_of(request)
        )
    except DomainError as refusal:
        return refused(request, refusal, next, awaits_code=refusal.code == "auth.code_wrong")
    return opened(request, cookie, next)


@router.post(WORD_PATH)
def logout(
    request: Request,
    cookie: Annotated[str, Cookie(alias=COOKIE)] = "",
    word: Annotated[str, Cookie(alias=WORD)] = "",
) -> Response:
    """End the session, and that of the provider that vouched: on a shared PC neither may stay."""
    log_out(request.app.state.engine, cookie)
    provider, address = request.app.state.settings.provider, "/login"
    if provider is not None and word:
        address = end(provider, word, address_of(request) + address) or address
    answer = RedirectResponse(address, HTTPStatus.SEE_OTHER)
    answer.delete_cookie(COOKIE)
    answer.delete_cookie(WORD, path=WORD_PATH)
    return answer


def refused(
    request: Request,
    refusal: DomainError,
    wanted: str,
    username: str = "",
    *,
    awaits_code: bool = False,
) -> Response:
    """Return the form once more, with what is wrong."""
    said = sentence(refusal.code, refusal.facts, language_of(request))
    status = STATUS.get(refusal.code, HTTPStatus.UNAUTHORIZED)
    return _form(request, wanted, said, username, status=status, awaits_code=awaits_code)


def opened(request: Request, cookie: str, wanted: str) -> Response:
    """Lead on to where somebody wanted to be, with the cookie of a new session."""
    answer = RedirectResponse(own_path(wanted), HTTPStatus.SEE_OTHER)
    set_session_cookie(request, answer, cookie)
    answer.delete_cookie(WAITING)
    return answer


def own_path(wanted: str) -> str:
    """Return a path of this server; anything that could lead elsewhere becomes the map."""
    is_own = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if is_own and wanted.isprintable() else _HOME


def _form(
    request: Request,
    wanted: str,
    problem: str | None = None,
    username: str = "",
    *,
    status: int = HTTPStatus.OK,
    awaits_code: bool = False,
) -> Response:
    return page(
        request,
        "login.html",
        status=status,
        next=own_path(wanted),
        problem=problem,
        username=username,
        awaits_code=awaits_code,
        provider=request.app.state.settings.provider,
    )
