"""Footprints, residential areas and roads of an OpenStreetMap extract."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import osmium
import shapely
from geopandas import GeoDataFrame

from geodata.domain.errors import DomainError

CRS: Final = "EPSG:4490"
"""OpenStreetMap's WGS84 is taken as CGCS2000, see `geodata.spatial.datum`."""

_LANDUSE: Final = {
    ("landuse", "residential"): "residential",
    ("natural", "water"): "water",
    ("waterway", "riverbank"): "water",
    ("landuse", "reservoir"): "water",
    ("landuse", "basin"): "water",
    ("leisure", "park"): "green",
    ("leisure", "garden"): "green",
    ("landuse", "grass"): "green",
    ("landuse", "forest"): "green",
    ("natural", "wood"): "green",
    ("landuse", "recreation_ground"): "green",
}
_ROADS: Final = frozenset(
    [
        "motorway",
        "motorway_link",
        "trunk",
        "trunk_link",
        "primary",
        "primary_link",
        "secondary",
        "secondary_link",
        "tertiary",
        "tertiary_link",
        "unclassified",
        "residential",
        "living_street",
        "service",
        "pedestrian",
        "track",
        "footway",
        "cycleway",
        "path",
        "steps",
        "road",
    ]
)
_NUMBER: Final = re.compile(r"^\d+(\.\d+)?")
_ONEWAY: Final = frozenset({"yes", "true", "1", "-1"})


@dataclass(frozen=True, slots=True)
class OsmExtract:
    """What an extract holds, each EPSG:4490.

    Attributes:
        footprints: ``source_id``, ``use``, ``name``, ``floors``, ``height_m``; polygons.
        landuse: ``source_id``, ``kind`` (residential, water, green), ``name``; polygons.
        roads: ``source_id``, ``highway``, ``name``, ``is_oneway``, ``access``; lines.
        skipped: Buildings, areas and roads that OpenStreetMap itself left broken.
    """

    footprints: GeoDataFrame
    landuse: GeoDataFrame
    roads: GeoDataFrame
    skipped: int


@dataclass(slots=True)
class _Rows:
    footprints: list[dict[str, Any]] = field(default_factory=list)
    landuse: list[dict[str, Any]] = field(default_factory=list)
    roads: list[dict[str, Any]] = field(default_factory=list)
    skipped: int = 0
    not_assembled: set[int] = field(default_factory=set)
    """Closed ways that should become areas: osmium leaves out those that cross themselves."""


def read_osm(path: Path) -> OsmExtract:
    """Read an extract (``.osm.pbf``, ``.osm``, ``.osm.bz2``).

    Buildings and areas come from closed ways and multipolygon relations; roads from ways.

    Raises:
        DomainError: ``osm.missing``, ``osm.unreadable``, ``osm.empty`` with the file's name.
    """
    if not path.is_file():
        raise DomainError("osm.missing", file=path.name)
    rows = _Rows()
    try:
        for item in _items(path):
            _take(item, rows)
    except (RuntimeError, ValueError) as error:
        # osmium has no exception of its own; ids that are no numbers are a ValueError.
        reason = str(error).replace(str(path), path.name)
        raise DomainError("osm.unreadable", file=path.name, reason=reason) from error
    if not (rows.footprints or rows.landuse or rows.roads):
        raise DomainError("osm.empty", file=path.name)
    return OsmExtract(
        _frame(rows.footprints, "source_id use name floors height_m"),
        _frame(rows.landuse, "source_id kind name"),
        _frame(rows.roads, "source_id highway name is_oneway access"),
        rows.skipped + len(rows.not_assembled),
    )


def _items(path: Path) -> Iterator[Any]:
    wanted = osmium.filter.KeyFilter(
        "building", "landuse", "natural", "leisure", "waterway", "highway"
    )
    return iter(osmium.FileProcessor(str(path)).with_areas(wanted).with_filter(wanted))


def _take(item: Any, rows: _Rows) -> None:  # noqa: ANN401 - osmium's own classes
    if item.is_area():
        if item.from_way():
            rows.not_assembled.discard(item.orig_id())
        _take_area(item, rows)
        return
    if item.is_way() and item.is_closed() and any(_uses(item.tags)):
        rows.not_assembled.add(item.id)
    if item.is_way() and item.tags.get("highway") in _ROADS and "area" not in item.tags:
        _take_road(item, rows)


def _take_area(area: Any, rows: _Rows) -> None:  # noqa: ANN401
    tags = area.tags
    use, kind = _uses(tags)
    if use is None and kind is None:
        return
    shape = _multipolygon(area)
    if shape is None:
        rows.skipped += 1
        return
    row = {
        "source_id": f"{'w' if area.from_way() else 'r'}{area.orig_id()}",
        "name": tags.get("name"),
        "geometry": shape,
    }
    if use is not None:
        floors = _number(tags.get("building:levels"))
        height_m = _number(tags.get("height"))
        floors = None if floors is None else int(floors)
        rows.footprints.append({**row, "use": use, "floors": floors, "height_m": height_m})
    else:
        rows.landuse.append({**row, "kind": kind})


def _uses(tags: Any) -> tuple[str | None, str | None]:  # noqa: ANN401
    """Return what building the tags make of a closed way, and what use of land."""
    use = tags.get("building")
    kind = next((kind for (key, value), kind in _LANDUSE.items() if tags.get(key) == value), None)
    return (None if use == "no" else use), kind


def _take_road(way: Any, rows: _Rows) -> None:  # noqa: ANN401
    points = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
    if len(points) < 2:  # noqa: PLR2004 - a line has two ends
        rows.skipped += 1
        return
    is_reversed = way.tags.get("oneway") == "-1"
    rows.roads.append(
        {
            "source_id": f"w{way.id}",
            "highway": way.tags.get("highway"),
            "name": way.tags.get("name"),
            "is_oneway": way.tags.get("oneway") in _ONEWAY
            or way.tags.get("junction") == "roundabout",
            "access": way.tags.get("access"),
            "geometry": shapely.LineString(points[::-1] if is_reversed else points),
        }
    )


def _multipolygon(area: Any) -> shapely.MultiPolygon | None:  # noqa: ANN401
    polygons = []
    for outer in area.outer_rings():
        holes = [_ring(inner) for inner in area.inner_rings(outer)]
        polygons.append(shapely.Polygon(_ring(outer), holes))
    shape = shapely.MultiPolygon(polygons)
    return shape if not shape.is_empty and shape.is_valid else None


def _ring(ring: Any) -> list[tuple[float, float]]:  # noqa: ANN401
    return [(node.lon, node.lat) for node in ring]


def _number(text: str | None) -> float | None:
    match = _NUMBER.match(text.strip()) if text else None
    return float(match[0]) if match else None


def _frame(rows: list[dict[str, Any]], columns: str) -> GeoDataFrame:
    return GeoDataFrame(rows, columns=[*columns.split(), "geometry"], geometry="geometry", crs=CRS)
