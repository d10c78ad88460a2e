"""What an inspector takes along of each site: its record, its boundary, its open findings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Row, any_, cast, func, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.inspection import FindingStatus
from geodata.store.queries.sites import with_names
from geodata.store.queries.state import SiteFilter, filtered, site_state, within
from geodata.store.tables import Finding, Site

_SIMPLIFIED = 0.00002
"""Two metres: enough to tell whether somebody is within 200."""
_DIGITS = 6


def field_sites(
    session: Session, scope: Scope, site_ids: Collection[int], *, on: date
) -> dict[int, dict[str, Any]]:
    """Return the records of sites in scope by id: columns of `site_state`, and ``outline``.

    ``outline`` is GeoJSON text of the boundary, or of the point, in EPSG:4490 degrees.
    """
    state = site_state(on)
    where = func.coalesce(
        func.st_simplifypreservetopology(state.c.geom, _SIMPLIFIED), state.c.point
    )
    statement = filtered(with_names(state), state, scope, SiteFilter())
    statement = statement.add_columns(
        func.st_asgeojson(where, _DIGITS).label("outline"),
        func.coalesce(Site.row_version, 0).label("row_version"),
        Site.phone,
    )
    statement = statement.join(Site, Site.id == state.c.site_id)
    statement = statement.where(state.c.site_id == any_(cast(list(site_ids), ARRAY(BigInteger))))
    return {row["site_id"]: dict(row) for row in session.execute(statement).mappings()}


def open_findings(
    session: Session, scope: Scope, site_ids: Collection[int], *, on: date
) -> Sequence[Row[Any]]:
    """Return the findings of sites that are not closed: ``id``, ``site_id``, ``clause``, …."""
    f = Finding
    status = func.finding_status(f.started_on, f.handed_in_on, f.rejected_on, f.closed_on, on)
    return session.execute(
        select(
            *(f.id, f.site_id, f.clause, f.description, f.due_on, f.row_version),
            status.label("status"),
        )
        .join(Site, Site.id == f.site_id)
        .where(
            within(scope, Site),
            f.site_id == any_(cast(list(site_ids), ARRAY(BigInteger))),
            f.opened_on <= on,
            status != FindingStatus.CLOSED.value,
        )
        .order_by(f.site_id, f.due_on)
    ).all()
