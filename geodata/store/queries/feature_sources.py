"""Where the features of each declared layer come from: rows, key, place and fields.

Building one asks nothing of the database, so that a request can be refused before it does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnClause,
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Text,
    case,
    cast,
    column,
    func,
    literal,
    select,
    true,
)

from geodata.domain.access import Scope
from geodata.domain.category import Category
from geodata.domain.division import DivisionKind
from geodata.domain.inspection import FindingStatus
from geodata.layers import Layer
from geodata.store.queries.divisions import in_scope
from geodata.store.queries.state import site_state, within
from geodata.store.tables import Division, Finding, Footprint, GapCandidate, Landuse, Road

Cut = Callable[[Scope], ColumnElement[bool]]

_STANDALONE: Final = Category.STANDALONE_BUILDING.value


@dataclass(frozen=True, slots=True)
class FeatureSource:
    """The features of one layer on one day.

    Attributes:
        layer: The layer.
        rows: What to select from.
        key: What tells a feature from others, whatever is edited; their order too.
        geometry: Where it is, EPSG:4490.
        fields: Each declared field's value.
        kept: Which rows belong to the layer.
        cut: Which rows a scope sees.
    """

    layer: Layer
    rows: FromClause
    key: ColumnElement[Any]
    geometry: ColumnElement[Any]
    fields: dict[str, ColumnElement[Any]]
    kept: ColumnElement[bool]
    cut: Cut

    @property
    def has_text_keys(self) -> bool:
        """Whether keys are codes, not numbers."""
        return not isinstance(self.key.type, BigInteger)


def feature_source(layer: Layer, on: date) -> FeatureSource:
    """Return the source of a layer's features on a day."""
    return _SOURCES[layer.id](layer, on)


def _sites(layer: Layer, on: date) -> FeatureSource:
    state = site_state(on)
    c = state.c
    is_standalone = func.coalesce(c.category, "") == _STANDALONE
    kept = {
        "communities": ~is_standalone,
        "standalone_buildings": is_standalone,
        "gaps": ~c.is_covered,
    }
    gap = case((is_standalone, "standalone_uncovered"), else_="community_uncovered")
    values = {
        "name": c.name,
        "gap": gap,
        "category": c.category,
        "management_types": func.nullif(func.array_to_string(c.effective_types, ","), ""),
        "inspection_status": c.inspection_status,
        "covered": c.is_covered,
        "market_covered": c.is_market_covered,
        "verified": c.is_verified,
        "uncovered_since": c.uncovered_since,
        "households": c.households,
        "on": literal(on, Date),
        "town": c.town_code,
        "neighbourhood": c.neighbourhood_code,
    }
    return FeatureSource(
        layer,
        rows=state,
        key=c.site_id,
        geometry=func.coalesce(c.geom, c.point),
        fields=_declared(layer, values),
        kept=kept[layer.id],
        cut=lambda scope: within(scope, state),
    )


def _findings(layer: Layer, on: date) -> FeatureSource:
    names = ("id", "district_code", "town_code", "neighbourhood_code", "name", "geom", "point")
    site = func.site_as_of(on).table_valued(*(column(name) for name in names)).alias("site_then")
    f = Finding
    days = (f.started_on, f.handed_in_on, f.rejected_on, f.closed_on)
    status = func.finding_status(*days, on)
    values = {
        "site": Finding.site_id,
        "site_name": cast(site.c.name, Text),
        "clause": Finding.clause,
        "status": status,
        "overdue": Finding.due_on < on,
        "opened_on": Finding.opened_on,
        "due_on": Finding.due_on,
        "on": literal(on, Date),
        "town": cast(site.c.town_code, Text),
        "neighbourhood": cast(site.c.neighbourhood_code, Text),
    }
    return FeatureSource(
        layer,
        rows=Finding.__table__.join(site, site.c.id == Finding.site_id),
        key=Finding.__table__.c.id,
        geometry=func.coalesce(func.st_pointonsurface(site.c.geom), site.c.point),
        fields=_declared(layer, values),
        kept=(Finding.opened_on <= on) & (status != FindingStatus.CLOSED.value),
        cut=lambda scope: within(scope, site),
    )


def _stops(layer: Layer, on: date) -> FeatureSource:
    names = ("id", "district_code", "town_code", "neighbourhood_code", "name", "geom", "point")
    site = func.site_as_of(on).table_valued(*(column(name) for name in names)).alias("site_then")
    told: list[ColumnClause[Any]] = [
        *(column(name, BigInteger) for name in ("id", "site_id")),
        column("position", Integer),
        column("visits_on", Date),
        *(column(name, Text) for name in ("state", "reason")),
    ]
    stop = func.standing_stops(on).table_valued(*told).alias("stop")
    values = {
        "site": stop.c.site_id,
        "site_name": cast(site.c.name, Text),
        "visits_on": stop.c.visits_on,
        "position": stop.c.position,
        "state": stop.c.state,
        "reason": stop.c.reason,
        "on": literal(on, Date),
        "town": cast(site.c.town_code, Text),
        "neighbourhood": cast(site.c.neighbourhood_code, Text),
    }
    return FeatureSource(
        layer,
        rows=stop.join(site, site.c.id == stop.c.site_id),
        key=stop.c.id,
        geometry=func.coalesce(func.st_pointonsurface(site.c.geom), site.c.point),
        fields=_declared(layer, values),
        kept=true(),
        cut=lambda scope: within(scope, site),
    )


def _candidates(layer: Layer, _on: date) -> FeatureSource:
    c = GapCandidate.__table__.c
    values = {
        "footprints": c.footprints,
        "area_m2": cast(func.round(c.area_m2), Integer),
        "name": c.name,
        "first_found_on": c.first_found_on,
        "town": c.town_code,
        "neighbourhood": c.neighbourhood_code,
    }
    table = GapCandidate.__table__
    return _ground(layer, table, c.id, values, lambda scope: within(scope, GapCandidate))


def _divisions(layer: Layer, _on: date) -> FeatureSource:
    table = Division.__table__
    values = {
        "code": table.c.code,
        "kind": table.c.kind,
        "name": table.c.name,
        "parent": table.c.parent_code,
        "sort_order": table.c.sort_order,
    }
    return _ground(layer, table, table.c.code, values, in_scope)


def _footprints(layer: Layer, _on: date) -> FeatureSource:
    c = Footprint.__table__.c
    values = {
        "use": c.use,
        "floors": c.floors,
        "site": c.site_id,
        "town": c.town_code,
        "neighbourhood": c.neighbourhood_code,
    }
    return _ground(layer, Footprint.__table__, c.id, values, lambda scope: within(scope, Footprint))


def _roads(layer: Layer, _on: date) -> FeatureSource:
    c = Road.__table__.c
    values = {"highway": c.highway, "rank": func.road_rank(c.highway), "name": c.name}
    return _ground(layer, Road.__table__, c.id, values, lambda scope: _in_sight(Road, scope))


def _landuse(layer: Layer, _on: date) -> FeatureSource:
    c = Landuse.__table__.c
    values = {"kind": c.kind, "name": c.name}
    return _ground(layer, Landuse.__table__, c.id, values, lambda scope: _in_sight(Landuse, scope))


def _ground(
    layer: Layer,
    table: Any,  # noqa: ANN401 - a table, typed as what it may be
    key: ColumnElement[Any],
    values: dict[str, Any],
    cut: Cut,
) -> FeatureSource:
    return FeatureSource(
        layer,
        rows=table,
        key=key,
        geometry=table.c.geom,
        fields=_declared(layer, values),
        kept=true(),
        cut=cut,
    )


def _in_sight(table: Any, scope: Scope) -> ColumnElement[bool]:  # noqa: ANN401 - Road or Landuse
    """Return which rows of no town are seen: whoever sees a part of a district sees its streets."""
    districts = select(Division.code).where(
        Division.kind == DivisionKind.DISTRICT.value, in_scope(scope)
    )
    found: ColumnElement[bool] = table.district_code.in_(districts)
    return found


def _declared(layer: Layer, values: dict[str, Any]) -> dict[str, ColumnElement[Any]]:
    return {field.name: values[field.name] for field in layer.fields}


_SOURCES: Final[dict[str, Callable[[Layer, date], FeatureSource]]] = {
    "divisions": _divisions,
    "communities": _sites,
    "standalone_buildings": _sites,
    "gaps": _sites,
    "findings": _findings,
    "planned_stops": _stops,
    "candidates": _candidates,
    "footprints": _footprints,
    "roads": _roads,
    "landuse": _landuse,
}
