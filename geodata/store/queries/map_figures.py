"""The figures beside a map, in rows of sites that are alike in everything that is counted by."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, case, column, func, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.category import Category
from geodata.domain.division import DivisionKind
from geodata.domain.indicator import Denominator
from geodata.store.queries.divisions import Bounds, in_scope
from geodata.store.queries.sites import with_names
from geodata.store.queries.state import SiteFilter, filtered, site_state, within
from geodata.store.tables import Division, Site

_AMOUNTS: Final = tuple(one.value for one in Denominator if one is not Denominator.SITES)
COLUMNS: Final = (
    *("town", "category", "effective_types", "inspection_status"),
    *("covered", "market_covered", "verified", "sites", "points", "unplaced", *_AMOUNTS),
)
"""What is counted by, then what is counted: ``points`` are sites known by a point alone,
``unplaced`` those known by nothing; amounts leave out what is unreported."""


def map_figures(session: Session, scope: Scope, district: str, *, on: date) -> dict[str, list[Any]]:
    """Return the figures of a district by column, as long as there are kinds of sites.

    ``effective_types`` joins keys by commas and is empty where none is reported.

    Args:
        session: A reading session.
        scope: The actor's.
        district: Code of a district.
        on: The day.
    """
    state = site_state(on)
    c = state.c
    keys: list[ColumnElement[Any]] = [
        c.town_code.label("town"),
        c.category,
        func.array_to_string(c.effective_types, ",").label("effective_types"),
        c.inspection_status,
        c.is_covered.label("covered"),
        c.is_market_covered.label("market_covered"),
        c.is_verified.label("verified"),
    ]
    is_dot = c.geom.is_(None)
    sums = [
        func.count().label("sites"),
        func.count().filter(is_dot, c.point.is_not(None)).label("points"),
        func.count().filter(is_dot, c.point.is_(None)).label("unplaced"),
        *(func.coalesce(func.sum(c[name]), 0).label(name) for name in _AMOUNTS),
    ]
    statement = select(*keys, *sums).select_from(state).group_by(*keys)
    statement = filtered(statement, state, scope, SiteFilter(district=district))
    rows = session.execute(statement.order_by(*keys)).all()
    return {name: [_plain(row[at]) for row in rows] for at, name in enumerate(COLUMNS)}


def _plain(value: Any) -> Any:  # noqa: ANN401 - a key, a count or a Decimal, as PostgreSQL adds up
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == int(value) else float(value)


def sites_before(session: Session, scope: Scope, district: str, *, on: date) -> dict[str, int]:
    """Return the number of sites at the end of the month before a day, by code of town."""
    names = tuple(f"{kind.value}_code" for kind in DivisionKind)
    last_month = on.replace(day=1) - timedelta(days=1)
    rows = func.site_as_of(last_month).table_valued(*(column(one, Text) for one in names))
    then = rows.alias("then")
    statement = (
        select(then.c.town_code, func.count())
        .select_from(then)
        .where(then.c.district_code == district, within(scope, then))
        .group_by(then.c.town_code)
    )
    return {town: count for town, count in session.execute(statement)}  # noqa: C416 - rows


def town_extents(session: Session, scope: Scope, district: str, *, on: date) -> dict[str, Bounds]:
    """Return where the sites of towns lie whose border nobody knows, by code of town (degrees)."""
    bare = select(Division.code).where(
        Division.district_code == district,
        Division.kind == DivisionKind.TOWN,
        Division.geom.is_(None),
        in_scope(scope),
    )
    if session.scalar(bare.limit(1)) is None:
        return {}
    state = site_state(on)
    box = func.st_extent(func.coalesce(state.c.geom, state.c.point))
    sides = (func.st_xmin(box), func.st_ymin(box), func.st_xmax(box), func.st_ymax(box))
    statement = filtered(
        select(state.c.town_code, *sides).select_from(state),
        state,
        scope,
        SiteFilter(district=district),
    )
    rows = session.execute(statement.where(state.c.town_code.in_(bare)).group_by(state.c.town_code))
    return {town: (w, s, e, n) for town, w, s, e, n in rows if w is not None}


def map_gaps(
    session: Session, scope: Scope, wanted: SiteFilter, *, on: date, offset: int, limit: int
) -> list[Any]:
    """Return some uncovered sites: standalone buildings first, then the longest uncovered.

    Args:
        session: A reading session.
        scope: The actor's.
        wanted: What else to keep.
        on: The day.
        offset: How many to pass over.
        limit: How many to return at most.
    """
    state = site_state(on)
    is_standalone = state.c.category == Category.STANDALONE_BUILDING.value
    rank = case((is_standalone, 0), else_=1)
    statement = filtered(with_names(state), state, scope, wanted)
    statement = statement.where(~state.c.is_covered).order_by(
        rank, state.c.uncovered_since.nulls_last(), state.c.site_id
    )
    return list(session.execute(statement.offset(offset).limit(limit)).mappings())


def count_listed(session: Session, scope: Scope, district: str) -> int:
    """Return the number of sites of a district that are in the ledger now."""
    statement = select(func.count()).where(
        Site.district_code == district, Site.delisted_on.is_(None), within(scope, Site)
    )
    return session.scalar(statement) or 0
