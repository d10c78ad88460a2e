"""Clears away tiles that lie as files and that nobody can ask for any more."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from server.tiles.ending import end
from server.tiles.kept import Folder

_EVERY_S: Final = 3600
_KEPT_S: Final = 86_400
"""A tile that still holds is written again when it is asked for after this time."""

_LOG: Final = logging.getLogger("fugai")


@asynccontextmanager
async def sweeping(folder: Folder | None) -> AsyncIterator[None]:
    """Sweep a folder now and every hour for as long as the block runs."""
    task = None if folder is None else asyncio.create_task(_sweep(folder))
    yield
    if task is not None:
        await end(task)


async def _sweep(folder: Folder) -> None:
    while True:
        try:
            await asyncio.to_thread(folder.sweep, time.time() - _KEPT_S)
        except OSError as error:
            _LOG.warning("tiles could not be cleared away: %s", error)
        await asyncio.sleep(_EVERY_S)
