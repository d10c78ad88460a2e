"""Read KML as it is written: Chinese names of attributes included, which GDAL turns into lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

import shapely
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import parse
from geopandas import GeoDataFrame
from shapely.geometry.base import BaseGeometry

from geodata.domain.errors import DomainError
from geodata.spatial.drawings import closed_area

_LEAST_CORNERS: Final = 4
_HOLDERS: Final = frozenset({"Document", "Folder", "kml"})


def read_kml(path: Path, file: str) -> list[tuple[str, GeoDataFrame]]:
    """Return the folders of a KML with their placemarks: attributes, and areas in degrees.

    Closed lines count as areas.

    Raises:
        DomainError: ``vector.unreadable``: no KML, or one with entities.
    """
    try:
        root = parse(path).getroot()
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise DomainError("vector.unreadable", file=file, reason=f"KML: {error}"[:200]) from error
    if root is None or _tag(root) != "kml":
        raise DomainError("vector.unreadable", file=file, reason="KML")
    layers: dict[str, list[dict[str, Any]]] = {}
    for title, placemark in _placemarks(root, path.stem):
        layers.setdefault(title, []).append(_row(placemark))
    return [
        (title, GeoDataFrame(rows, columns=_columns(rows), geometry="geometry"))
        for title, rows in layers.items()
    ]


def _placemarks(holder: Element, title: str) -> Iterator[tuple[str, Element]]:
    for child in holder:
        tag = _tag(child)
        if tag == "Placemark":
            yield title, child
        elif tag in _HOLDERS:
            yield from _placemarks(child, _text(child, "name") or title)


def _row(placemark: Element) -> dict[str, Any]:
    row: dict[str, Any] = {"name": _text(placemark, "name")}
    for one in placemark.iter():
        tag = _tag(one)
        name = one.get("name") or ""
        if tag == "Data" and name:
            row.setdefault(name, _text(one, "value"))
        elif tag == "SimpleData" and name:
            row.setdefault(name, (one.text or "").strip())
    shapes = [shape for child in placemark for shape in _shapes(child)]
    row["geometry"] = _together(shapes)
    return row


def _columns(rows: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _shapes(element: Element) -> Iterator[BaseGeometry]:
    tag = _tag(element)
    if tag == "MultiGeometry":
        for child in element:
            yield from _shapes(child)
    elif tag in _DRAWN:
        shape = _DRAWN[tag](element)
        if shape is not None:
            yield shape


def _polygon(element: Element) -> BaseGeometry | None:
    found = [_ring(one) for one in element.iter() if _tag(one) == "LinearRing"]
    rings = [one for one in found if len(one) >= _LEAST_CORNERS]
    return shapely.Polygon(rings[0], rings[1:]) if rings else None


def _line(element: Element) -> BaseGeometry | None:
    points = _ring(element)
    return closed_area(shapely.LineString(points)) if len(points) > 1 else None


def _point(element: Element) -> BaseGeometry | None:
    points = _ring(element)
    return shapely.Point(points[0]) if points else None


_DRAWN: Final[dict[str, Callable[[Element], BaseGeometry | None]]] = {
    "Polygon": _polygon,
    "LineString": _line,
    "LinearRing": _line,
    "Point": _point,
}


def _ring(element: Element) -> list[tuple[float, float]]:
    """Return the positions of a ring; what is no pair of numbers is no position."""
    points = []
    for triple in _text(element, "coordinates").split():
        numbers = triple.split(",")
        try:
            points.append((float(numbers[0]), float(numbers[1])))
        except (ValueError, IndexError):
            continue
    return points


def _together(shapes: list[BaseGeometry]) -> BaseGeometry | None:
    if len(shapes) < 2:  # noqa: PLR2004 - one or none
        return shapes[0] if shapes else None
    areas: list[Any] = [one for one in shapes if one.geom_type == "Polygon"]
    return shapely.MultiPolygon(areas) if areas else shapes[0]


def _text(element: Element, tag: str) -> str:
    found = next((child for child in element if _tag(child) == tag), None)
    return "" if found is None or found.text is None else found.text.strip()


def _tag(element: Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]
