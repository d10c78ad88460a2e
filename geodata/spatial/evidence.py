"""How well positions agree with a known ground: one figure from 0 to 1 a position and kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geodata.spatial.datum import CHINA_BOX
from geodata.spatial.reference import Metres, Reference, Shapes

Scores = NDArray[np.float64]

OUTLINE_M: Final = 12.0
GROUND_M: Final = 40.0
PLACE_M: Final = 120.0
"""Distances at which a position agrees by a third with a footprint, a ground, a known place."""

_ANOTHER_M: Final = 4000.0
"""A namesake further away than this under every reading is another place."""

_UNKNOWN_M: Final = 300.0
"""With no footprint nearer under any reading, nothing is known of the buildings there."""

_SLACK_M: Final = 3.0


@dataclass(frozen=True, slots=True)
class Positions:
    """One reading of the sample.

    Attributes:
        metres: Shape (n, 2), about the middle of the reference; ``nan`` where it is none.
        degrees: Shape (n, 2), CGCS2000.
        shapes: Areas in metres by the number of their position, where the sample has areas.
    """

    metres: Metres
    degrees: Metres
    shapes: dict[int, BaseGeometry]


Measure = Callable[[Positions], Scores]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One kind of agreement.

    Attributes:
        weight: Against the others.
        scores: Shape (readings, n), 0 to 1.
        applies: Shape (n,): for which positions it says anything.
    """

    weight: float
    scores: Scores
    applies: NDArray[np.bool_]


def weigh(
    reference: Reference,
    readings: Sequence[Positions],
    names: Sequence[str],
    towns: Sequence[str],
) -> tuple[Scores, Scores]:
    """Return how each reading of each position agrees, and whether it lies inside.

    Args:
        reference: The known ground.
        readings: All of the same n positions.
        names: Squeezed name of each position's site, ``""`` for none.
        towns: Squeezed name of each position's town, ``""`` for none.

    Returns:
        Two arrays of shape (readings, n): the weighted mean of all evidence, 0 to 1; and 1 where
        a position lies in the district, or in China where no boundary is known.
    """
    inside = np.array([_inside(reference, one) for one in readings])
    count = len(names)
    found = [Evidence(1.0, inside, np.ones(count, dtype=bool))]
    found += [
        *_by_town(reference, readings, towns),
        *_by_place(reference, readings, names),
        *_by_tree(reference.outlines_tree, readings, OUTLINE_M),
        *_by_tree(reference.grounds_tree, readings, GROUND_M),
        *_by_shape(reference.outlines_tree, readings),
    ]
    total = sum(one.weight * one.scores * one.applies for one in found)
    weights = sum(one.weight * one.applies for one in found)
    # What lies outside agrees with nothing, however near to a building it may be.
    return total / weights * inside, inside


def _inside(reference: Reference, at: Positions) -> Scores:
    known = np.isfinite(at.metres).all(axis=1)
    if reference.area_m is None:
        west, south, east, north = CHINA_BOX
        x, y = at.degrees[:, 0], at.degrees[:, 1]
        return (known & (x > west) & (x < east) & (y > south) & (y < north)).astype(float)
    held = shapely.contains_xy(reference.area_m, at.metres[:, 0], at.metres[:, 1])
    return (known & held).astype(float)


def _by_town(
    reference: Reference, readings: Sequence[Positions], towns: Sequence[str]
) -> list[Evidence]:
    applies = np.array([town in reference.towns_m for town in towns], dtype=bool)
    if not applies.any():
        return []
    scores = np.zeros((len(readings), len(towns)))
    for index in np.flatnonzero(applies).tolist():
        area = reference.towns_m[towns[index]]
        places = np.array([one.metres[index] for one in readings])
        scores[:, index] = shapely.contains_xy(area, places[:, 0], places[:, 1])
    return [Evidence(1.0, scores, applies)]


def _by_place(
    reference: Reference, readings: Sequence[Positions], names: Sequence[str]
) -> list[Evidence]:
    applies = np.array([bool(name) and name in reference.places for name in names], dtype=bool)
    if not applies.any():
        return []
    away = np.full((len(readings), len(names)), np.inf)
    scores = np.zeros((len(readings), len(names)))
    for index in np.flatnonzero(applies).tolist():
        known = reference.places_m[names[index]]
        for number, one in enumerate(readings):
            if np.isfinite(one.metres[index]).all():
                away[number, index], scores[number, index] = _likeness(known, one, index)
    applies &= away.min(axis=0) < _ANOTHER_M
    return [Evidence(3.0, scores, applies)]


def _likeness(known: Shapes, at: Positions, index: int) -> tuple[float, float]:
    """Return how far a position is from where its namesakes stand, and how well it agrees.

    An area agrees with an area by the share that both have of what either has.
    """
    away = float(shapely.distance(shapely.Point(at.metres[index]), known).min())
    shape = at.shapes.get(index)
    if shape is None or shapely.area(known).max() == 0:
        return away, float(np.exp(-away / PLACE_M))
    both = shapely.area(shapely.intersection(shape, known))
    either = shapely.area(known) + shapely.area(shape) - both
    return away, float((both / either).max())


def _by_tree(
    tree: shapely.STRtree, readings: Sequence[Positions], scale_m: float
) -> list[Evidence]:
    if not len(tree):
        return []
    away = np.array([_nearest(tree, one.metres) for one in readings])
    applies = away.min(axis=0) < _UNKNOWN_M
    return [Evidence(1.0, np.exp(-away / scale_m), applies)] if applies.any() else []


def _nearest(tree: shapely.STRtree, metres: Metres) -> Scores:
    away = np.full(len(metres), np.inf)
    known = np.flatnonzero(np.isfinite(metres).all(axis=1))
    if known.size:
        points = shapely.points(metres[known])
        (asked, _), apart = tree.query_nearest(
            points, all_matches=False, return_distance=True, max_distance=_UNKNOWN_M
        )
        away[known[asked]] = apart
    return away


def _by_shape(tree: shapely.STRtree, readings: Sequence[Positions]) -> list[Evidence]:
    """Areas of the right place hold buildings whole; those of a wrong one cut through them."""
    if not len(tree) or not any(one.shapes for one in readings):
        return []
    scores = np.array([_wholeness(tree, one) for one in readings])
    applies = scores.max(axis=0) > 0
    return [Evidence(2.0, scores, applies)] if applies.any() else []


def _wholeness(tree: shapely.STRtree, at: Positions) -> Scores:
    scores = np.zeros(len(at.metres))
    if not at.shapes:
        return scores
    numbers = list(at.shapes)
    areas: Shapes = np.array(list(at.shapes.values()), dtype=object)
    touched, outlines = tree.query(areas, predicate="intersects")
    if not touched.size:
        return scores
    grown = shapely.buffer(areas, _SLACK_M)
    shapely.prepare(grown)
    is_whole = shapely.contains(grown[touched], tree.geometries[outlines])
    all_of = np.bincount(touched, minlength=len(areas))
    whole = np.bincount(touched, weights=is_whole, minlength=len(areas))
    scores[numbers] = whole / np.maximum(all_of, 1)
    return scores
