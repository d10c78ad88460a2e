"""How coverage went, month by month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.vocabulary import Language
from geodata.store.queries.coverage_table import Breakdown, CoverageRow, coverage_table
from geodata.store.queries.state import SiteFilter

_ANY = Breakdown.CATEGORY
"""Only the total is wanted; it is the same however the rows are cut."""


def coverage_trend(
    session: Session,
    scope: Scope,
    wanted: SiteFilter,
    *,
    on: date,
    months: int,
    language: Language = "zh",
) -> list[tuple[date, CoverageRow]]:
    """Return the total at the end of each of the last months, and on the day itself.

    Args:
        session: A reading session.
        scope: The actor's.
        wanted: Sites to count.
        on: The last day.
        months: How many ends of months before it.
        language: Of the labels.
    """
    return [
        (
            day,
            coverage_table(session, scope, by=_ANY, on=day, wanted=wanted, language=language).total,
        )
        for day in reversed([on, *_month_ends(on, months)])
    ]


def _month_ends(on: date, months: int) -> Iterator[date]:
    day = on
    for _ in range(months):
        day = day.replace(day=1) - timedelta(days=1)
        yield day
