"""Who asks for tiles, remembered for moments: a map asks forty times at once."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from math import inf
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
_RENEWED_S: Final = 3
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
        self._asking: dict[Shown, asyncio.Task[Sight]] = {}

    def forget(self) -> None:
        """Ask anew for everybody; what is being asked already counts for who asked."""
        self._known.clear()
        self._asking.clear()

    async def find(self, shown: Shown, request: Request) -> Sight:
        """Find out who asks: as moments ago, else by the database, once for all who ask at once.

        Who keeps asking is looked up again before the moment is over, and waits for nothing.

        Raises:
            DomainError: ``auth.login_required``; ``division.not_found`` for a district outside
                the scope.
        """
        asked_at, sight = self._known.get(shown, (-inf, None))
        age = time.monotonic() - asked_at
        if sight is not None and age < _RENEWED_S:
            return sight
        asking = self._asking.get(shown)
        if asking is None:
            asking = self._asking[shown] = asyncio.create_task(self._ask(shown, request))
            asking.add_done_callback(_heard)
        # Whoever goes away meanwhile takes the answer from nobody.
        return sight if sight is not None and age < _REMEMBERED_S else await asyncio.shield(asking)

    async def _ask(self, shown: Shown, request: Request) -> Sight:
        this = asyncio.current_task()
        try:
            sight = await asyncio.to_thread(sight_of, request)
        except DomainError:
            self._known.pop(shown, None)
            raise
        finally:
            # Else access has changed since, and the answer may be old.
            is_good = self._asking.get(shown) is this
            if is_good:
                del self._asking[shown]
        if is_good:
            while len(self._known) >= _MOST:
                self._known.popitem(last=False)
            self._known[shown] = (time.monotonic(), sight)
        return sight


def _heard(asking: asyncio.Task[Sight]) -> None:
    """Take note of a failure, which those who wait are told; nobody may be waiting."""
    if not asking.cancelled():
        asking.exception()


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
