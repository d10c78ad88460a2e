"""Where the sites of gaps stand, and which sites a filter chooses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Select, any_, cast, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.period import today
from geodata.store.queries.sites import with_names
from geodata.store.queries.state import SiteFilter, filtered, site_state, within
from geodata.store.tables import Site


def chosen_sites(scope: Scope, wanted: SiteFilter) -> Select[Any]:
    """Return the selection of the ids of today's sites in scope that a filter keeps."""
    state = site_state(today())
    return filtered(select(state.c.site_id), state, scope, wanted)


def placed_sites(
    session: Session, scope: Scope, site_ids: Collection[int]
) -> dict[int, dict[str, Any]]:
    """Return today's places of sites in scope by id, with the columns of a list of sites."""
    state = site_state(today())
    known = cast(list(site_ids), ARRAY(BigInteger))
    statement = filtered(with_names(state), state, scope, SiteFilter())
    statement = statement.where(state.c.site_id == any_(known)).order_by(state.c.site_id)
    return {row["site_id"]: dict(row) for row in session.execute(statement).mappings()}


def site_names(
    session: Session, scope: Scope, site_ids: Collection[int]
) -> dict[int, Mapping[str, Any]]:
    """Return id and name of sites in scope by their ids; of others nothing is told."""
    known = cast(list(site_ids), ARRAY(BigInteger))
    rows = session.execute(
        select(Site.id, Site.name).where(Site.id == any_(known), within(scope, Site))
    )
    return {row.id: {"id": row.id, "name": row.name} for row in rows}
