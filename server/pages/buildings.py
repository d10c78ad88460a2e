"""Surveyed buildings by town, beside what the ledger tells."""

from __future__ import annotations

from datetime import date
from functools import reduce
from operator import add

from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from geodata.domain.period import today
from geodata.domain.vocabulary import Language
from geodata.store.queries.divisions import find_divisions
from geodata.store.queries.footprint_figures import FootprintFigures, footprint_figures
from geodata.store.queries.state import SiteFilter
from server.i18n import word

BuildingRow = tuple[str, str | None, FootprintFigures]
"""Name of a town, its code, its figures; no code for what lies in no town and for the total."""


def building_rows(
    session: Session, scope: Scope, wanted: SiteFilter, *, on: date, language: Language
) -> list[BuildingRow] | None:
    """Return the towns that have surveyed buildings in official order, then all together.

    Nothing for any day but today: what stood then, and in which site, nobody kept.

    Args:
        session: A reading session.
        scope: The actor's.
        wanted: District and perhaps town.
        on: The day that is shown.
        language: Of the names that are ours.
    """
    if on != today():
        return None
    figures = footprint_figures(session, scope, wanted, on=on)
    towns = find_divisions(session, scope, kind=DivisionKind.TOWN, district=wanted.district)
    names: dict[str | None, str] = {one.code: one.name for one in towns}
    names[None] = word("buildings.no_town", language)
    rows: list[BuildingRow] = [
        (name, code, figures[code]) for code, name in names.items() if code in figures
    ]
    if len(rows) > 1:
        rows.append((word("buildings.total", language), None, reduce(add, figures.values())))
    return rows
