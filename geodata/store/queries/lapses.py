"""新增失管: sites that were covered while they were listed and are not any more (S39)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, RowMapping, Text, cast, func, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.store.queries.sites import with_names
from geodata.store.queries.state import SiteFilter, filtered, site_state
from geodata.store.tables import ManagementArrangement


@dataclass(frozen=True, slots=True)
class Lapse:
    """One site that lost its last cover.

    Attributes:
        site: Its row of `site_state`, with names as in `SitePage`.
        lost_on: First day without cover.
        days: Days since, the first one included as zero.
        ended: What ended the day before: management type and company; nothing where it was a
            subsidy that ended, or where the site came back into the ledger without cover.
    """

    site: RowMapping
    lost_on: date
    days: int
    ended: list[Mapping[str, Any]]


def find_lapses(
    session: Session,
    scope: Scope,
    wanted: SiteFilter,
    *,
    on: date,
    since: date | None = None,
    limit: int = 1000,
    skip: int = 0,
) -> list[Lapse]:
    """Return the sites that had lost their cover by a day, the latest first.

    Derived from arrangements and versions each time; nothing is stored.

    Args:
        session: A reading session.
        scope: The actor's.
        wanted: Sites to tell.
        on: The day.
        since: Only what was lost on this day or later.
        limit: Rows at most.
        skip: Rows to leave out first.
    """
    state = site_state(on)
    statement = filtered(with_names(state), state, scope, wanted).where(_is_lapsed(state, since))
    statement = statement.order_by(state.c.lapsed_on.desc(), state.c.site_id)
    rows = list(session.execute(statement.limit(limit).offset(skip)).mappings())
    ended = _ended(session, {row["site_id"]: row["lapsed_on"] for row in rows})
    return [
        Lapse(row, row["lapsed_on"], (on - row["lapsed_on"]).days, ended.get(row["site_id"], []))
        for row in rows
    ]


def count_lapses(
    session: Session, scope: Scope, wanted: SiteFilter, *, on: date, since: date | None = None
) -> int:
    """Return how many sites had lost their cover by a day; as `find_lapses`."""
    state = site_state(on)
    statement = select(func.count()).select_from(state).where(_is_lapsed(state, since))
    return session.scalar(filtered(statement, state, scope, wanted)) or 0


def _is_lapsed(state: Any, since: date | None) -> Any:  # noqa: ANN401 - SQL expressions
    lapsed_on = state.c.lapsed_on
    return lapsed_on.is_not(None) if since is None else lapsed_on >= since


def _ended(session: Session, lost: Mapping[int, date]) -> dict[int, list[Mapping[str, Any]]]:
    a = ManagementArrangement
    counts = func.is_covered(func.array_append(cast([], ARRAY(Text)), a.management_type))
    rows = session.execute(
        select(a.site_id, a.management_type, a.company, a.ends_on)
        .where(a.site_id.in_(lost), a.ends_on.is_not(None), counts)
        .order_by(a.id)
    )
    found: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        if (lost[row.site_id] - row.ends_on).days == 1:
            ended = {"management_type": row.management_type, "company": row.company}
            found.setdefault(row.site_id, []).append(ended)
    return found
