"""The sites that have left the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from sqlalchemy import BigInteger, Date, RowMapping, Text, column, func, select
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from geodata.domain.access import Scope
from geodata.store.queries.state import SiteFilter, filtered
from geodata.store.tables import Division

_COLUMNS: Final[dict[str, TypeEngine[Any]]] = {
    "site_id": BigInteger(),
    **dict.fromkeys(("name", "address", "category"), Text()),
    **dict.fromkeys(("district_code", "town_code", "neighbourhood_code"), Text()),
    "left_on": Date(),
    **dict.fromkeys(("reason", "changed_by"), Text()),
}


def find_departures(
    session: Session, scope: Scope, wanted: SiteFilter, *, on: date
) -> Sequence[RowMapping]:
    """Return the sites that had left by a day, the latest first, with the name of their town.

    Args:
        session: A reading session.
        scope: The actor's; a site belongs to where it last lay.
        wanted: By place, category or text; what else it asks is not known of them.
        on: The day.
    """
    known = replace(wanted, management_type=(), inspection_status=(), covered=None, bbox=None)
    columns = [column(name, kind) for name, kind in _COLUMNS.items()]
    gone = func.departures(on).table_valued(*columns).alias("gone")
    town = Division.__table__.alias("t")
    statement = (
        select(*gone.c, town.c.name.label("town_name"))
        .select_from(gone)
        .join(town, town.c.code == gone.c.town_code)
        .order_by(gone.c.left_on.desc(), gone.c.site_id)
    )
    return session.execute(filtered(statement, gone, scope, known)).mappings().all()
