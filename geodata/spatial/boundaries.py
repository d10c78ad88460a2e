"""Whether a boundary can be true: what is wrong with it, where, and what could be done.

Nothing here changes a boundary: each solution is another shape that a person may choose. Shapes
come and go in degrees (EPSG:4490); areas are square metres of the zone's plane.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import shapely
from shapely import MultiPolygon, Point
from shapely.geometry.base import BaseGeometry

from geodata.domain.boundary import BoundaryProblem, BoundarySolution
from geodata.domain.errors import DomainError
from geodata.spatial.plane import Plane, plane_of
from geodata.spatial.reshape import as_area, cut, fill, merge, polygons, repair, trim_to

NARROW_M: Final = 2.0
"""What is nowhere wider is a slip of the hand, not ground."""
SMALL_PART_M2: Final = 20.0
LARGEST_M2: Final = 2_000_000.0
SMALLEST_M2: Final = 50.0

_NOISE_M2: Final = 1.0
_NOISE_M: Final = 0.05
"""Coordinates are told to the centimetre: what is thinner than this is no overlap."""
_SHORT_M: Final = 4.0
_NEAR_DEGREES: Final = 1e-4
_CUT_SHARE: Final = 0.1
_CUT_M2: Final = 5.0
_PLACE: Final = re.compile(r"\[(\S+) (\S+)\]")


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another site; ``site_id`` and ``name`` are ``None`` where the actor may not know them."""

    site_id: int | None
    name: str | None
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Outline:
    """A building's outline."""

    footprint_id: int
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Solution:
    """What the boundary would be if a person chose this."""

    key: BoundarySolution
    shape: MultiPolygon


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that cannot be right, or need not be.

    Attributes:
        kind: What it is.
        piece: The offending place in degrees: a point for a crossing, else an area.
        area_m2: Of the piece; of the whole boundary for its size.
        share: Of the boundary's area, 0-1.
        site_id: The other site, if one is concerned and in the actor's scope.
        name: Its name.
        footprint_id: The building that is cut.
        solutions: Best first.
    """

    kind: BoundaryProblem
    piece: BaseGeometry | None = None
    area_m2: float = 0.0
    share: float = 0.0
    site_id: int | None = None
    name: str | None = None
    footprint_id: int | None = None
    solutions: tuple[Solution, ...] = ()


def check(
    candidate: BaseGeometry,
    *,
    town: BaseGeometry | None,
    others: Sequence[Neighbour],
    footprints: Sequence[Outline],
) -> list[Problem]:
    """Return what is wrong with a boundary, the gravest first.

    Args:
        candidate: As drawn, valid or not.
        town: The town's boundary, ``None`` where it is unknown: then nothing is outside.
        others: Boundaries of other sites near it.
        footprints: Buildings near it.
    """
    if not candidate.is_valid:
        return [_invalid(candidate)]
    whole = as_area(candidate)
    if whole.is_empty:
        return [Problem(kind=BoundaryProblem.NO_AREA)]
    return list(_Check(whole, town, others, footprints).problems())


def overlap(one: BaseGeometry, other: BaseGeometry, plane: Plane) -> MultiPolygon:
    """Return what two areas share, without what the precision of coordinates makes of it."""
    if not one.intersects(other):
        return MultiPolygon()
    return _without_noise(one.intersection(other), plane)


def beyond(one: BaseGeometry, town: BaseGeometry, plane: Plane) -> MultiPolygon:
    """Return what of an area lies outside a town, told as `overlap` tells it."""
    return _without_noise(one.difference(town), plane)


class _Check:
    """One boundary among what lies round it."""

    def __init__(
        self,
        whole: MultiPolygon,
        town: BaseGeometry | None,
        others: Sequence[Neighbour],
        footprints: Sequence[Outline],
    ) -> None:
        self._whole = whole
        self._town = town
        self._plane = plane_of(whole)
        self._flat = self._plane.metres(whole)
        self._others = others
        self._footprints = footprints

    def problems(self) -> Iterator[Problem]:
        yield from self._overlaps()
        yield from self._outside()
        yield from self._slivers()
        yield from self._gaps()
        yield from self._size()
        yield from self._cut_footprints()

    def _overlaps(self) -> Iterator[Problem]:
        for other in self._others:
            piece = overlap(self._whole, other.shape, self._plane)
            if not piece.is_empty:
                shape = other.shape
                solutions = _offered((BoundarySolution.TAKE_OFF, partial(self._less, shape)))
                yield self._problem(
                    BoundaryProblem.OVERLAP, piece, solutions, other.site_id, other.name
                )

    def _outside(self) -> Iterator[Problem]:
        town = self._town
        if town is None:
            return
        piece = beyond(self._whole, town, self._plane)
        if not piece.is_empty:
            trimmed = (BoundarySolution.TAKE_OFF, lambda: trim_to(self._whole, town))
            yield self._problem(BoundaryProblem.OUTSIDE, piece, _offered(trimmed))

    def _slivers(self) -> Iterator[Problem]:
        parts = polygons(self._flat)
        narrow = []
        for part in parts:
            if len(parts) > 1 and part.area < SMALL_PART_M2:
                narrow.append(part)
                continue
            opened = part.buffer(-NARROW_M / 2, join_style="mitre")
            opened = opened.buffer(NARROW_M / 2, join_style="mitre")
            narrow += [one for one in polygons(part.difference(opened)) if _is_long(one)]
        for one in narrow:
            piece = self._plane.degrees(one)
            wide = self._plane.degrees(one.buffer(_NOISE_M, join_style="mitre"))
            dropped = (BoundarySolution.DROP, partial(self._less, wide))
            yield self._problem(BoundaryProblem.SLIVER, piece, _offered(dropped))

    def _gaps(self) -> Iterator[Problem]:
        holes = [shapely.Polygon(ring) for one in polygons(self._flat) for ring in one.interiors]
        for hole in holes:
            if hole.area < SMALL_PART_M2 or hole.buffer(-NARROW_M / 2).is_empty:
                yield self._gap(hole, None)
        around = [one for one in self._others if one.shape.dwithin(self._whole, _NEAR_DEGREES)]
        flats = [(one, self._plane.metres(one.shape)) for one in around]
        near = [(one, flat) for one, flat in flats if flat.distance(self._flat) < NARROW_M]
        taken = shapely.union_all([self._flat, *holes, *(flat for _, flat in near)])
        # Beside itself: a notch is a gap too.
        for other, flat in [(None, self._flat), *near]:
            closed = self._flat.union(flat).buffer(NARROW_M / 2, join_style="mitre")
            closed = closed.buffer(-NARROW_M / 2, join_style="mitre")
            between = closed.difference(taken)
            for one in polygons(between):
                touches = max(one.distance(self._flat), one.distance(flat)) < _NOISE_M
                if touches and _is_long(one) and _is_ground(one):
                    yield self._gap(one, other)

    def _gap(self, flat: shapely.Polygon, other: Neighbour | None) -> Problem:
        piece = self._plane.degrees(flat)
        others = [one.shape for one in self._others]
        filled = (BoundarySolution.FILL, lambda: fill(self._whole, piece, others=others))
        site_id, name = (other.site_id, other.name) if other else (None, None)
        return self._problem(BoundaryProblem.GAP, piece, _offered(filled), site_id, name)

    def _size(self) -> Iterator[Problem]:
        area = self._flat.area
        if area > LARGEST_M2:
            yield Problem(kind=BoundaryProblem.TOO_LARGE, area_m2=area, share=1.0)
        if area < SMALLEST_M2:
            yield Problem(kind=BoundaryProblem.TOO_SMALL, area_m2=area, share=1.0)

    def _cut_footprints(self) -> Iterator[Problem]:
        border = self._whole.boundary
        for one in self._footprints:
            if not one.shape.intersects(border):
                continue
            flat = self._plane.metres(one.shape)
            inside = flat.intersection(self._flat).area
            least = max(_CUT_M2, _CUT_SHARE * flat.area)
            if not least <= inside <= flat.area - least:
                continue
            shape = one.shape
            offers = [
                (BoundarySolution.INCLUDE, partial(self._with, shape)),
                (BoundarySolution.EXCLUDE, partial(self._less, shape)),
            ]
            if any(other.shape.intersects(shape) for other in self._others):
                # Taking the whole building would be taking ground of another site.
                offers.pop(0)
            yield Problem(
                kind=BoundaryProblem.FOOTPRINT_CUT,
                piece=shape,
                area_m2=inside,
                share=inside / flat.area,
                footprint_id=one.footprint_id,
                solutions=_offered(*offers),
            )

    def _with(self, other: BaseGeometry) -> MultiPolygon:
        return merge([self._whole, other])

    def _less(self, other: BaseGeometry) -> MultiPolygon:
        return cut(self._whole, other)

    def _problem(
        self,
        kind: BoundaryProblem,
        piece: BaseGeometry,
        solutions: tuple[Solution, ...],
        site_id: int | None = None,
        name: str | None = None,
    ) -> Problem:
        area = self._plane.area_m2(piece)
        return Problem(
            kind=kind,
            piece=piece,
            area_m2=area,
            share=area / self._flat.area,
            site_id=site_id,
            name=name,
            solutions=solutions,
        )


def _invalid(candidate: BaseGeometry) -> Problem:
    place = _PLACE.search(shapely.is_valid_reason(candidate))
    repaired = repair(candidate)
    solutions = () if repaired.is_empty else (Solution(BoundarySolution.REPAIR, repaired),)
    return Problem(
        kind=BoundaryProblem.INVALID,
        piece=None if place is None else Point(float(place[1]), float(place[2])),
        solutions=solutions,
    )


def _offered(
    *offers: tuple[BoundarySolution, Callable[[], MultiPolygon]],
) -> tuple[Solution, ...]:
    """Return the solutions that leave something of the boundary."""
    found = []
    for key, reshaped in offers:
        try:
            found.append(Solution(key, reshaped()))
        except DomainError:
            continue
    return tuple(found)


def _without_noise(shape: BaseGeometry, plane: Plane) -> MultiPolygon:
    return MultiPolygon([one for one in polygons(shape) if _is_ground(plane.metres(one))])


def _is_ground(flat: BaseGeometry) -> bool:
    return flat.area >= _NOISE_M2 and not flat.buffer(-_NOISE_M / 2).is_empty


def _is_long(flat: BaseGeometry) -> bool:
    """Tell whether a narrow piece is longer than the corner that any drawing has."""
    return flat.area >= _NOISE_M2 and flat.length / 2 >= _SHORT_M
