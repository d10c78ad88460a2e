"""Datums of coordinates in China: CGCS2000, WGS84, and the two shifted ones of map services.

GCJ-02 is a published smooth shift of a few hundred metres; BD-09 shifts GCJ-02 once more. Both
are inverted by iteration until the position repeats within `_EXACT_DEGREES`, so that there and
back ends within a millimetre.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geodata.domain.errors import DomainError

Degrees = NDArray[np.float64]
Pair = tuple[Degrees, Degrees]

_SEMI_MAJOR_M: Final = 6378245.0
_ECCENTRICITY_2: Final = 0.00669342162296594323
_BD_TURN: Final = np.pi * 3000.0 / 180.0
_EXACT_DEGREES: Final = 1e-10
_MOST_ROUNDS: Final = 30
CHINA_BOX: Final = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north in degrees: the shifts are defined inside only."""


class Datum(StrEnum):
    """What the coordinates of a file refer to; never guessed."""

    CGCS2000 = "cgcs2000"
    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def to_cgcs2000(longitude: Degrees, latitude: Degrees, datum: Datum) -> Pair:
    """Convert degrees of a datum to CGCS2000 (EPSG:4490).

    WGS84 is taken as CGCS2000: the two frames differ by less than a metre, and PROJ knows no
    transformation between them.

    Args:
        longitude: Degrees east, any shape.
        latitude: Degrees north, same shape; ``nan`` stays ``nan``.
        datum: Of the input.
    """
    match datum:
        case Datum.GCJ02:
            return _inverse(_gcj02, longitude, latitude)
        case Datum.BD09:
            return _inverse(_gcj02, *_inverse(_bd09, longitude, latitude))
        case _:
            return longitude, latitude


def from_cgcs2000(longitude: Degrees, latitude: Degrees, datum: Datum) -> Pair:
    """Convert degrees of CGCS2000 (EPSG:4490) to a datum; the inverse of `to_cgcs2000`."""
    match datum:
        case Datum.GCJ02:
            return _gcj02(longitude, latitude)
        case Datum.BD09:
            return _bd09(*_gcj02(longitude, latitude))
        case _:
            return longitude, latitude


def is_in_china(longitude: Degrees, latitude: Degrees) -> NDArray[np.bool_]:
    """Tell for each position whether it lies in the box where the shifts are defined."""
    west, south, east, north = CHINA_BOX
    return (longitude > west) & (longitude < east) & (latitude > south) & (latitude < north)


def parse_datum(text: str) -> Datum:
    """Return the datum of a name.

    Raises:
        DomainError: ``datum.unknown`` with the names that are known.
    """
    try:
        return Datum(text.strip().lower().replace("-", ""))
    except ValueError as error:
        known = [one.value for one in Datum]
        raise DomainError("datum.unknown", value=text, known=known) from error


def _inverse(
    shift: Callable[[Degrees, Degrees], Pair], longitude: Degrees, latitude: Degrees
) -> Pair:
    """Find what a shift takes to the given position: step back by the error until it is nil."""
    x, y = longitude.copy(), latitude.copy()
    for _ in range(_MOST_ROUNDS):
        shifted_x, shifted_y = shift(x, y)
        step_x, step_y = shifted_x - longitude, shifted_y - latitude
        x, y = x - step_x, y - step_y
        largest = np.max(np.nan_to_num(np.abs([step_x, step_y])), initial=0.0)
        if largest < _EXACT_DEGREES:
            break
    return x, y


def _gcj02(longitude: Degrees, latitude: Degrees) -> Pair:
    east, north = _waves(longitude - 105.0, latitude - 35.0)
    angle = np.radians(latitude)
    magic = 1 - _ECCENTRICITY_2 * np.sin(angle) ** 2
    meridian = _SEMI_MAJOR_M * (1 - _ECCENTRICITY_2) / (magic * np.sqrt(magic))
    parallel = _SEMI_MAJOR_M / np.sqrt(magic) * np.cos(angle)
    inside = is_in_china(longitude, latitude)
    x = np.where(inside, longitude + np.degrees(east / parallel), longitude)
    y = np.where(inside, latitude + np.degrees(north / meridian), latitude)
    return x, y


def _waves(x: Degrees, y: Degrees) -> Pair:
    """Return the published sums of sines, in metres east and north."""
    ripple = 20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)
    root = np.sqrt(np.abs(x))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (ripple + _sines(x, 20.0, 40.0, 1.0, 3.0) + _sines(x, 150.0, 300.0, 12.0, 30.0)) * 2 / 3
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (
        (ripple + _sines(y, 20.0, 40.0, 1.0, 3.0) + _sines(y, 160.0, 320.0, 12.0, 30.0)) * 2 / 3
    )
    return east, north


def _sines(v: Degrees, first: float, second: float, slow: float, slower: float) -> Degrees:
    waves: Degrees = first * np.sin(v * np.pi / slow) + second * np.sin(v * np.pi / slower)
    return waves


def _bd09(longitude: Degrees, latitude: Degrees) -> Pair:
    radius = np.hypot(longitude, latitude) + 2e-5 * np.sin(latitude * _BD_TURN)
    angle = np.arctan2(latitude, longitude) + 3e-6 * np.cos(longitude * _BD_TURN)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006
