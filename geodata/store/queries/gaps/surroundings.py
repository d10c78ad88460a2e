"""What lies round a gap, for a small map of it: buildings, roads, boundaries of sites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import shapely
from geoalchemy2.shape import from_shape, to_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.gap import GapKind
from geodata.store.queries.gaps.told import Gap, GapKey
from geodata.store.queries.state import within
from geodata.store.tables import Footprint, GapCandidate, Road, Site
from geodata.store.tables.base import SRID

_MARGIN_DEGREES: Final = 0.0008
"""Some eighty metres round the gap."""
_MOST: Final = 400
"""Buildings of one small map; more are a grey block on paper."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Shapes in degrees (EPSG:4490).

    Attributes:
        gap: The gap's own, ``None`` where nobody knows where it is.
        footprints: Buildings.
        roads: Lines.
        sites: Boundaries of listed sites in scope.
    """

    gap: BaseGeometry | None
    footprints: list[BaseGeometry] = field(default_factory=list)
    roads: list[BaseGeometry] = field(default_factory=list)
    sites: list[BaseGeometry] = field(default_factory=list)

    @property
    def box(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of what the map shows."""
        if self.gap is None:
            return None
        west, south, east, north = self.gap.bounds
        margin = _MARGIN_DEGREES
        return west - margin, south - margin, east + margin, north + margin


def surroundings(session: Session, scope: Scope, gaps: Sequence[Gap]) -> dict[GapKey, Surroundings]:
    """Return what lies round each gap, cut by scope."""
    return {one.key: _round(session, scope, _shape(session, scope, one.key)) for one in gaps}


def _shape(session: Session, scope: Scope, key: GapKey) -> BaseGeometry | None:
    k = GapCandidate
    if key.kind is GapKind.MISSING:
        wanted = select(k.geom).where(k.id == key.subject, within(scope, k))
    else:
        somewhere = Site.geom if _has_boundary(session, key.subject) else Site.point
        wanted = select(somewhere).where(Site.id == key.subject, within(scope, Site))
    geom = session.scalar(wanted)
    return None if geom is None else to_shape(geom)


def _has_boundary(session: Session, site_id: int) -> bool:
    return bool(session.scalar(select(Site.geom.is_not(None)).where(Site.id == site_id)))


def _round(session: Session, scope: Scope, gap: BaseGeometry | None) -> Surroundings:
    here = Surroundings(gap)
    if here.box is None:
        return here
    box = from_shape(shapely.box(*here.box), SRID)

    def near(table: Any, *conditions: Any) -> list[BaseGeometry]:  # noqa: ANN401 - a table
        wanted = select(table.geom).where(table.geom.op("&&")(box), *conditions)
        return [to_shape(geom) for geom in session.scalars(wanted.limit(_MOST))]

    return Surroundings(
        gap,
        footprints=near(Footprint, within(scope, Footprint)),
        roads=near(Road),
        sites=near(Site, within(scope, Site), Site.delisted_on.is_(None)),
    )
