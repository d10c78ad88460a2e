"""What `geodata.spatial.gaps.find_gaps` needs of a district, as frames in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import shapely
from geopandas import GeoDataFrame
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geodata.domain.footprint import CLASS_DECIDED
from geodata.store.tables import DecidedFootprint, DecidedGap, Footprint, Road, Site


@dataclass(frozen=True, slots=True)
class GapFrames:
    """Frames in degrees (EPSG:4490).

    Attributes:
        footprints: Index: id, in its order; ``use``, ``floors``, ``name``, ``town_code``,
            ``neighbourhood_code``, ``area_m2``.
        sites: Listed ones that are anywhere: boundary, else point; ``site_id``.
        roads: ``highway``.
        decisions: Outlines decided about; ``decision``, the latest last.
    """

    footprints: GeoDataFrame
    sites: GeoDataFrame
    roads: GeoDataFrame
    decisions: GeoDataFrame


def gap_frames(session: Session, district: str) -> GapFrames:
    """Return the frames of a district."""
    f, s, r, d, g = Footprint, Site, Road, DecidedFootprint, DecidedGap
    told = (f.use, f.floors, f.name, f.town_code, f.neighbourhood_code, f.area_m2)
    somewhere = func.coalesce(s.geom, s.point)
    footprints = _frame(
        session, select(f.id, *told, f.geom).where(f.district_code == district).order_by(f.id)
    )
    return GapFrames(
        footprints.set_index("id"),
        _frame(
            session,
            select(s.id.label("site_id"), somewhere.label("geom"))
            .where(s.district_code == district, s.delisted_on.is_(None), somewhere.is_not(None))
            .order_by(s.id),
        ),
        _frame(session, select(r.highway, r.geom).where(r.district_code == district)),
        _frame(
            session,
            select(g.decision, d.geom)
            .join(g, g.id == d.decided_gap_id)
            .where(
                g.district_code == district,
                g.withdrawn_at.is_(None),
                g.decision.in_([one.value for one in CLASS_DECIDED]),
            )
            .order_by(g.id, d.id),
        ),
    )


def _frame(session: Session, statement: Any) -> GeoDataFrame:  # noqa: ANN401 - a Select over many columns
    """Return a statement's rows; its last column is the geometry."""
    *names, geom = statement.selected_columns
    plain = statement.with_only_columns(*names, func.st_asbinary(geom).label("geom"))
    columns = list(zip(*session.execute(plain), strict=True)) or [()] * (len(names) + 1)
    told = {one.name: list(cells) for one, cells in zip(names, columns, strict=False)}
    return GeoDataFrame(told, geometry=shapely.from_wkb(columns[-1]), crs="EPSG:4490")
