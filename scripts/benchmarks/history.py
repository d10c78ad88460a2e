"""What the past costs: figures of today, of a past day, and the difference of two days.

Today's table is the yardstick: the past is kept by versions and rebuilt when asked for, and the
ratios say what that takes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from statistics import median
from typing import Any, Final

from sqlalchemy import Engine, func, select

from geodata.domain.access import Scope
from geodata.domain.period import last_month_end, today
from geodata.store.queries.changes import ledger_changes
from geodata.store.queries.coverage_table import Breakdown, coverage_table
from geodata.store.queries.drawn import DRAWN_DECIMALS, sites_geojson
from geodata.store.queries.lapses import count_lapses
from geodata.store.queries.state import SiteFilter
from geodata.store.session import reading
from geodata.store.tables import SiteVersion

_ROUNDS: Final = 7
_LONG_AGO_DAYS: Final = 365
_EVERYTHING: Final = Scope.everything()


def measure(engine: Engine, district: str) -> dict[str, Any]:
    """Return figures in seconds, and the ratios of the past to today.

    Args:
        engine: Of a database that holds the district.
        district: Its code.
    """
    wanted, now = SiteFilter(district=district), today()
    days = {
        "today": now,
        "last_month": last_month_end(now),
        "a_year_ago": now - timedelta(days=_LONG_AGO_DAYS),
    }
    with reading(engine) as session:

        def table(on: date) -> Any:  # noqa: ANN401
            return coverage_table(session, _EVERYTHING, by=Breakdown.TOWN, on=on, wanted=wanted)

        def difference(first: date) -> Any:  # noqa: ANN401
            return ledger_changes(session, _EVERYTHING, wanted, day_from=first, day_to=now)

        def drawn(on: date) -> bytes:
            return sites_geojson(session, _EVERYTHING, wanted, on=on, decimals=DRAWN_DECIMALS)

        figures: dict[str, Any] = {
            "sites": int(table(now).total.rate().whole),
            "versions": session.scalar(select(func.count()).select_from(SiteVersion)),
        }
        for name, on in days.items():
            figures[f"coverage_{name}_s"] = _timed(table, on)
            figures[f"map_{name}_s"] = _timed(drawn, on)
        for name, on in list(days.items())[1:]:
            figures[f"changed_sites_since_{name}"] = len(difference(on).changes)
            figures[f"difference_since_{name}_s"] = _timed(difference, on)
        figures["lapses_s"] = _timed(
            lambda on: count_lapses(session, _EVERYTHING, wanted, on=on), now
        )
    for what in ("coverage", "map"):
        for name in list(days)[1:]:
            ratio = figures[f"{what}_{name}_s"] / figures[f"{what}_today_s"]
            figures[f"{what}_{name}_to_today"] = round(ratio, 2)
    return figures


def _timed(act: Callable[[date], object], on: date) -> float:
    times = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        act(on)
        times.append(time.perf_counter() - began)
    return round(median(times), 4)
