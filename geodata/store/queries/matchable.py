"""The sites of a district as outlines of a file are matched with them."""

from __future__ import annotations

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.spatial.matching import KnownSite
from geodata.store.queries.divisions import in_scope
from geodata.store.queries.state import within
from geodata.store.tables import Division, Site


def sites_to_match(session: Session, scope: Scope, district: str) -> list[KnownSite]:
    """Return the listed sites of a district in scope, with where they stand."""
    names = {
        code: (code, name, *aliases)
        for code, name, aliases in session.execute(
            select(Division.code, Division.name, Division.aliases).where(
                Division.district_code == district
            )
        )
    }
    rows = session.execute(
        select(
            Site.id,
            Site.external_id,
            Site.name,
            Site.town_code,
            Site.neighbourhood_code,
            func.st_asbinary(func.coalesce(Site.geom, Site.point)),
        )
        .where(Site.district_code == district, Site.delisted_on.is_(None), within(scope, Site))
        .order_by(Site.id)
    )
    return [
        KnownSite(
            id=number,
            external_id=code,
            name=name,
            towns=names[town],
            neighbourhoods=names.get(neighbourhood or "", ()),
            shape=None if wkb is None else shapely.from_wkb(bytes(wkb)),
        )
        for number, code, name, town, neighbourhood, wkb in rows
    ]


def division_areas(session: Session, scope: Scope, district: str) -> dict[str, BaseGeometry]:
    """Return the areas of a district's divisions in scope by code, where they are known."""
    rows = session.execute(
        select(Division.code, func.st_asbinary(Division.geom)).where(
            Division.district_code == district, Division.geom.is_not(None), in_scope(scope)
        )
    )
    return {code: shapely.from_wkb(bytes(wkb)) for code, wkb in rows}
