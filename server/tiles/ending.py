"""Ends a task of the event loop for certain."""

from __future__ import annotations

import asyncio
from typing import Any, Final

_AGAIN_S: Final = 0.5


async def end(task: asyncio.Task[Any]) -> None:
    """Cancel a task until it is over.

    Before Python 3.12 ``asyncio.wait_for``, which waits for the database too, may lose a
    cancellation that comes as its wait ends: who asks once only would then wait for ever.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_AGAIN_S)
