"""Write a site's boundary, one after the other, and find what stood there before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, from_wkb
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geodata.store.edits import change_site
from geodata.store.imports.ground import settle_footprints
from geodata.store.tables import Site, SiteVersion
from geodata.store.tables.base import SRID

_TURN: Final = 4490_01
"""Key of the advisory lock that boundary writes queue at."""


@dataclass(frozen=True, slots=True)
class StoredBoundary:
    """A boundary as the site's columns hold it; no shape is 边界待定."""

    shape: MultiPolygon | None
    source: str | None
    accuracy_m: float | None
    note: str | None


def take_turn(session: Session) -> None:
    """Wait until no other transaction is writing a boundary.

    Two neighbours drawn at the same moment would not see each other, and overlap unnoticed. To
    be called before any row is locked.
    """
    session.execute(select(func.pg_advisory_xact_lock(_TURN)))


def write_boundary(session: Session, site: Site, boundary: StoredBoundary) -> None:
    """Give a locked site a boundary, or take it away, and link the footprints it touches.

    The site's point stays: it says where somebody once found it.
    """
    shape = boundary.shape
    change_site(
        session,
        site,
        {
            "geom": None if shape is None else from_shape(shape, SRID),
            "geom_source": boundary.source,
            "geom_accuracy_m": boundary.accuracy_m,
            "geom_note": boundary.note,
        },
    )
    settle_footprints(session)


def previous_boundary(session: Session, site_id: int) -> StoredBoundary | None:
    """Return the boundary that stood before the last change of it, ``None`` if none changed it."""
    old, new = SiteVersion.old, SiteVersion.new
    before: Mapping[str, Any] | None = session.scalar(
        select(old)
        .where(
            SiteVersion.site_id == site_id,
            SiteVersion.subject == "site",
            old.is_not(None),
            old["geom"].astext.is_distinct_from(new["geom"].astext),
        )
        .order_by(SiteVersion.id.desc())
        .limit(1)
    )
    if before is None:
        return None
    shape = before["geom"]
    return StoredBoundary(
        None if shape is None else from_wkb(shape),
        before["geom_source"],
        before.get("geom_accuracy_m"),
        before.get("geom_note"),
    )
