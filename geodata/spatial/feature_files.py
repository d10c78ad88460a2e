"""Features of a layer as one file: CSV, FlatGeobuf, GeoPackage; written while rows come in."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyogrio.raw
import shapely

from geodata.layers import FieldKind, GeometryKind
from geodata.spatial.offered_crs import OfferedCrs

Row = Sequence[Any]
"""Key, WKB (east first) or ``None``, then the values of the fields."""

_FORMULA_MARKS: Final = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so would be worked out by a spreadsheet program."""
_AT_ONCE: Final = 20_000
_FLATGEOBUF: Final = "FlatGeobuf"
_SHAPES: Final[dict[GeometryKind, str]] = {
    "point": "Point",
    "line": "LineString",
    "polygon": "MultiPolygon",
    "mixed": "Unknown",
}


class FeatureFormat(StrEnum):
    """How a file of features may be written."""

    CSV = "csv"
    FGB = "fgb"
    GPKG = "gpkg"


MOST_FEATURES: Final = {
    FeatureFormat.CSV: 2_000_000,
    FeatureFormat.FGB: 300_000,
    FeatureFormat.GPKG: 2_000_000,
}
"""What one file may hold: of FlatGeobuf as much as memory should, of the others as disks should."""


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """What stands in the rows.

    Attributes:
        name: The layer's id.
        shapes: What its geometries are.
        key_kind: ``string`` or ``integer``.
        fields: Name and kind of each field after key and geometry.
        crs: Of the positions.
    """

    name: str
    shapes: GeometryKind
    key_kind: FieldKind
    fields: tuple[tuple[str, FieldKind], ...]
    crs: OfferedCrs


def write_features(
    table: FeatureTable, rows: Iterable[Row], path: Path, form: FeatureFormat
) -> None:
    """Write rows as a file.

    Args:
        table: What stands in them.
        rows: Looked at once. CSV and GeoPackage hold a piece of them in memory, FlatGeobuf all,
            since its index stands at the beginning of the file.
        path: A new file.
        form: The format.
    """
    match form:
        case FeatureFormat.CSV:
            _write_csv(table, rows, path)
        case FeatureFormat.FGB:
            _write_layer(table, list(rows), path, _FLATGEOBUF)
        case FeatureFormat.GPKG:
            for number, some in enumerate(_pieces(rows)):
                _write_layer(table, some, path, "GPKG", append=number > 0)


def safe_text(value: str) -> str:
    """Return a text that no spreadsheet program takes for a formula: an apostrophe goes before."""
    return f"'{value}" if value.startswith(_FORMULA_MARKS) else value


def _write_csv(table: FeatureTable, rows: Iterable[Row], path: Path) -> None:
    """Write UTF-8 with a mark by which Excel knows it; the place as WKT, axes as the CRS says."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", *(name for name, _ in table.fields), "geometry"])
        for some in _pieces(rows):
            shapes = shapely.from_wkb(np.array([row[1] for row in some], dtype=object))
            if table.crs.is_north_first:
                shapes = shapely.transform(shapes, lambda xy: xy[:, ::-1])
            placed = shapely.to_wkt(shapes, rounding_precision=table.crs.decimals)
            for row, where in zip(some, placed, strict=True):
                writer.writerow([_cell(one) for one in (row[0], *row[2:], where)])


def _cell(value: Any) -> str | int | float:  # noqa: ANN401 - of any field
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, int | float) else safe_text(str(value))


def _write_layer(
    table: FeatureTable, rows: Sequence[Row], path: Path, driver: str, *, append: bool = False
) -> None:
    columns: list[Any] = list(zip(*rows, strict=True)) or [()] * (2 + len(table.fields))
    kinds = (table.key_kind, *(kind for _, kind in table.fields))
    values = zip(columns[:1] + columns[2:], kinds, strict=True)
    filled = [_array(some, kind) for some, kind in values]
    # FlatGeobuf cannot index what lies nowhere; such a feature is kept and the index left out.
    options = {"SPATIAL_INDEX": "NO"} if driver == _FLATGEOBUF and None in columns[1] else {}
    pyogrio.raw.write(
        path,
        geometry=np.array(columns[1], dtype=object),
        field_data=[data for data, _ in filled],
        field_mask=[mask for _, mask in filled],
        fields=np.array(["id", *(name for name, _ in table.fields)], dtype=object),
        geometry_type=_SHAPES[table.shapes],
        crs=f"EPSG:{table.crs.epsg}",
        driver=driver,
        layer=table.name,
        append=append,
        layer_options=options,
    )


def _array(values: Sequence[Any], kind: FieldKind) -> tuple[Any, Any]:
    """Return values and which of them are missing, as GDAL takes them."""
    mask = np.array([one is None for one in values], dtype=bool)
    match kind:
        case "integer":
            return np.array([one or 0 for one in values], dtype=np.int64), mask
        case "number":
            return np.array([one or 0.0 for one in values], dtype=np.float64), mask
        case "boolean":
            return np.array([bool(one) for one in values], dtype=bool), mask
        case "date":
            days = [one if isinstance(one, date) else None for one in values]
            return np.array(days, dtype="datetime64[D]"), mask
        case "string":
            return np.array(values, dtype=object), mask


def _pieces(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield rows some at a time; an empty first piece where there are none."""
    every = iter(rows)
    some = list(islice(every, _AT_ONCE))
    yield some
    while some := list(islice(every, _AT_ONCE)):
        yield some
