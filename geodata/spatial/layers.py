"""The layers of a vector file, in the numbers that stand in it.

Only files whose content is what their suffix says are handed to GDAL: some of its drivers read
descriptions that send them to other files or hosts.
"""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any, Final

import pyogrio
import shapely
from geopandas import GeoDataFrame, GeoSeries
from pandas import DataFrame
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

from geodata.domain.errors import DomainError
from geodata.spatial.archives import DATASETS, Dataset, complete, unpack
from geodata.spatial.dbf import mend, text_encoding
from geodata.spatial.drawings import areas_of_drawing, rewrite_in_gbk
from geodata.spatial.kml_reader import read_kml
from geodata.spatial.systems import CGCS2000, CoordinateSystem, system_of_crs

ARCHIVES: Final = frozenset({".zip", ".kmz"})
SUFFIXES: Final = DATASETS | ARCHIVES
"""Of files that can be read."""

_MOST_BYTES: Final = 1 << 29
_MOST_TEXT_BYTES: Final = 1 << 27
"""Of files that are taken into memory whole."""

_TEXTS: Final = frozenset({".geojson", ".json", ".kml", ".dxf"})
_MAGIC: Final = {
    ".shp": (b"\x00\x00\x27\x0a",),
    ".gpkg": (b"SQLite format 3\x00",),
    ".fgb": (b"fgb\x03",),
}
_GEOJSON: Final = frozenset(
    {
        "FeatureCollection",
        "Feature",
        "Polygon",
        "MultiPolygon",
        "Point",
        "MultiPoint",
        "LineString",
        "MultiLineString",
        "GeometryCollection",
    }
)
_HEAD_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class VectorLayer:
    """One layer.

    Attributes:
        title: Its name.
        frame: Attributes and geometries in the file's numbers, two of each, no CRS; a default
            index from 0.
        declared: The system that the file says they are in, ``None`` where it says none.
    """

    title: str
    frame: GeoDataFrame
    declared: CoordinateSystem | None


def read_layers(path: Path) -> list[VectorLayer]:
    """Read every layer with geometry of a GeoPackage, GeoJSON, Shapefile, KML, KMZ, DXF or zip.

    Raises:
        DomainError: ``vector.missing``, ``vector.suffix_unknown``, ``vector.too_large``,
            ``vector.unreadable``, ``vector.empty``, and what `unpack` refuses.
    """
    if not path.is_file():
        raise DomainError("vector.missing", file=path.name)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        known = sorted(SUFFIXES)
        raise DomainError("vector.suffix_unknown", file=path.name, suffix=suffix, known=known)
    if path.stat().st_size > _MOST_BYTES:
        raise DomainError("vector.too_large", file=path.name, most_mb=_MOST_BYTES >> 20)
    with TemporaryDirectory() as name:
        folder = Path(name)
        layers = [
            layer
            for dataset in _datasets(path, suffix, folder)
            for layer in _layers(path.name, dataset)
        ]
    if not any(len(layer.frame) for layer in layers):
        raise DomainError("vector.empty", file=path.name)
    return layers


def _datasets(path: Path, suffix: str, folder: Path) -> list[Dataset]:
    if suffix in ARCHIVES:
        return unpack(path, folder)
    if suffix == ".shp":
        return [complete(path, folder)]
    # A copy: GDAL writes beside a file when it feels like it, and drawings are rewritten.
    copied = folder / f"layer{suffix}"
    copyfile(path, copied)
    return [Dataset(copied, path.stem)]


def _layers(file: str, dataset: Dataset) -> list[VectorLayer]:
    path = dataset.path
    suffix = path.suffix
    _check_content(file, path)
    if suffix == ".kml":
        found = read_kml(path, file)
        is_alone = len(found) == 1
        return [
            VectorLayer(dataset.title if is_alone else name, frame, CGCS2000)
            for name, frame in found
        ]
    if suffix == ".dxf":
        rewrite_in_gbk(path, file)
    frames = _read_by_gdal(file, path)
    is_alone = len(frames) == 1
    return [
        _layer(dataset.title if is_alone else name, frame, is_drawing=suffix == ".dxf")
        for name, frame in frames.items()
        if isinstance(frame, GeoDataFrame)
    ]


def _read_by_gdal(file: str, path: Path) -> dict[str, Any]:
    encoding = None
    if path.suffix == ".shp":
        cpg = path.with_suffix(".cpg")
        dbf = path.with_suffix(".dbf")
        encoding = text_encoding(dbf, cpg)
        mend(dbf, encoding)
        cpg.unlink(missing_ok=True)
    try:
        with warnings.catch_warnings():
            # GDAL and GEOS warn of broken rings and odd attributes; what matters is told later.
            warnings.simplefilter("ignore")
            names = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
            return {
                name: pyogrio.read_dataframe(
                    path, layer=name, encoding=encoding, on_invalid="ignore", force_2d=True
                )
                for name in names
            }
    # pyogrio stumbles over its own variable where a layer's system cannot be read.
    except (DataSourceError, DataLayerError, FeatureError, ValueError, UnboundLocalError) as error:
        reason = str(error).split(";")[0].replace(str(path), file)
        raise DomainError("vector.unreadable", file=file, reason=reason) from error


def _layer(title: str, frame: GeoDataFrame, *, is_drawing: bool) -> VectorLayer:
    declared = system_of_crs(frame.crs)
    # Without its CRS: what the numbers mean is yet to be found out.
    bare = GeoSeries(shapely.force_2d(frame.geometry.to_numpy()))
    attributes = DataFrame(frame.drop(columns=frame.geometry.name)).reset_index(drop=True)
    frame = GeoDataFrame(attributes, geometry=bare)
    return VectorLayer(title, areas_of_drawing(frame) if is_drawing else frame, declared)


def _check_content(file: str, path: Path) -> None:
    suffix = path.suffix
    if suffix in _TEXTS and path.stat().st_size > _MOST_TEXT_BYTES:
        raise DomainError("vector.too_large", file=file, most_mb=_MOST_TEXT_BYTES >> 20)
    with path.open("rb") as opened:
        head = opened.read(_HEAD_BYTES)
    if suffix in _MAGIC and not head.startswith(_MAGIC[suffix]):
        raise DomainError("vector.unreadable", file=file, reason=suffix)
    if suffix in (".geojson", ".json"):
        _check_json(file, path)


def _check_json(file: str, path: Path) -> None:
    content = path.read_bytes()
    try:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("gb18030")
        kind = json.loads(text).get("type")
    except (ValueError, AttributeError, RecursionError) as error:
        raise DomainError("vector.unreadable", file=file, reason="JSON") from error
    if kind not in _GEOJSON:
        raise DomainError("vector.unreadable", file=file, reason=f"type: {kind}"[:100])
    path.write_text(text, "utf-8")
