"""The ledger as the official form states it, of any day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.category import Category
from geodata.domain.management import ManagementType
from geodata.domain.site import Place, ServiceStar, SiteDraft
from geodata.store.queries.state import SiteFilter, filtered, site_row_on, site_state
from geodata.store.tables import Division

_TEXTS: Final = ("address", "company", "project_manager", "note")
_COUNTS: Final = ("built_year", "buildings", "households", "occupied_households")
_DECIMALS: Final = ("floor_area_m2", "fee_min_yuan", "fee_max_yuan")
_SWITCHES: Final = ("subsidised", "owners_committee", "maintenance_fund", "utility_handover")
_NOWHERE: Final = Place("", None, 0)


def ledger_rows(session: Session, scope: Scope, wanted: SiteFilter, *, on: date) -> list[SiteDraft]:
    """Return the rows of the ledger as drafts, in official order, phones included.

    Args:
        session: A reading session.
        scope: The actor's.
        wanted: Sites to tell.
        on: The day whose ledger is told; the ticks are those in force then.
    """
    return list(drafts_by_site(session, scope, wanted, on=on).values())


def drafts_by_site(
    session: Session,
    scope: Scope,
    wanted: SiteFilter,
    *,
    on: date,
    only: Collection[int] | None = None,
) -> dict[int, SiteDraft]:
    """Return the same by id of the site; ``only`` names the sites to tell, ``None`` for all."""
    state = site_state(on)
    names = ("id", "service_star", "phone", *_TEXTS, *_COUNTS, *_DECIMALS, *_SWITCHES)
    row = site_row_on(on, names)
    town, neighbourhood = Division.__table__.alias("t"), Division.__table__.alias("n")
    statement = (
        select(
            state.c.site_id,
            state.c.name,
            state.c.category,
            state.c.ticked_types,
            *(row.c[name] for name in names if name != "id"),
            town.c.name.label("town"),
            neighbourhood.c.name.label("neighbourhood"),
        )
        .select_from(state)
        .join(row, row.c.id == state.c.site_id)
        .join(town, town.c.code == state.c.town_code)
        .outerjoin(neighbourhood, neighbourhood.c.code == state.c.neighbourhood_code)
        .order_by(
            state.c.district_code,
            town.c.sort_order,
            neighbourhood.c.sort_order.nulls_last(),
            state.c.site_id,
        )
    )
    if only is not None:
        statement = statement.where(state.c.site_id.in_(only))
    found = session.execute(filtered(statement, state, scope, wanted)).mappings()
    return {one["site_id"]: _draft(dict(one)) for one in found}


def _draft(row: Mapping[str, Any]) -> SiteDraft:
    category, star = row["category"], row["service_star"]
    values: dict[str, Any] = {name: row[name] for name in (*_TEXTS, *_COUNTS, *_SWITCHES)}
    values |= {name: None if row[name] is None else float(row[name]) for name in _DECIMALS}
    return SiteDraft(
        place=_NOWHERE,
        name=row["name"],
        town=row["town"],
        neighbourhood=row["neighbourhood"],
        category=None if category is None else Category(category),
        ticked_types=frozenset(ManagementType(one) for one in row["ticked_types"]),
        service_star=None if star is None else ServiceStar(star),
        phone=row["phone"],
        **values,
    )
