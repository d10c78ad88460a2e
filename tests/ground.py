"""A made-up district to hold coordinates against: two towns, sites with slabs, lone houses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import box
from shapely.geometry.base import BaseGeometry

from geodata.domain.vocabulary import squeeze
from geodata.spatial.reference import Reference
from geodata.spatial.systems import zone

PLANE = zone(39, has_prefix=False)
"""EPSG:4548: the district is laid out in metres."""

EAST, NORTH = 577_470.0, 4_075_100.0
_REACH_M = 6000.0


@dataclass(frozen=True)
class TestGround:
    """The district, EPSG:4490.

    Attributes:
        reference: All of it, as the doctor is told.
        sites: Boundaries by name.
        towns: Name of each site's town.
    """

    __test__ = False

    reference: Reference
    sites: dict[str, BaseGeometry]
    towns: dict[str, str]


def a_ground(seed: int = 1, sites: int = 150) -> TestGround:
    """Return a district; the same seed gives the same one."""
    random = np.random.default_rng(seed)
    boundaries: list[BaseGeometry] = []
    houses: list[BaseGeometry] = []
    while len(boundaries) < sites:
        x, y = random.normal(0, _REACH_M / 3, 2).clip(-_REACH_M, _REACH_M)
        wide, deep = random.uniform(110, 320, 2)
        block = box(x, y, x + wide, y + deep)
        if any(block.distance(other) < 15 for other in boundaries):
            continue
        boundaries.append(block)
        west, south, east, north = block.bounds
        houses += [
            box(x, y, x + 44, y + 12)
            for y in np.arange(south + 8, north - 18, 28)
            for x in np.arange(west + 8, east - 48, 55)
        ]
    for x, y in random.uniform(-_REACH_M, _REACH_M, (300, 2)):
        house = box(x, y, x + 30, y + 11)
        if not any(house.intersects(block) for block in boundaries):
            houses.append(house)
    names = [f"示例小区{number}" for number in range(len(boundaries))]
    shapes = dict(zip(names, in_degrees(boundaries), strict=True))
    edge = _REACH_M + 400
    east_town, west_town = in_degrees([box(0, -edge, edge, edge), box(-edge, -edge, 0, edge)])
    reference = Reference(
        district=shapely.union(east_town, west_town),
        towns={squeeze("东街街道"): east_town, squeeze("西街街道"): west_town},
        outlines=in_degrees(houses),
        grounds=list(shapes.values()),
        places={squeeze(name): [shape] for name, shape in shapes.items()},
    )
    towns = {
        name: "东街街道" if shape.centroid.x > east_town.bounds[0] else "西街街道"
        for name, shape in shapes.items()
    }
    return TestGround(reference, shapes, towns)


def in_degrees(shapes: list[BaseGeometry]) -> list[BaseGeometry]:
    """Return shapes in metres about the district's middle as EPSG:4490."""
    moved = shapely.transform(
        np.array(shapes, dtype=object),
        lambda xy: np.column_stack(PLANE.to_cgcs2000(xy[:, 0] + EAST, xy[:, 1] + NORTH)),
    )
    return list(moved)
