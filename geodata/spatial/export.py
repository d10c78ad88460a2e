"""Sites as vector files in a chosen coordinate system, as GIS offices open them.

Boundaries and points are layers of their own, since a Shapefile holds one kind only. Sites that
stand nowhere are told, never dropped in silence.
"""

from __future__ import annotations

import json
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import pandas as pd
import pyogrio
import shapely
from geopandas import GeoDataFrame, GeoSeries
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from geodata.domain.errors import DomainError
from geodata.spatial.datum import Datum
from geodata.spatial.kml import ExportedSite, ExportField, Value, kml
from geodata.spatial.systems import DEGREES_EPSG, CoordinateSystem

BOUNDARIES: Final = "小区边界"
POINTS: Final = "小区点位"
NOWHERE: Final = "未上图"
LEGEND: Final = "说明.txt"
_DEGREE_DECIMALS: Final = 9
_METRE_DECIMALS: Final = 4
_DBF_TEXT_BYTES: Final = 254
_DBF_NAME_BYTES: Final = 10
_CUT: Final = "…"
_GBK: Final = "gbk"


class VectorFormat(StrEnum):
    """How a vector file may be written."""

    GPKG = "gpkg"
    SHP = "shp"
    GEOJSON = "geojson"
    KML = "kml"


@dataclass(frozen=True, slots=True)
class ExportTarget:
    """In what a file is to be written.

    Attributes:
        form: The format.
        system: Of the numbers.
        epsg: Code that the file names, ``None`` for GCJ-02 and BD-09, which have none.
    """

    form: VectorFormat
    system: CoordinateSystem
    epsg: int | None

    @classmethod
    def of(cls, form: VectorFormat, system: CoordinateSystem, *, is_wgs84: bool) -> ExportTarget:
        """Return a target; WGS84 has the numbers of CGCS2000 and a code of its own.

        Raises:
            DomainError: ``export.crs_not_for_kml``: KML holds degrees.
        """
        if form is VectorFormat.KML and system.epsg is not None:
            raise DomainError("export.crs_not_for_kml", crs=system.label)
        if system.datum is not Datum.CGCS2000:
            return cls(form, system, None)
        plain = 4326 if is_wgs84 else DEGREES_EPSG
        return cls(form, system, system.epsg or plain)


def write_sites(
    sites: Sequence[ExportedSite], fields: Sequence[ExportField], path: Path, target: ExportTarget
) -> None:
    """Write sites as one file; a Shapefile as a zip of its layers with a legend.

    Args:
        sites: In the order of the ledger.
        fields: In the order of the attributes.
        path: Where to write; an existing file is replaced.
        target: Format and coordinate system.
    """
    moved = [ExportedSite(one.cells, _moved(one.shape, target.system)) for one in sites]
    match target.form:
        case VectorFormat.GPKG:
            path.unlink(missing_ok=True)
            for name, some in _layers(moved).items():
                _write(_frame(some, fields), path, target, layer=name)
        case VectorFormat.SHP:
            _write_shapefile(moved, fields, path, target)
        case VectorFormat.GEOJSON:
            path.write_text(_geojson(moved, fields, target), "utf-8")
        case VectorFormat.KML:
            title = f"{BOUNDARIES} ({target.system.label})"
            path.write_bytes(kml(title, _layers(moved), fields))


def centroid_in(shape: BaseGeometry | None, system: CoordinateSystem) -> tuple[Value, Value]:
    """Return the middle of a site in a system, east first, to a centimetre or better."""
    if shape is None:
        return None, None
    middle = shape.centroid
    x, y = system.from_cgcs2000(np.array([middle.x]), np.array([middle.y]))
    decimals = _decimals(system)
    return round(float(x[0]), decimals), round(float(y[0]), decimals)


def _moved(shape: BaseGeometry | None, system: CoordinateSystem) -> BaseGeometry | None:
    if shape is None:
        return None
    moved: BaseGeometry = shapely.transform(
        shape, lambda xy: np.column_stack(system.from_cgcs2000(xy[:, 0], xy[:, 1]))
    )
    return moved


def _layers(sites: Sequence[ExportedSite]) -> dict[str, list[ExportedSite]]:
    """Return the sites by the layer they belong to; empty layers are left out."""
    found: dict[str, list[ExportedSite]] = {BOUNDARIES: [], POINTS: [], NOWHERE: []}
    for one in sites:
        kind = NOWHERE if one.shape is None else BOUNDARIES
        is_point = one.shape is not None and one.shape.geom_type == "Point"
        found[POINTS if is_point else kind].append(one)
    return {name: some for name, some in found.items() if some}


def _frame(
    sites: Sequence[ExportedSite], fields: Sequence[ExportField], *, for_dbf: bool = False
) -> GeoDataFrame:
    columns: dict[str, Any] = {}
    for field in fields:
        values = [one.cells.get(field.key) for one in sites]
        if field.is_whole:
            counts: Any = values  # the stubs know no nothing among numbers
            columns[field.short if for_dbf else field.name] = pd.array(counts, dtype="Int64")
            continue
        is_text = any(isinstance(one, str) for one in values)
        written = [_cut(one) for one in values] if for_dbf and is_text else values
        kind = object if is_text else float
        columns[field.short if for_dbf else field.name] = np.array(written, dtype=kind)
    shapes = np.array([one.shape for one in sites], dtype=object)
    return GeoDataFrame(columns, geometry=GeoSeries(shapes))


def _write(frame: GeoDataFrame, path: Path, target: ExportTarget, **options: Any) -> None:  # noqa: ANN401
    if target.epsg is not None:
        frame = frame.set_crs(target.epsg)
    kinds = frame.geometry.geom_type.dropna().unique()
    with warnings.catch_warnings():
        # A shifted datum has no code: the file then names no system, and its legend does.
        warnings.filterwarnings("ignore", message="'crs' was not provided")
        pyogrio.write_dataframe(
            frame,
            path,
            geometry_type=None if len(kinds) else "Unknown",
            promote_to_multi="MultiPolygon" in kinds,
            **options,
        )


def _write_shapefile(
    sites: Sequence[ExportedSite],
    fields: Sequence[ExportField],
    path: Path,
    target: ExportTarget,
) -> None:
    layers = _layers(sites)
    with TemporaryDirectory() as name:
        folder = Path(name)
        for layer, some in layers.items():
            if layer != NOWHERE:
                frame = _frame(some, fields, for_dbf=True)
                _write(frame, folder / f"{layer}.shp", target, encoding=_GBK.upper())
        counts = {layer: len(some) for layer, some in layers.items()}
        (folder / LEGEND).write_text(_legend(fields, target, counts), "utf-8-sig")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for one in sorted(folder.iterdir()):
                archive.write(one, one.name)


def _legend(fields: Sequence[ExportField], target: ExportTarget, counts: Mapping[str, int]) -> str:
    lines = [f"坐标系: {target.system.label}" + (f" (EPSG:{target.epsg})" if target.epsg else "")]
    lines += [f"{layer}: {count} 个" for layer, count in counts.items()]
    if NOWHERE in counts:
        lines.append(f"“{NOWHERE}”的小区(楼房)没有边界和坐标, 不在图层中。")
    lines += ["文字编码: GBK", f"超过 {_DBF_TEXT_BYTES} 字节的文字已截断, 以“{_CUT}”结尾。", ""]
    lines += [f"{field.short}\t{field.name}" for field in fields]
    return "\r\n".join(lines) + "\r\n"


def _cut(value: Value) -> str | None:
    """Return a text as a Shapefile holds it: GBK, cut between characters, the cut shown."""
    if value is None:
        return None
    raw = str(value).encode(_GBK, "replace")
    if len(raw) <= _DBF_TEXT_BYTES:
        return raw.decode(_GBK)
    kept = raw[: _DBF_TEXT_BYTES - len(_CUT.encode(_GBK))].decode(_GBK, "ignore")
    return kept + _CUT


def _geojson(
    sites: Sequence[ExportedSite], fields: Sequence[ExportField], target: ExportTarget
) -> str:
    collection: dict[str, Any] = {"type": "FeatureCollection"}
    if target.epsg is not None:
        name = f"urn:ogc:def:crs:EPSG::{target.epsg}"
        collection["crs"] = {"type": "name", "properties": {"name": name}}
    collection["coordinate_system"] = target.system.label
    decimals = _decimals(target.system)
    collection["features"] = [
        {
            "type": "Feature",
            "geometry": None if one.shape is None else _rounded(one.shape, decimals),
            "properties": {field.name: one.cells.get(field.key) for field in fields},
        }
        for one in sites
    ]
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":"))


def _rounded(shape: BaseGeometry, decimals: int) -> dict[str, Any]:
    rounded = shapely.transform(shape, lambda xy: xy.round(decimals))
    found: dict[str, Any] = mapping(rounded)
    return found


def _decimals(system: CoordinateSystem) -> int:
    return _DEGREE_DECIMALS if system.epsg is None else _METRE_DECIMALS
