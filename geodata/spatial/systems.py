"""Coordinate systems as files and users name them, to CGCS2000 degrees and back.

Degrees of any datum, the three-degree Gauss-Krüger zones of CGCS2000 with the zone's number before
the easting (EPSG:4513-4533, zones 25-45) and without it (EPSG:4534-4554), and every other system
that PROJ knows by its EPSG code. East stands first, north second, whatever order a code prescribes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

from geodata.domain.errors import DomainError
from geodata.spatial.datum import Datum, Degrees, Pair, from_cgcs2000, to_cgcs2000

Pairs = NDArray[np.float64]

DEGREES_EPSG: Final = 4490
FIRST_ZONE: Final = 25
LAST_ZONE: Final = 45
_PREFIXED: Final = 4513
_PLAIN: Final = 4534
_ZONE_M: Final = 1_000_000.0
_HALF_WIDTH_M: Final = 450_000.0
"""No easting of a zone lies further from its meridian: beyond, its formulas mean nothing."""

_MIDDLE_M: Final = 500_000.0
_LABELS: Final = {Datum.GCJ02: "GCJ-02", Datum.BD09: "BD-09"}
_GEOGRAPHIC: Final = frozenset({4326, 4490, 4480, 4979})
"""Taken as CGCS2000 degrees, see `geodata.spatial.datum`."""

_OLD_DATUM: Final = re.compile(r"beijing|xi.?an", re.IGNORECASE)
_CODE: Final = re.compile(r"^(?:epsg:?)?(\d{4,6})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CoordinateSystem:
    """What two numbers of a file mean.

    Attributes:
        label: As reports name it: ``EPSG:4490``, ``GCJ-02``, ``BD-09``, ``EPSG:4527``.
        datum: Of the degrees, or of those below the projection.
        epsg: Code of the plane, ``None`` for degrees.
        middle_m: Easting of the meridian of a Gauss-Krüger zone, ``None`` for other systems.
    """

    label: str
    datum: Datum = Datum.CGCS2000
    epsg: int | None = None
    middle_m: float | None = None

    def unprojected(self, x: Degrees, y: Degrees) -> Pair:
        """Return degrees of the system's own datum; ``nan`` for what cannot be such numbers."""
        if self.epsg is None:
            fits = (np.abs(x) <= 180) & (np.abs(y) <= 90)  # noqa: PLR2004 - degrees
            return np.where(fits, x, np.nan), np.where(fits, y, np.nan)
        if self.middle_m is not None:
            x = np.where(np.abs(x - self.middle_m) <= _HALF_WIDTH_M, x, np.nan)
        longitude, latitude = _transformer(self.epsg, DEGREES_EPSG).transform(x, y)
        known = np.isfinite(longitude) & np.isfinite(latitude)
        return np.where(known, longitude, np.nan), np.where(known, latitude, np.nan)

    def to_cgcs2000(self, x: Degrees, y: Degrees) -> Pair:
        """Convert numbers of this system to degrees of CGCS2000 (EPSG:4490).

        Args:
            x: East: degrees or metres, any shape.
            y: North, same shape.
        """
        return to_cgcs2000(*self.unprojected(x, y), self.datum)

    def from_cgcs2000(self, longitude: Degrees, latitude: Degrees) -> Pair:
        """Convert degrees of CGCS2000 (EPSG:4490) to this system; east first."""
        x, y = from_cgcs2000(longitude, latitude, self.datum)
        if self.epsg is None:
            return x, y
        east, north = _transformer(DEGREES_EPSG, self.epsg).transform(x, y)
        return np.asarray(east), np.asarray(north)


def moved(shape: BaseGeometry, convert: Callable[[Pairs], Pairs]) -> BaseGeometry | None:
    """Return a shape with its positions converted, ``None`` where one of them has no counterpart.

    Args:
        shape: In any numbers.
        convert: From and to positions of shape (n, 2).
    """
    positions = convert(shapely.get_coordinates(shape))
    if not np.isfinite(positions).all():
        return None
    found: BaseGeometry = shapely.set_coordinates(shapely.force_2d(shape), positions)
    return found


CGCS2000: Final = CoordinateSystem("EPSG:4490")
GCJ02: Final = CoordinateSystem("GCJ-02", Datum.GCJ02)
BD09: Final = CoordinateSystem("BD-09", Datum.BD09)


def zone(number: int, *, has_prefix: bool) -> CoordinateSystem:
    """Return a three-degree zone of CGCS2000: 39, with its meridian at 117 E, is 4527 or 4548.

    Args:
        number: 25 to 45.
        has_prefix: Whether the number stands before the easting.
    """
    epsg = (_PREFIXED if has_prefix else _PLAIN) + number - FIRST_ZONE
    middle_m = _MIDDLE_M + (number * _ZONE_M if has_prefix else 0.0)
    return CoordinateSystem(f"EPSG:{epsg}", Datum.CGCS2000, epsg, middle_m)


def parse_system(text: str) -> CoordinateSystem:
    """Return the system of a name: wgs84, cgcs2000, gcj02, bd09, EPSG:4527, 4527.

    Raises:
        DomainError: ``crs.unknown`` with names that are known.
    """
    written = text.strip().lower().replace("-", "").replace(" ", "")
    for datum in Datum:
        if written == datum.value:
            label = _LABELS.get(datum, CGCS2000.label)
            return CoordinateSystem(label, datum) if datum in _LABELS else CGCS2000
    match = _CODE.match(written)
    if match is None:
        raise _unknown(text)
    return system_of_epsg(int(match[1]))


def system_of_epsg(code: int) -> CoordinateSystem:
    """Return the system of an EPSG code; geographic codes of WGS84 and CGCS2000 are degrees.

    Raises:
        DomainError: ``crs.unknown``; ``crs.unpublished`` for Beijing 1954 and Xi'an 1980.
    """
    if code in _GEOGRAPHIC:
        return CGCS2000
    for first, has_prefix in ((_PREFIXED, True), (_PLAIN, False)):
        number = code - first + FIRST_ZONE
        if FIRST_ZONE <= number <= LAST_ZONE:
            return zone(number, has_prefix=has_prefix)
    try:
        crs = CRS.from_epsg(code)
    except CRSError as error:
        raise _unknown(f"EPSG:{code}") from error
    _refuse_unpublished(crs)
    return CoordinateSystem(f"EPSG:{code}", Datum.CGCS2000, code)


def system_of_crs(crs: CRS | str | None) -> CoordinateSystem | None:
    """Return the system that a file names, ``None`` where it names none that has a code.

    Raises:
        DomainError: ``crs.unpublished`` as `system_of_epsg`.
    """
    if crs is None:
        return None
    try:
        known = CRS.from_user_input(crs)
    except CRSError:
        return None
    _refuse_unpublished(known)
    found = known.to_epsg(min_confidence=60) or _zone_epsg(known)
    return None if found is None else system_of_epsg(found)


def _refuse_unpublished(crs: CRS) -> None:
    """Refuse the old national datums: PROJ would leave out a shift of about a hundred metres."""
    datum = crs.geodetic_crs.datum.name if crs.geodetic_crs and crs.geodetic_crs.datum else ""
    if _OLD_DATUM.search(datum):
        raise DomainError("crs.unpublished", crs=crs.name, datum=datum)


def _zone_epsg(crs: CRS) -> int | None:
    """Return the code of a three-degree zone that a .prj of some program spells out by hand."""
    operation = crs.coordinate_operation
    if operation is None or "2000" not in (crs.geodetic_crs.name if crs.geodetic_crs else ""):
        return None
    values = {one.name.lower(): one.value for one in operation.params}
    meridian = float(values.get("longitude of natural origin", 0.0))
    easting = float(values.get("false easting", 0.0))
    number = round(meridian / 3)
    if meridian % 3 or not FIRST_ZONE <= number <= LAST_ZONE:
        return None
    for has_prefix in (True, False):
        one = zone(number, has_prefix=has_prefix)
        if easting == one.middle_m:
            return one.epsg
    return None


@cache
def _transformer(source: int, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def _unknown(text: str) -> DomainError:
    known = ["EPSG:4490", "EPSG:4527", "EPSG:4548", "wgs84", "cgcs2000", "gcj02", "bd09"]
    return DomainError("crs.unknown", value=text, known=known)
