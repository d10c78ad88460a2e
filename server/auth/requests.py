"""What a route asks for: who is asking, and a session to read with."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from typing import Annotated, Final

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from geodata.domain.access import OFF_THE_GROUND, WRITING_ROLES, Role
from geodata.domain.errors import DomainError
from geodata.store.session import reading
from server.auth.actor import ACCOUNT, Actor
from server.auth.sessions import COOKIE, actor_by_cookie, actor_by_token
from server.methods import SAFE_METHODS
from server.replica import engine_to_read

_OFF_THE_GROUND: Final = ("/account", "/api/account", "/audit", "/api/audit", "/api/me", "/docs")
"""Where those may go who see no site; each route there asks for its role itself."""
_OWN_ACCOUNT: Final = (ACCOUNT + "/", "/api/account/", "/api/me")
"""Where those may go who have to set up a second factor: theirs, and not that of others."""


def current_actor(request: Request) -> Actor:
    """Return who is asking: by a token in ``Authorization``, else by the session's cookie.

    Raises:
        DomainError: ``auth.login_required``; ``auth.token_reads``; ``auth.off_the_ground`` for
            those who see no site, with the page of their own; ``auth.code_required`` for those
            who have to set up a second factor.
    """
    state = request.app.state
    cookie = request.cookies.get(COOKIE)
    is_writing = request.method not in SAFE_METHODS
    token = _token_shown(request.headers.get("authorization", ""), is_writing=is_writing)
    actor = None
    if token is not None:
        actor = actor_by_token(state.engine, token, writes=is_writing)
    elif cookie:
        actor = actor_by_cookie(state.engine, cookie, state.settings)
    if actor is None:
        raise DomainError("auth.login_required")
    if actor.lacks_code and not f"{request.url.path}/".startswith(_OWN_ACCOUNT):
        raise DomainError("auth.code_required", home=ACCOUNT)
    if actor.role in OFF_THE_GROUND and not request.url.path.startswith(_OFF_THE_GROUND):
        raise DomainError("auth.off_the_ground", home=actor.home)
    return actor


def _token_shown(header: str, *, is_writing: bool) -> str | None:
    """Return the token of an ``Authorization`` header, ``None`` where it has none.

    Programs that know no bearer (QGIS up to 3.22, Excel) show it as the password of ``Basic``, the
    user name being anything; to read only, since browsers send ``Basic`` unasked.
    """
    scheme, _, shown = header.partition(" ")
    match scheme.lower():
        case "bearer":
            return shown.strip()
        case "basic" if not is_writing:
            with suppress(ValueError):
                return b64decode(shown.strip(), validate=True).decode().partition(":")[2]
    return None


def only(roles: Collection[Role]) -> Callable[[Actor], Actor]:
    """Return what a route depends on that is for some roles alone.

    It returns who is asking, or raises ``auth.forbidden``.
    """

    def allowed(actor: Annotated[Actor, Depends(current_actor)]) -> Actor:
        if actor.role not in roles:
            raise DomainError("auth.forbidden", role=actor.role.value)
        return actor

    return allowed


writing_actor = only(WRITING_ROLES)
"""Returns who is asking, if the role may change the ledger."""

CurrentActor = Annotated[Actor, Depends(current_actor)]


def reading_session(request: Request, actor: CurrentActor) -> Iterator[Session]:
    """Yield a session that cannot write, nor read beyond the actor's scope."""
    with reading(engine_to_read(request), actor.scope) as session:
        yield session


WritingActor = Annotated[Actor, Depends(writing_actor)]
ReadingSession = Annotated[Session, Depends(reading_session, scope="function")]
