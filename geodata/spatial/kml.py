"""Sites as they leave the house, and as KML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

import shapely
from shapely.geometry.base import BaseGeometry

Value = str | int | float | None

_KML: Final = "http://www.opengis.net/kml/2.2"
_DECIMALS: Final = 9
_NOT_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class ExportField:
    """An attribute.

    Attributes:
        key: In the cells of a site.
        name: As files show it.
        short: For Shapefiles: at most ten bytes of GBK.
        is_whole: Whether it counts something.
    """

    key: str
    name: str
    short: str
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class ExportedSite:
    """A site's cells by key of a field, and where it stands (EPSG:4490)."""

    cells: Mapping[str, Value]
    shape: BaseGeometry | None


def kml(
    title: str, layers: Mapping[str, Sequence[ExportedSite]], fields: Sequence[ExportField]
) -> bytes:
    """Return sites as a KML document, a folder a layer.

    Args:
        title: Of the document.
        layers: Sites by the name of their layer, in the degrees that are to stand in the file.
        fields: In the order of the attributes.
    """
    root = ET.Element("kml", xmlns=_KML)
    document = ET.SubElement(root, "Document")
    ET.SubElement(document, "name").text = title
    for layer, some in layers.items():
        folder = ET.SubElement(document, "Folder")
        ET.SubElement(folder, "name").text = layer
        for one in some:
            _placemark(folder, one, fields)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _placemark(folder: ET.Element, site: ExportedSite, fields: Sequence[ExportField]) -> None:
    placemark = ET.SubElement(folder, "Placemark")
    ET.SubElement(placemark, "name").text = _xml(site.cells.get("name"))
    more = ET.SubElement(placemark, "ExtendedData")
    for field in fields:
        held = ET.SubElement(more, "Data", name=field.name)
        ET.SubElement(held, "value").text = _xml(site.cells.get(field.key))
    if site.shape is None:
        return
    parts = shapely.get_parts([site.shape]).tolist()
    parent = placemark if len(parts) == 1 else ET.SubElement(placemark, "MultiGeometry")
    for part in parts:
        _draw(parent, part)


def _draw(parent: ET.Element, part: BaseGeometry) -> None:
    drawn = ET.SubElement(parent, part.geom_type)
    if part.geom_type == "Point":
        ET.SubElement(drawn, "coordinates").text = _written(part)
        return
    rings = [part.exterior, *part.interiors]  # type: ignore[attr-defined]
    for number, ring in enumerate(rings):
        border = ET.SubElement(drawn, "innerBoundaryIs" if number else "outerBoundaryIs")
        linear = ET.SubElement(border, "LinearRing")
        ET.SubElement(linear, "coordinates").text = _written(ring)


def _written(shape: BaseGeometry) -> str:
    return " ".join(
        f"{x:.{_DECIMALS}f},{y:.{_DECIMALS}f}" for x, y in shapely.get_coordinates(shape)
    )


def _xml(value: Value) -> str:
    return "" if value is None else _NOT_XML.sub("", str(value))
