"""The coordinate doctor: which coordinate system the numbers of a file really are in.

Every system that the numbers could be of is tried, with both orders of the axes, and each reading
is held against the known ground: the district's border, the town a row names, footprints, where
people live, and where sites of the same name stand. The reading that agrees best wins. How sure
that is follows from a paired comparison with the next best over all positions: fifty positions
that all lie better are proof, fifty of which half lie better are none. Where nothing known can
tell readings apart, the plain one stays and the confidence is nought.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erf, sqrt
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geodata.domain.errors import DomainError
from geodata.spatial.datum import Degrees
from geodata.spatial.evidence import Positions, Scores, weigh
from geodata.spatial.reference import Metres, Reference
from geodata.spatial.systems import (
    BD09,
    CGCS2000,
    FIRST_ZONE,
    GCJ02,
    LAST_ZONE,
    CoordinateSystem,
    moved,
    zone,
)

MOST_POSITIONS: Final = 400
_MOST_SHAPES: Final = 150
_STANDARD: Final = (CGCS2000, GCJ02, BD09, zone(39, has_prefix=True), zone(39, has_prefix=False))
"""Always reported; the zone of 117 E is the one that Zibo works in."""

_ALIKE_M: Final = 1.0
"""Readings nearer to each other than this are one reading."""

_LIKELY: Final = 0.68
_SURE: Final = 0.9
_MOSTLY: Final = 0.5
_LEAST_SCATTER: Final = 0.36
_EARTH_M: Final = 6_371_000.0


@dataclass(frozen=True)
class Sample:
    """Positions as they stand in a file.

    Attributes:
        x: First number of each, or the one that its header calls east.
        y: Second number, or north.
        names: Squeezed name of each one's site, ``""`` for none.
        towns: Squeezed name of each one's town, ``""`` for none.
        shapes: Areas in the file's numbers, one a position, ``None`` for points; or nothing.
    """

    x: Degrees
    y: Degrees
    names: Sequence[str] = ()
    towns: Sequence[str] = ()
    shapes: Sequence[BaseGeometry | None] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of a file.

    Attributes:
        system: What the numbers would be of.
        is_swapped: Whether north would stand before east.
        inside_share: Share of the positions in the district; in China where its border is unknown.
        score: Agreement with all that is known, 0 to 1.
        mean_shift_m: How far, on average, the datum moves the positions: 0 for CGCS2000 and its
            planes; ``None`` where the numbers cannot be of this system.
    """

    system: CoordinateSystem
    is_swapped: bool
    inside_share: float
    score: float
    mean_shift_m: float | None

    @property
    def label(self) -> str:
        """The system's label, with the order of the axes where it is the unusual one."""
        return f"{self.system.label} (axes swapped)" if self.is_swapped else self.system.label


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a file turned out to be.

    Attributes:
        winner: The reading that agrees best.
        runner_up: The next best that lies elsewhere.
        confidence: 0 to 1 that the winner is right rather than the runner-up.
        points: Number of positions that were looked at.
        declared: What the file says of itself, if it does.
        is_contradicted: Whether the ground speaks against what was declared.
        candidates: All readings, the best first.
        before: Positions of the sample, shape (n, 2), degrees, read as declared, else as the
            winner's numbers with no shift undone.
        after: The same in CGCS2000 degrees by the winner.
    """

    winner: Candidate
    runner_up: Candidate
    confidence: float
    points: int
    declared: CoordinateSystem | None
    is_contradicted: bool
    candidates: list[Candidate]
    before: Metres
    after: Metres


@dataclass(frozen=True, slots=True)
class _Reading:
    system: CoordinateSystem
    is_swapped: bool
    unshifted: Metres
    at: Positions


def examine(
    sample: Sample, reference: Reference, *, declared: CoordinateSystem | None = None
) -> Diagnosis:
    """Find out which coordinate system the positions of a file are in.

    Args:
        sample: The positions; of many, an even choice is looked at.
        reference: What is known of the ground.
        declared: What the file, or its sender, says.

    Raises:
        DomainError: ``doctor.points_missing`` where there is no position at all.
    """
    chosen = _chosen(sample)
    if not len(chosen.x):
        raise DomainError("doctor.points_missing")
    readings = _readings(chosen, reference, declared)
    agreement, inside = weigh(reference, [one.at for one in readings], chosen.names, chosen.towns)
    order = _order(agreement, inside, readings, declared)
    best = order[0]
    second = next((one for one in order[1:] if not _is_alike(readings[best], readings[one])), None)
    candidates = [_candidate(one, readings, agreement, inside) for one in order]
    winner = candidates[0]
    runner_up = candidates[1] if second is None else candidates[order.index(second)]
    sure = 0.0 if second is None else _sureness(agreement[best] - agreement[second])
    plain = next((one for one in readings if _is_declared(one, declared)), None)
    return Diagnosis(
        winner=winner,
        runner_up=runner_up,
        confidence=round(sure * winner.inside_share, 3),
        points=len(chosen.x),
        declared=declared,
        is_contradicted=_is_contradicted(declared, order, readings, agreement, inside),
        candidates=_reported(candidates),
        before=readings[best].unshifted if plain is None else plain.at.degrees,
        after=readings[best].at.degrees,
    )


def _chosen(sample: Sample) -> Sample:
    """Return an even choice of the positions that are numbers."""
    known = np.flatnonzero(np.isfinite(sample.x) & np.isfinite(sample.y))
    if known.size > MOST_POSITIONS:
        known = known[np.linspace(0, known.size - 1, MOST_POSITIONS).astype(int)]

    def taken(texts: Sequence[str]) -> list[str]:
        return [texts[index] for index in known.tolist()] if len(texts) else [""] * known.size

    shapes: list[BaseGeometry | None] = [None] * known.size
    if len(sample.shapes):
        every = max(1, -(-known.size // _MOST_SHAPES))
        shapes = [
            sample.shapes[index] if number % every == 0 else None
            for number, index in enumerate(known.tolist())
        ]
    return Sample(
        sample.x[known], sample.y[known], taken(sample.names), taken(sample.towns), shapes
    )


def _readings(
    sample: Sample, reference: Reference, declared: CoordinateSystem | None
) -> list[_Reading]:
    systems = [CGCS2000, GCJ02, BD09, *_zones(sample)]
    if declared is not None and declared not in systems:
        systems.append(declared)
    return [
        _read(sample, reference, system, is_swapped=is_swapped)
        for system in systems
        for is_swapped in (False, True)
    ]


def _zones(sample: Sample) -> list[CoordinateSystem]:
    """Return the zones that the numbers could be of, the standard one always among them."""
    numbers = np.concatenate([sample.x, sample.y])
    prefixes = {int(one) for one in numbers // 1e6 if FIRST_ZONE <= one <= LAST_ZONE}
    has_metres = bool(np.any((np.abs(numbers) > 1e4) & (np.abs(numbers) < 1e6)))  # noqa: PLR2004
    plain = range(FIRST_ZONE, LAST_ZONE + 1) if has_metres else (39,)
    return [
        *(zone(one, has_prefix=True) for one in sorted(prefixes | {39})),
        *(zone(one, has_prefix=False) for one in sorted({*plain})),
    ]


def _read(
    sample: Sample, reference: Reference, system: CoordinateSystem, *, is_swapped: bool
) -> _Reading:
    def pairs(numbers: Metres) -> tuple[Metres, Metres]:
        x, y = numbers[:, 0], numbers[:, 1]
        if is_swapped:
            x, y = y, x
        unshifted = system.unprojected(x, y)
        return np.column_stack(unshifted), np.column_stack(system.to_cgcs2000(x, y))

    unshifted, degrees = pairs(np.column_stack([sample.x, sample.y]))
    metres = reference.metres(degrees[:, 0], degrees[:, 1])
    shapes: dict[int, BaseGeometry] = {}
    for index, shape in enumerate(sample.shapes):
        if shape is not None and np.isfinite(metres[index]).all():
            laid = moved(shape, lambda numbers: reference.metres(*pairs(numbers)[1].T))
            if laid is not None:
                shapes[index] = laid if laid.is_valid else shapely.make_valid(laid)
    return _Reading(system, is_swapped, unshifted, Positions(metres, degrees, shapes))


def _order(
    agreement: Scores,
    inside: Scores,
    readings: list[_Reading],
    declared: CoordinateSystem | None,
) -> list[int]:
    """Return the numbers of the readings, best first.

    Between readings that the ground cannot tell apart the declared one comes first, and without
    one the plain one: nobody's coordinates are moved on a suspicion.
    """
    means = agreement.mean(axis=1)
    order = [int(one) for one in np.argsort(-means, kind="stable")]
    for favoured in (lambda one: _is_declared(one, declared), _is_plain):
        own = next((one for one in order if favoured(readings[one])), None)
        if own is None or inside[own].mean() < _MOSTLY:
            continue
        if _sureness(agreement[order[0]] - agreement[own]) < _LIKELY:
            order.remove(own)
            order.insert(0, own)
        break
    return order


def _is_plain(reading: _Reading) -> bool:
    return reading.system == CGCS2000 and not reading.is_swapped


def _is_declared(reading: _Reading, declared: CoordinateSystem | None) -> bool:
    return declared is not None and reading.system == declared and not reading.is_swapped


def _sureness(gains: Scores) -> float:
    """Return how sure it is that gains are more than chance, 0 to 1.

    The mean is held against its scatter. One more gain is thought added that says nothing, and a
    scatter that no file is free of, so that few positions, or gains too small to matter, never
    make sure.
    """
    with_nothing = np.append(gains, 0.0)
    scatter = float(((with_nothing - with_nothing.mean()) ** 2).sum())
    gained = float(gains.sum()) / sqrt(scatter + _LEAST_SCATTER)
    return max(0.0, erf(gained / sqrt(2.0)))


def _is_contradicted(
    declared: CoordinateSystem | None,
    order: list[int],
    readings: list[_Reading],
    agreement: Scores,
    inside: Scores,
) -> bool:
    if declared is None:
        return False
    own = next(one for one in order if _is_declared(readings[one], declared))
    if inside[own].mean() < _MOSTLY:
        return True
    if _is_alike(readings[order[0]], readings[own]):
        return False
    return _sureness(agreement[order[0]] - agreement[own]) >= _SURE


def _is_alike(one: _Reading, other: _Reading) -> bool:
    apart = np.hypot(*(one.at.metres - other.at.metres).T)
    known = apart[np.isfinite(apart)]
    return bool(known.size) and bool(np.mean(known) < _ALIKE_M)


def _candidate(
    number: int, readings: list[_Reading], agreement: Scores, inside: Scores
) -> Candidate:
    reading = readings[number]
    apart = distance_m(reading.unshifted, reading.at.degrees)
    known = apart[np.isfinite(apart)]
    return Candidate(
        reading.system,
        reading.is_swapped,
        inside_share=round(float(inside[number].mean()), 4),
        score=round(float(agreement[number].mean()), 4),
        mean_shift_m=round(float(known.mean()), 2) if known.size else None,
    )


def _reported(candidates: list[Candidate]) -> list[Candidate]:
    """Leave out zones that were tried and lie nowhere near."""
    return [one for one in candidates if one.score > 0 or one.system in _STANDARD]


def distance_m(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distances between positions of shape (n, 2) in degrees, in metres."""
    a, b = np.radians(one), np.radians(other)
    east = np.sin((b[:, 0] - a[:, 0]) / 2) ** 2 * np.cos(a[:, 1]) * np.cos(b[:, 1])
    chord = np.sqrt(np.clip(np.sin((b[:, 1] - a[:, 1]) / 2) ** 2 + east, 0, 1))
    apart: NDArray[np.float64] = 2 * _EARTH_M * np.arcsin(chord)
    return apart
