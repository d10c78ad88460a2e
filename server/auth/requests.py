"""What a route asks for: who is asking, and a session to read with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from geodata.domain.access import WRITING_ROLES
from geodata.domain.errors import DomainError
from geodata.store.session import reading
from server.auth.actor import Actor
from server.auth.sessions import COOKIE, actor_by_cookie, actor_by_token

_BEARER = "bearer "


def current_actor(request: Request) -> Actor:
    """Return who is asking: by ``Authorization: Bearer``, else by the session's cookie.

    Raises:
        DomainError: ``auth.login_required``.
    """
    state = request.app.state
    header = request.headers.get("authorization", "")
    cookie = request.cookies.get(COOKIE)
    actor = None
    if header.lower().startswith(_BEARER):
        actor = actor_by_token(state.engine, header[len(_BEARER) :].strip())
    elif cookie:
        actor = actor_by_cookie(state.engine, cookie, state.settings)
    if actor is None:
        raise DomainError("auth.login_required")
    return actor


def writing_actor(actor: Annotated[Actor, Depends(current_actor)]) -> Actor:
    """Return who is asking, if the role may change the ledger.

    Raises:
        DomainError: ``auth.forbidden``.
    """
    if actor.role not in WRITING_ROLES:
        raise DomainError("auth.forbidden", role=actor.role.value)
    return actor


def reading_session(request: Request) -> Iterator[Session]:
    """Yield a session that cannot write."""
    with reading(request.app.state.engine) as session:
        yield session


CurrentActor = Annotated[Actor, Depends(current_actor)]
WritingActor = Annotated[Actor, Depends(writing_actor)]
ReadingSession = Annotated[Session, Depends(reading_session, scope="function")]
