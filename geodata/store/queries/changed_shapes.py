"""Where the sites that changed between two days stand, as GeoJSON."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geodata.domain.vocabulary import Language, label
from geodata.store.queries.changes import ChangeTable, SiteChange
from geodata.store.queries.drawn import DRAWN_DECIMALS, collection
from geodata.store.queries.state import site_state


def changes_geojson(
    session: Session, table: ChangeTable, changes: Sequence[SiteChange], language: Language
) -> bytes:
    """Return changes as a FeatureCollection (EPSG:4490): name, kinds, mark.

    The caller has cut the changes by scope. A site stands where it stands on the later day, one
    that left where it stood on the earlier; where nobody knows, its geometry is null.
    """
    left = [one.site_id for one in changes if one.after is None]
    stays = [one.site_id for one in changes if one.after is not None]
    shapes = _shapes(session, left, table.day_from) | _shapes(session, stays, table.day_to)
    return collection(_feature(one, shapes.get(one.site_id), language) for one in changes)


def _shapes(session: Session, sites: Collection[int], on: date) -> dict[int, str]:
    if not sites:
        return {}
    state = site_state(on)
    shape = func.st_asgeojson(func.coalesce(state.c.geom, state.c.point), DRAWN_DECIMALS, 0)
    rows = session.execute(select(state.c.site_id, shape).where(state.c.site_id.in_(sites)))
    return {site: text for site, text in rows if text is not None}


def _feature(one: SiteChange, shape: str | None, language: Language) -> str:
    properties = {
        "name": one.name,
        "kinds": [label(kind, language) for kind in one.kinds],
        "mark": one.kinds[0].mark,
    }
    told = json.dumps(properties, ensure_ascii=False)
    return (
        f'{{"type":"Feature","id":{one.site_id},"geometry":{shape or "null"},"properties":{told}}}'
    )
