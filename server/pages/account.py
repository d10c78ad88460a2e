"""One's own account."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from geodata.domain.password import LEAST_KINDS, LEAST_LETTERS
from server.api.account import OwnCookie
from server.auth import CurrentActor, ReadingSession
from server.auth.own_sessions import sessions_of
from server.auth.second_factor import code_since
from server.pages.render import page

router = APIRouter()


@router.get("/account")
def account_page(
    request: Request, actor: CurrentActor, session: ReadingSession, cookie: OwnCookie = None
) -> Response:
    """Show where one is logged in, and let the password be changed."""
    return page(
        request,
        "account.html",
        active="account",
        actor=actor,
        code_since=code_since(session, actor.username),
        sessions=sessions_of(session, actor.username, cookie),
        least=LEAST_LETTERS,
        kinds=LEAST_KINDS,
    )
