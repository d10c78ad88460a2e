"""The whole ledger of a district as one lean table for the browser, of any day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.completeness import COLUMNS_ASKED, missing_fields
from geodata.domain.period import today
from geodata.store.queries.hanging import overdue_by_site, told_slots_by_site
from geodata.store.queries.state import SiteFilter, filtered, site_row_on, site_state, within
from geodata.store.tables import Division, Site

_OF_STATE: Final = (
    *("site_id", "external_id", "name", "address", "town_code", "neighbourhood_code", "category"),
    *("ticked_types", "effective_types", "subsidised", "is_covered", "uncovered_since"),
    *("inspection_status", "households", "buildings", "floor_area_m2", "company"),
)
_OF_SITE: Final = ("row_version", "service_star", "built_year", "occupied_households")
_SEEN_ONLY: Final = tuple(name for name in COLUMNS_ASKED if name not in (*_OF_STATE, *_OF_SITE))
"""Columns that completeness is told from and that do not leave."""

COLUMNS: Final = (*_OF_STATE, *_OF_SITE, "missing", "told_slots", "overdue")


def ledger_table(
    session: Session, scope: Scope, wanted: SiteFilter, *, on: date
) -> list[tuple[Any, ...]]:
    """Return a row for each site, with the columns of `COLUMNS`, in official order.

    ``missing`` lists the fields that nobody has filled in, ``told_slots`` counts 四位一体 0-4,
    ``overdue`` counts milestones; no phone is among the columns.

    Args:
        session: A reading session.
        scope: The actor's.
        wanted: Sites to tell.
        on: The day.
    """
    state = site_state(on)
    rows = _row_of(on)
    town, neighbourhood = Division.__table__.alias("t"), Division.__table__.alias("n")
    statement = (
        select(
            *(state.c[name] for name in _OF_STATE),
            *(rows.c[name] for name in (*_OF_SITE, *_SEEN_ONLY)),
        )
        .select_from(state)
        .join(rows, rows.c.id == state.c.site_id)
        .join(town, town.c.code == state.c.town_code)
        .outerjoin(neighbourhood, neighbourhood.c.code == state.c.neighbourhood_code)
        .order_by(
            state.c.district_code,
            town.c.sort_order,
            neighbourhood.c.sort_order.nulls_last(),
            state.c.site_id,
        )
    )
    mine = _site_ids(scope, wanted, on)
    slots = told_slots_by_site(session, mine, on=on)
    overdue = overdue_by_site(session, mine, on=on)
    found = session.execute(filtered(statement, state, scope, wanted)).mappings()
    return [_told(row, slots.get(row["site_id"], 0), overdue[row["site_id"]]) for row in found]


def _row_of(on: date) -> Any:  # noqa: ANN401 - a table or a function's rows, both have `c`
    if on >= today():
        return Site.__table__
    names = ("id", *_OF_SITE, *_SEEN_ONLY)
    return site_row_on(on, names)


def _site_ids(scope: Scope, wanted: SiteFilter, on: date) -> Select[Any]:
    """Select the ids among which contacts and milestones are looked for."""
    is_listed = or_(Site.delisted_on.is_(None), Site.delisted_on > on)
    statement = select(Site.id).where(is_listed)
    if wanted.district is not None:
        statement = statement.where(Site.district_code == wanted.district)
    return statement.where(within(scope, Site))


def _told(row: Mapping[Any, Any], slots: int, overdue: int) -> tuple[Any, ...]:
    values = [row[name] for name in (*_OF_STATE, *_OF_SITE)]
    return (*values, missing_fields(row), slots, overdue)
