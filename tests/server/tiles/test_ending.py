"""A task that loses a cancellation is ended all the same."""

from __future__ import annotations

import asyncio

from server.tiles.ending import end
from tests.loops import run_apart


def test_a_cancellation_that_is_lost_is_asked_for_again() -> None:
    asked: list[bool] = []

    async def deaf() -> None:
        while len(asked) < 2:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                asked.append(True)

    async def ended() -> bool:
        task = asyncio.create_task(deaf())
        await asyncio.sleep(0)
        await end(task)
        return task.done()

    assert run_apart(ended)
    assert len(asked) == 2
