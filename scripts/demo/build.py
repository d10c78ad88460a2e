"""Make the whole district and write it as the files that a real one would hand in."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import shapely
from geopandas import GeoDataFrame
from shapely import LineString, Polygon

from geodata.ledger.form_writer import write_form
from scripts.cli.output import Progress
from scripts.demo.ground import COMMUNITY_SHARE, RURAL_SHARE, Ground, build_ground
from scripts.demo.history import write_editions
from scripts.demo.plane import to_degrees, warp
from scripts.demo.size import DemoSize
from scripts.demo.streets import Street, country_roads, crossed, lay_grid
from scripts.demo.territory import Territory, lay_territory

_NOT_DRAWN_YET = 0.03


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """The files of a district.

    Attributes:
        divisions: GeoJSON with codes, order and boundaries.
        ledgers: Workbooks of the official form and their day, oldest first.
        boundaries: Site boundaries (EPSG:4490) with ``neighbourhood`` (code) and ``name``.
        footprints: As `geodata.store.imports.ground` takes them.
        roads: The same.
        landuse: The same.
    """

    divisions: Path
    ledgers: list[tuple[date, Path]]
    boundaries: GeoDataFrame
    footprints: GeoDataFrame
    roads: GeoDataFrame
    landuse: GeoDataFrame


def build_demo(
    folder: Path, size: DemoSize, *, seed: int, today: date, progress: Progress
) -> DemoFiles:
    """Make a district; the same seed, size and day give the same district."""
    random = np.random.default_rng(seed)
    progress("区划  /  divisions")
    territory = lay_territory(random, size.stretch)
    progress("街道与小区  /  streets and communities")
    urban = size.communities * (1 - RURAL_SHARE)
    grid = lay_grid(random, int(urban / COMMUNITY_SHARE))
    ground = build_ground(random, size, territory, grid)
    streets = [*grid.streets, *country_roads(random, territory.seats, territory.villages, grid)]
    progress("台账  /  ledgers")
    names = {one.code: one.name for one in territory.drafts}
    ledgers = []
    for edition in write_editions(random, ground.sites, names, today):
        path = folder / f"{edition.on.isoformat()}.xlsx"
        write_form(
            edition.drafts,
            path,
            unit=territory.drafts[0].name,
            filled_on=edition.on,
            is_sample=True,
        )
        ledgers.append((edition.on, path))
    progress("坐标  /  coordinates")
    return DemoFiles(
        divisions=_write_divisions(folder, territory),
        ledgers=ledgers,
        boundaries=_boundaries(random, ground),
        footprints=_footprints(ground),
        roads=_roads(streets),
        landuse=_landuse(random, ground, size.stretch),
    )


def _write_divisions(folder: Path, territory: Territory) -> Path:
    shapes = to_degrees([one.boundary for one in territory.drafts])
    features = [
        {
            "type": "Feature",
            "properties": {
                "code": one.code,
                "kind": one.kind.value,
                "name": one.name,
                "parent_code": one.parent_code,
                "aliases": ";".join(one.aliases),
            },
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for one, shape in zip(territory.drafts, shapes, strict=True)
    ]
    path = folder / "divisions.geojson"
    content = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return path


def _boundaries(random: np.random.Generator, ground: Ground) -> GeoDataFrame:
    drawn = [site for site in ground.sites if random.random() > _NOT_DRAWN_YET]
    return GeoDataFrame(
        {
            "neighbourhood": [site.neighbourhood for site in drawn],
            "name": [site.name for site in drawn],
        },
        geometry=to_degrees([site.shape for site in drawn]),
        crs="EPSG:4490",
    )


def _footprints(ground: Ground) -> GeoDataFrame:
    shapes, uses, floors = zip(*ground.footprints, strict=True)
    return GeoDataFrame(
        {
            "source_id": [f"demo-{number}" for number in range(len(shapes))],
            "use": uses,
            "name": None,
            "floors": floors,
            "height_m": np.array(floors) * 3.0,
        },
        geometry=to_degrees(list(shapes)),
        crs="EPSG:4490",
    )


def _roads(streets: Iterable[Street]) -> GeoDataFrame:
    rows = list(streets)
    return GeoDataFrame(
        {
            "source_id": [f"demo-{number}" for number in range(len(rows))],
            "highway": [row.highway for row in rows],
            "name": [row.name for row in rows],
            "is_oneway": False,
            "access": None,
        },
        geometry=to_degrees(np.array(crossed([row.line for row in rows]), dtype=object)),
        crs="EPSG:4490",
    )


def _landuse(random: np.random.Generator, ground: Ground, stretch: float) -> GeoDataFrame:
    line = np.column_stack([np.full(80, -2600.0), np.linspace(-9500, 9500, 80)]) * stretch
    river = LineString(warp(line, amplitude_m=520, length_m=1900, turn=0.9)).buffer(28)
    areas: list[tuple[str, str | None, Polygon]] = [("water", "孝妇河", river)]
    for kind, shape in ground.greens:
        areas.append((kind, None, shape))
        if random.random() < 0.5:  # noqa: PLR2004 - every second park has a pond
            areas.append(("water", None, shape.centroid.buffer(shape.area**0.5 / 5)))
    kinds, names, shapes = zip(*areas, strict=True)
    return GeoDataFrame(
        {
            "source_id": [f"demo-{number}" for number in range(len(shapes))],
            "kind": kinds,
            "name": names,
        },
        geometry=to_degrees(list(shapes)),
        crs="EPSG:4490",
    )
