"""What the attributes of a vector file say about building outlines, whoever named them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd
from geopandas import GeoDataFrame

COLUMNS: Final = {
    "source_id": ("source_id", "osm_id"),
    "use": ("use", "building", "usage", "用途"),
    "name": ("name", "名称"),
    "floors": ("floors", "floor", "levels", "building:levels", "building_levels", "层数", "楼层"),
    "height_m": ("height_m", "height", "高度", "楼高"),
}
"""Attribute names by field, preferred first; upper and lower case alike."""

_NUMBER: Final = r"^\s*(\d+(?:\.\d+)?)"


def as_footprints(path: Path, features: GeoDataFrame) -> tuple[GeoDataFrame, dict[str, str]]:
    """Return outlines with the columns of a footprint, and which attribute became which.

    Args:
        path: The file; outlines without an identifier of their own are numbered by it.
        features: As `read_polygons` returns them.

    Returns:
        ``source_id``, ``use``, ``name``, ``floors``, ``height_m`` and the geometry; a number
        that cannot be read, or is below 0, is nothing. The mapping is field by attribute.
    """
    written = {str(name).lower(): str(name) for name in features.columns}
    columns: dict[str, str] = {}
    outlines = features[["geometry"]].copy()
    for field, names in COLUMNS.items():
        header = next((written[name] for name in names if name in written), None)
        if header is not None:
            columns[header] = field
        outlines[field] = None if header is None else features[header]
    for field in ("floors", "height_m"):
        text = outlines[field].astype("string").str.extract(_NUMBER, expand=False)
        outlines[field] = pd.to_numeric(text, errors="coerce").astype(float)
    outlines["floors"] = outlines["floors"].where(outlines["floors"] < 1000).round()  # noqa: PLR2004
    ids = outlines["source_id"]
    if ids.isna().any() or ids.astype(str).duplicated().any():
        columns = {header: field for header, field in columns.items() if field != "source_id"}
        outlines["source_id"] = [f"{path.stem}-{number}" for number in features["feature_no"]]
    else:
        outlines["source_id"] = ids.astype(str)
    return outlines, columns
