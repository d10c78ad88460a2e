"""Who is told of changes: one short queue each, so that one who stops reading harms nobody."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from geodata.store.drawn_changes import Viewer

_LONGEST_QUEUE: Final = 64
_BEAT_S: Final = 15


@dataclass(frozen=True)
class Event:
    """One server-sent event: its name, and what is said as JSON."""

    name: str
    said: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def text(self) -> str:
        """The event as it goes over the wire, written once for all who are told."""
        return f"event: {self.name}\ndata: {json.dumps(self.said, ensure_ascii=False)}\n\n"


class Subscribers:
    """Everybody who listens to this process."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._queues: dict[Viewer, set[asyncio.Queue[Event | None]]] = defaultdict(set)

    def viewers(self) -> list[Viewer]:
        """Return whose changes somebody wants to know of."""
        return [viewer for viewer, queues in self._queues.items() if queues]

    @contextmanager
    def joined(self, viewer: Viewer) -> Iterator[asyncio.Queue[Event | None]]:
        """Yield a queue that events for a viewer come into; ``None`` is the end."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue(_LONGEST_QUEUE)
        self._queues[viewer].add(queue)
        try:
            yield queue
        finally:
            self._queues[viewer].discard(queue)

    def tell(self, viewer: Viewer, event: Event) -> None:
        """Tell all who watch as a viewer; who does not keep up starts anew."""
        for queue in self._queues[viewer]:
            _put(queue, event)

    def tell_all(self, event: Event) -> None:
        """Tell everybody."""
        for viewer in self.viewers():
            self.tell(viewer, event)

    def close(self) -> None:
        """Send everybody away: the server stops, or they have to show anew who they are."""
        for queues in self._queues.values():
            for queue in queues:
                _empty(queue)
                queue.put_nowait(None)


async def written(queue: asyncio.Queue[Event | None]) -> AsyncIterator[str]:
    """Yield what comes into a queue as text of a stream, with a sign of life in silence."""
    while True:
        try:
            # No task of its own: under load each turn of the loop counts.
            async with asyncio.timeout(_BEAT_S):
                event = await queue.get()
        except TimeoutError:
            yield ": alive\n\n"
            continue
        if event is None:
            return
        yield event.text


def _put(queue: asyncio.Queue[Event | None], event: Event) -> None:
    if queue.full():
        _empty(queue)
        event = Event("reload")
    queue.put_nowait(event)


def _empty(queue: asyncio.Queue[Event | None]) -> None:
    while not queue.empty():
        queue.get_nowait()
