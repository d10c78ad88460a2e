"""Sites with where they stand, as vector files carry them, of any day."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.store.queries.state import SiteFilter, filtered, site_row_on, site_state
from geodata.store.tables import Division

_FROM_STATE: Final = (
    "site_id",
    "external_id",
    "name",
    "address",
    "category",
    "ticked_types",
    "effective_types",
    "is_covered",
    "inspection_status",
    "company",
    "buildings",
    "households",
    "floor_area_m2",
    "subsidised",
    "town_code",
)
_FROM_ROW: Final = (
    "service_star",
    "built_year",
    "occupied_households",
    "fee_min_yuan",
    "fee_max_yuan",
    "owners_committee",
    "maintenance_fund",
    "utility_handover",
    "phone",
    "note",
)


def sites_with_shapes(
    session: Session, scope: Scope, wanted: SiteFilter, *, on: date
) -> list[tuple[dict[str, Any], BaseGeometry | None]]:
    """Return the sites that a filter keeps, in official order, phones included.

    Args:
        session: A reading session.
        scope: The actor's.
        wanted: The filter.
        on: The day.

    Returns:
        For each its columns, with ``town`` and ``neighbourhood`` by name; and its boundary, else
        its point, else nothing (EPSG:4490).
    """
    state = site_state(on)
    names = ("id", *_FROM_ROW)
    row = site_row_on(on, names)
    town, neighbourhood = Division.__table__.alias("t"), Division.__table__.alias("n")
    statement = (
        select(
            *(state.c[name] for name in _FROM_STATE),
            *(row.c[name] for name in _FROM_ROW),
            town.c.name.label("town"),
            neighbourhood.c.name.label("neighbourhood"),
            func.st_asbinary(func.coalesce(state.c.geom, state.c.point)).label("shape"),
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
    found = []
    for one in session.execute(filtered(statement, state, scope, wanted)).mappings():
        values = dict(one)
        wkb = values.pop("shape")
        found.append((values, None if wkb is None else shapely.from_wkb(bytes(wkb))))
    return found
