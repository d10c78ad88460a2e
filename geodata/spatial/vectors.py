"""Read polygons of any vector file that GDAL knows, as EPSG:4490."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyogrio
import shapely
from geopandas import GeoDataFrame, GeoSeries
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from geodata.domain.errors import DomainError, Fault, Severity

CRS: Final = "EPSG:4490"
_COLUMN: Final = "geometry"


@dataclass(frozen=True, slots=True)
class VectorReading:
    """Polygons and what was wrong with others.

    Attributes:
        features: MultiPolygons in EPSG:4490 with the file's attributes, and ``feature_no``, the
            1-based number in the file.
        faults: A row's number is that of the feature.
    """

    features: GeoDataFrame
    faults: list[Fault]


def read_polygons(path: Path) -> VectorReading:
    """Read a GeoJSON, GeoPackage, Shapefile (zipped too), FlatGeobuf or KML file.

    Crossing rings are repaired and told; an empty geometry, or none, or one without area is an
    error of its row.

    Raises:
        DomainError: ``vector.missing``, ``vector.unreadable``, ``vector.crs_missing``,
            ``vector.empty``.
    """
    frame = _open(path)
    if frame.crs is None:
        raise DomainError("vector.crs_missing", file=path.name)
    frame = frame.to_crs(CRS)
    shapes: list[MultiPolygon | None] = []
    faults: list[Fault] = []
    for number, shape in enumerate(frame.geometry, start=1):
        whole, code = as_multipolygon(shape)
        if code is not None:
            severity = Severity.WARNING if whole is not None else Severity.ERROR
            faults.append(Fault(severity, code, path.name, None, number, _COLUMN, _shown(shape)))
        shapes.append(whole)
    frame = frame.set_geometry(
        GeoSeries(np.array(shapes, dtype=object), index=frame.index, crs=CRS)
    ).assign(feature_no=range(1, len(frame) + 1))
    return VectorReading(frame[[shape is not None for shape in shapes]], faults)


def as_multipolygon(shape: BaseGeometry | None) -> tuple[MultiPolygon | None, str | None]:
    """Return a geometry as a valid MultiPolygon, and a code where it was not one.

    ``vector.geometry_empty``, ``vector.geometry_not_area`` and ``vector.geometry_outside`` refuse
    it; ``vector.geometry_repaired`` does not.
    """
    if shape is None or shape.is_empty:
        return None, "vector.geometry_empty"
    west, south, east, north = shape.bounds
    is_finite = bool(np.isfinite(shapely.get_coordinates(shape)).all())
    if not (is_finite and -180 <= west <= east <= 180 and -90 <= south <= north <= 90):  # noqa: PLR2004
        return None, "vector.geometry_outside"
    valid = shape if shape.is_valid else shapely.make_valid(shape)
    parts = [part for part in _parts(valid) if part.geom_type == "Polygon" and part.area > 0]
    if not parts:
        return None, "vector.geometry_not_area"
    code = None if shape.is_valid else "vector.geometry_repaired"
    return MultiPolygon([shapely.force_2d(part) for part in parts]), code


def _shown(shape: BaseGeometry | None) -> str | None:
    if shape is None or shape.is_empty:
        return None
    return shape.geom_type if shape.is_valid else shapely.is_valid_reason(shape)


def _parts(shape: BaseGeometry) -> list[Any]:
    if not hasattr(shape, "geoms"):
        return [shape]
    return [part for one in shape.geoms for part in _parts(one)]


def _open(path: Path) -> GeoDataFrame:
    if not path.is_file():
        raise DomainError("vector.missing", file=path.name)
    source = f"/vsizip/{path}" if path.suffix.lower() == ".zip" else str(path)
    try:
        with warnings.catch_warnings():
            # GDAL and GEOS warn of broken rings; each such feature is a fault of its own below.
            warnings.simplefilter("ignore")
            frame = pyogrio.read_dataframe(source, on_invalid="ignore")
    except (DataSourceError, DataLayerError, FeatureError, ValueError) as error:
        reason = str(error).split(";")[0].replace(str(path), path.name)
        raise DomainError("vector.unreadable", file=path.name, reason=reason) from error
    if not isinstance(frame, GeoDataFrame) or frame.empty:
        raise DomainError("vector.empty", file=path.name)
    return frame
