"""Days other than today, drawn for those who look at them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from datetime import date
from math import inf
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from geodata.store.tiles import draw_past_day

_STAYS_S: Final = 5
"""After this a day may have been forgotten, and is asked for again."""
_MOST_DAYS: Final = 1000
_LOG: Final = logging.getLogger("fugai")


class PastDays:
    """What one event loop knows of days that are drawn besides today.

    Args:
        engine: To draw them by.
    """

    def __init__(self, engine: Engine) -> None:
        """Know of none."""
        self._engine = engine
        self._locks = defaultdict[date, asyncio.Lock](asyncio.Lock)
        self._seen: dict[date, float] = {}

    async def show(self, day: date) -> None:
        """Have sites drawn as of a day, where that can be done; whoever asks at once waits for it.

        Where it cannot, each tile is worked out from the whole ledger: as right, only slow.
        """
        async with self._locks[day]:
            if time.monotonic() - self._seen.get(day, -inf) < _STAYS_S:
                return
            try:
                await asyncio.to_thread(draw_past_day, self._engine, day)
            except DBAPIError as error:
                _LOG.warning("tiles: %s could not be drawn: %s", day, type(error.orig).__name__)
            if len(self._seen) > _MOST_DAYS:
                self._seen.clear()
                self._locks.clear()
            self._seen[day] = time.monotonic()
