"""Site outlines of a CAD drawing (DXF): closed lines as areas, texts inside them as names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from geopandas import GeoDataFrame
from shapely.geometry.base import BaseGeometry

from geodata.domain.errors import DomainError

_BINARY: Final = b"AutoCAD Binary DXF"
_CODEPAGE: Final = re.compile(r"(\$DWGCODEPAGE\s*\n\s*3\s*\n)[^\n]*")
_HEADER: Final = re.compile(r"^(\s*0\s*\nSECTION\s*\n\s*2\s*\nHEADER\s*\n)", re.MULTILINE)
_SAYS_GBK: Final = "  9\n$DWGCODEPAGE\n  3\nANSI_936\n"
_LEAST_CORNERS: Final = 4
_CLOSED_SHARE: Final = 1e-4
"""A gap this small against the line's length is a slip of the hand."""


def rewrite_in_gbk(path: Path, file: str) -> None:
    """Let a drawing say the encoding that its texts are in; GDAL believes what it says.

    Raises:
        DomainError: ``vector.unreadable`` for a binary drawing.
    """
    content = path.read_bytes()
    if content.startswith(_BINARY):
        raise DomainError("vector.unreadable", file=file, reason="binary DXF")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", "replace")
    text = text.replace("\r\n", "\n")
    if _CODEPAGE.search(text):
        text = _CODEPAGE.sub(r"\g<1>ANSI_936", text, count=1)
    elif _HEADER.search(text):
        text = _HEADER.sub(lambda match: match[1] + _SAYS_GBK, text, count=1)
    else:
        text = f"  0\nSECTION\n  2\nHEADER\n{_SAYS_GBK}  0\nENDSEC\n{text}"
    path.write_bytes(text.encode("gbk", "replace"))


def areas_of_drawing(entities: GeoDataFrame) -> GeoDataFrame:
    """Return the closed lines and areas of a drawing.

    Args:
        entities: As GDAL reads them: ``Layer``, ``Text`` and a geometry of any kind.

    Returns:
        Areas in the drawing's numbers, with ``name``: the one text inside, else the layer's name;
        ``layer``; and ``texts``, all texts inside.
    """
    texts = entities[entities["Text"].notna() & (entities.geometry.geom_type == "Point")]
    rows = []
    for layer, shape in zip(entities["Layer"], entities.geometry, strict=True):
        area = _area(shape)
        if area is None:
            continue
        inside = texts[shapely.contains(area, texts.geometry.to_numpy())]["Text"]
        written = list(dict.fromkeys(str(one).strip() for one in inside))
        names = [one for one in written if re.search(r"[^\W\d_]", one)]
        rows.append(
            {
                "name": names[0] if len(names) == 1 else str(layer or ""),
                "layer": str(layer or ""),
                "texts": "; ".join(written),
                "geometry": area,
            }
        )
    return GeoDataFrame(rows, columns=["name", "layer", "texts", "geometry"], geometry="geometry")


def closed_area(line: BaseGeometry) -> BaseGeometry | None:
    """Return the area that a closed line runs around, ``None`` for one that stays open."""
    corners = shapely.get_coordinates(line)
    gap = float(np.hypot(*(corners[0] - corners[-1])))
    if gap > _CLOSED_SHARE * line.length or len(corners) < _LEAST_CORNERS:
        return None
    corners[-1] = corners[0]
    return shapely.Polygon(corners)


def _area(shape: BaseGeometry | None) -> BaseGeometry | None:
    if shape is None or shape.is_empty:
        return None
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shapely.force_2d(shape)
    return closed_area(shape) if shape.geom_type == "LineString" else None
