"""Spatial predicates of CQL2 over where features are."""

from __future__ import annotations

from typing import Any, Final

import shapely
from geoalchemy2.shape import from_shape
from sqlalchemy import ColumnElement, func

from geodata.domain.errors import DomainError
from geodata.spatial.offered_crs import OfferedCrs, shape_in
from geodata.store.queries.feature_sources import FeatureSource
from geodata.store.tables.base import SRID

GEOMETRY: Final = "geometry"
"""By this name a filter means where a feature is."""
_COLLECTION: Final = "GeometryCollection"
_TAKE_COLLECTIONS: Final = frozenset({"s_intersects", "s_disjoint"})


def spatial(
    op: str, args: list[Any], source: FeatureSource, crs: OfferedCrs
) -> ColumnElement[bool]:
    """Return the condition of a spatial predicate.

    Args:
        op: Such as ``s_intersects``.
        args: Two, each the geometry's property, a GeoJSON geometry or a ``bbox``.
        source: The features.
        crs: Of the written geometries.

    Raises:
        DomainError: ``filter.property_unknown``, ``filter.geometry_bad``, ``ogc.bbox``.
    """
    left, right = (_operand(op, one, source, crs) for one in args)
    found: ColumnElement[bool] = getattr(func, f"st_{op.removeprefix('s_')}")(left, right)
    return found


def bound(area: shapely.geometry.base.BaseGeometry) -> Any:  # noqa: ANN401 - SQL expression
    """Return a shape of EPSG:4490 as a bound value."""
    return func.st_geomfromewkb(from_shape(area, SRID, extended=True).data)


def _operand(op: str, tree: Any, source: FeatureSource, crs: OfferedCrs) -> Any:  # noqa: ANN401
    if not isinstance(tree, dict):
        raise DomainError("filter.geometry_bad")
    if "property" in tree:
        if tree["property"] != GEOMETRY:
            name = str(tree["property"])[:40]
            raise DomainError("filter.property_unknown", name=name, known=[GEOMETRY])
        return source.geometry
    found = shape_in(tree, crs)
    if found.geom_type == _COLLECTION and op not in _TAKE_COLLECTIONS:
        raise DomainError("filter.geometry_bad")
    return bound(found)
