"""The known ground of a district, as the coordinate doctor asks for it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from geodata.domain.vocabulary import squeeze
from geodata.spatial.reference import Reference
from geodata.store.queries.divisions import in_scope
from geodata.store.queries.state import within
from geodata.store.tables import Division, Footprint, Landuse, Site

_MOST_FOOTPRINTS: Final = 200_000
"""More would take longer to read than they would make anything surer."""

_RESIDENTIAL: Final = "residential"


def known_ground(session: Session, scope: Scope, district: str) -> Reference:
    """Return what is known of a district in scope, EPSG:4490.

    Args:
        session: A reading session.
        scope: The actor's; sites and footprints outside it are left out.
        district: Code of a district.
    """
    area, towns = _divisions(session, scope, district)
    places, boundaries = _sites(session, scope, district)
    outlines = _shapes(
        session,
        select(func.st_asbinary(Footprint.geom))
        .where(Footprint.district_code == district, within(scope, Footprint))
        .order_by(Footprint.id)
        .limit(_MOST_FOOTPRINTS),
    )
    residential = _shapes(
        session,
        select(func.st_asbinary(Landuse.geom)).where(
            Landuse.district_code == district, Landuse.kind == _RESIDENTIAL
        ),
    )
    return Reference(area, towns, outlines, [*boundaries, *residential], places)


def _divisions(
    session: Session, scope: Scope, district: str
) -> tuple[BaseGeometry | None, dict[str, BaseGeometry]]:
    rows = session.execute(
        select(Division.kind, Division.name, Division.aliases, func.st_asbinary(Division.geom))
        .where(
            Division.district_code == district,
            Division.kind != DivisionKind.NEIGHBOURHOOD.value,
            Division.geom.is_not(None),
            in_scope(scope),
        )
        .order_by(Division.sort_order)
    ).all()
    area: BaseGeometry | None = None
    towns: dict[str, BaseGeometry] = {}
    for kind, name, aliases, wkb in rows:
        shape = shapely.from_wkb(bytes(wkb))
        if kind == DivisionKind.DISTRICT.value:
            area = shape
        else:
            towns |= dict.fromkeys((squeeze(one) for one in (name, *aliases)), shape)
    return area, towns


def _sites(
    session: Session, scope: Scope, district: str
) -> tuple[dict[str, list[BaseGeometry]], list[BaseGeometry]]:
    rows = session.execute(
        select(Site.name, func.st_asbinary(func.coalesce(Site.geom, Site.point))).where(
            Site.district_code == district,
            Site.delisted_on.is_(None),
            (Site.geom.is_not(None)) | (Site.point.is_not(None)),
            within(scope, Site),
        )
    ).all()
    places: dict[str, list[BaseGeometry]] = defaultdict(list)
    for name, wkb in rows:
        places[squeeze(name)].append(shapely.from_wkb(bytes(wkb)))
    everywhere = [shape for shapes in places.values() for shape in shapes]
    return dict(places), [one for one in everywhere if one.geom_type != "Point"]


def _shapes(session: Session, statement: Select[Any]) -> Any:  # noqa: ANN401 - array of shapes
    found = [bytes(one) for one in session.scalars(statement)]
    return shapely.from_wkb(np.array(found, dtype=object))
