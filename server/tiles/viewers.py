"""Who asks for tiles, remembered for moments: a map asks forty times at once."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine
from starlette.requests import Request

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.store.drawn_changes import Viewer
from geodata.store.queries.divisions import get_division
from geodata.store.session import reading
from geodata.store.tiles import town_of
from server.auth import current_actor

ACCESS_CHANNEL: Final = "fugai_access"
"""What PostgreSQL notifies on when a login, a token or an account ends or changes."""

Shown = tuple[bytes, bytes, str | None]
"""What a request shows: ``Authorization``, ``Cookie``, and the district that it names."""

_REMEMBERED_S: Final = 5
_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody asks to see.

    Attributes:
        scope: What cuts rows: the actor's, or a district of it.
        viewer: Whose changes count.
        actor_scope: All that the actor may see.
    """

    scope: Scope
    viewer: Viewer
    actor_scope: Scope


class Viewers:
    """Sights by what a request shows to prove who asks; forgotten whenever access changes."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._known: OrderedDict[Shown, tuple[float, Sight]] = OrderedDict()

    def forget(self) -> None:
        """Ask anew for everybody."""
        self._known.clear()

    def known(self, shown: Shown) -> Sight | None:
        """Return the sight of who showed the same moments ago."""
        found = self._known.get(shown)
        if found is None or found[0] < time.monotonic():
            return None
        return found[1]

    def find(self, shown: Shown, request: Request) -> Sight:
        """Find out who asks, by the database.

        Raises:
            DomainError: ``auth.login_required``; ``division.not_found`` for a district outside
                the scope.
        """
        sight = sight_of(request)
        while len(self._known) >= _MOST:
            self._known.popitem(last=False)
        self._known[shown] = (time.monotonic() + _REMEMBERED_S, sight)
        return sight


def sight_of(request: Request) -> Sight:
    """Return what the actor of a request sees, narrowed to the ``district`` it asks for.

    Raises:
        DomainError: See `Viewers.find`.
    """
    actor = current_actor(request)
    return narrowed(request.app.state.engine, actor.scope, request.query_params.get("district"))


def narrowed(engine: Engine, scope: Scope, district: str | None) -> Sight:
    """Return what a scope sees of a district, of all its districts for ``None``.

    Raises:
        DomainError: ``division.not_found`` where it sees no such district.
    """
    actor_scope = scope
    with reading(engine, scope) as session:
        if district is not None:
            found = get_division(session, scope, district)
            if found.kind is not DivisionKind.DISTRICT:
                raise DomainError("division.not_found", division=district[:100])
            if scope.kind is None:
                scope = Scope(DivisionKind.DISTRICT, found.code)
        return Sight(scope, Viewer(*town_of(session, scope)), actor_scope)
