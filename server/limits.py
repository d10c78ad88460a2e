"""How much one login may ask for at once: uploads, exports and tiles each have a measure.

Each process counts for itself; a login that reaches all of several may have as many times as much.
Logins themselves are counted in the database (`server.auth.tries`).
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers
from starlette.requests import Request

from geodata.domain.errors import DomainError
from server.errors import problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_MOST_ASKERS: Final = 20_000
_FILES: Final = re.compile(
    r"\.(xlsx|xls|docx|pdf|png|zip|gpkg|fgb|shp|kml|csv|html|gpx|ics)$|^/export/|/items$"
)


@dataclass(frozen=True, slots=True)
class Measure:
    """A bucket that fills steadily: ``most`` at once, then so many a second."""

    most: int
    per_s: float


MEASURES: Final = {
    "uploads": Measure(120, 2),
    "exports": Measure(60, 1),
    "tiles": Measure(6_000, 400),
}
"""A day's photos of a phone, a clerk's exports, and a map that is dragged about all fit in."""


class LimitMiddleware:
    """Refuses with 429 what one asker asks for too often.

    Args:
        app: The next application.
        clock: Seconds that only grow.
    """

    def __init__(self, app: ASGIApp, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nobody."""
        self._app = app
        self._clock = clock
        self._left: OrderedDict[tuple[str, bytes], tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        kind = kind_of(scope) if scope["type"] == "http" else None
        waits = 0.0 if kind is None else self._take(kind, _asker(scope))
        if kind is None or waits == 0:
            await self._app(scope, receive, send)
            return
        refusal = DomainError("request.too_many", seconds=ceil(waits))
        answer = problem(Request(scope), refusal)
        answer.headers["Retry-After"] = str(ceil(waits))
        await answer(scope, receive, send)

    def _take(self, kind: str, asker: bytes) -> float:
        """Take one of a measure; return how long to wait for it, 0 for not at all."""
        measure, now, key = MEASURES[kind], self._clock(), (kind, asker)
        left, at = self._left.pop(key, (float(measure.most), now))
        left = min(measure.most, left + (now - at) * measure.per_s)
        is_there = left >= 1
        self._left[key] = (left - 1 if is_there else left, now)
        while len(self._left) > _MOST_ASKERS:
            self._left.popitem(last=False)
        return 0.0 if is_there else (1 - left) / measure.per_s


def kind_of(scope: Scope) -> str | None:
    """Return which measure a request is counted by, ``None`` for none."""
    path: str = scope["path"]
    if scope["method"] in ("POST", "PUT"):
        kind = Headers(scope=scope).get("content-type", "")
        return "uploads" if kind.startswith("multipart/") else None
    if path.startswith("/tiles/") or "/tiles/" in path:
        return "tiles"
    is_own = path.startswith("/assets/")
    return "exports" if not is_own and _FILES.search(path) else None


def _asker(scope: Scope) -> bytes:
    """Return who asks: a login or token where one is shown, with the address."""
    headers = Headers(scope=scope)
    shown = headers.get("authorization", "") + headers.get("cookie", "")
    address = scope["client"][0] if scope.get("client") else ""
    return sha256(f"{address}\0{shown}".encode()).digest()
