"""The coordinate reference systems that features can be had in, by the names OGC gave them.

Degrees of WGS84 and CGCS2000 are the same numbers here, see `geodata.spatial.datum`; CRS84 tells
east first, the codes of EPSG in the order that EPSG prescribes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import shapely
from pyproj import CRS
from shapely.errors import GEOSException, ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geodata.domain.errors import DomainError
from geodata.spatial.systems import DEGREES_EPSG, Pairs, moved, system_of_epsg

_NAMES: Final = "http://www.opengis.net/def/crs"
"""Begins names; nobody fetches them."""

DEGREE_DECIMALS: Final = 9
METRE_DECIMALS: Final = 4
_EPSG_CODES: Final = (4326, DEGREES_EPSG, 4548, 4527, 3857)
_SIDES_CUT_INTO: Final = 32
"""A box in metres has bent sides in degrees: so many corners follow them closely enough."""


@dataclass(frozen=True, slots=True)
class OfferedCrs:
    """One of them.

    Attributes:
        uri: Its name.
        epsg: Its code; CRS84 has that of its degrees.
        is_north_first: Whether the first number of a position is the northern one.
        is_degrees: Whether its numbers are those of the record.
    """

    uri: str
    epsg: int
    is_north_first: bool
    is_degrees: bool

    @property
    def decimals(self) -> int:
        """Digits that tell a tenth of a millimetre."""
        return DEGREE_DECIMALS if self.is_degrees else METRE_DECIMALS


def _offered(code: int) -> OfferedCrs:
    crs = CRS.from_epsg(code)
    first = crs.axis_info[0].direction
    return OfferedCrs(f"{_NAMES}/EPSG/0/{code}", code, first == "north", crs.is_geographic)


CRS84: Final = OfferedCrs(
    f"{_NAMES}/OGC/1.3/CRS84", DEGREES_EPSG, is_north_first=False, is_degrees=True
)
STORAGE_URI: Final = f"{_NAMES}/EPSG/0/{DEGREES_EPSG}"


@cache
def offered() -> dict[str, OfferedCrs]:
    """Return all of them by name, the usual one first."""
    return {one.uri: one for one in (CRS84, *(_offered(code) for code in _EPSG_CODES))}


def crs_of(text: str) -> OfferedCrs:
    """Return one by its name, or by the short form ``[EPSG:4548]``.

    Raises:
        DomainError: ``ogc.crs_unknown`` with the names that are known.
    """
    short = {f"[EPSG:{one.epsg}]": one for one in offered().values() if one is not CRS84}
    short["[OGC:CRS84]"] = CRS84
    found = offered().get(text) or short.get(text)
    if found is None:
        raise DomainError("ogc.crs_unknown", value=text[:100], known=list(offered()))
    return found


def box_in(numbers: list[float], crs: OfferedCrs) -> BaseGeometry:
    """Return the area of a box of four or six numbers, EPSG:4490.

    Args:
        numbers: Least corner, then greatest; of three numbers to a corner the height is ignored.
            In degrees a box may cross the 180th meridian.
        crs: Of the numbers.

    Raises:
        DomainError: ``ogc.bbox``.
    """
    fault = DomainError("ogc.bbox", value=",".join(f"{one:g}" for one in numbers)[:100])
    if len(numbers) not in {4, 6} or not all(math.isfinite(one) for one in numbers):
        raise fault
    half = len(numbers) // 2
    low, high = numbers[:2], numbers[half : half + 2]
    if crs.is_north_first:
        low, high = low[::-1], high[::-1]
    (west, south), (east, north) = low, high
    if south > north or (west > east and not crs.is_degrees):
        raise fault
    parts = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    shapes = [shapely.box(one, south, other, north) for one, other in parts]
    area = shapes[0] if len(shapes) == 1 else shapely.MultiPolygon(shapes)
    found = _in_degrees(area, crs)
    if found is None:
        raise fault
    return found


def shape_in(written: dict[str, Any], crs: OfferedCrs) -> BaseGeometry:
    """Return the geometry of a GeoJSON or ``bbox`` object in a filter, EPSG:4490.

    Raises:
        DomainError: ``filter.geometry_bad`` for what is no geometry, crosses itself, or lies
            where the system has no numbers; ``ogc.bbox``.
    """
    if "bbox" in written:
        return box_in(_numbers(written["bbox"]), crs)
    try:
        found = shapely.force_2d(shape(written))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise DomainError("filter.geometry_bad") from error
    except (GEOSException, ShapelyError) as error:
        raise DomainError("filter.geometry_bad") from error
    if found.is_empty or not np.isfinite(shapely.get_coordinates(found)).all():
        raise DomainError("filter.geometry_bad")
    if crs.is_north_first:
        found = shapely.transform(found, lambda xy: xy[:, ::-1])
    if not found.is_valid:
        raise DomainError("filter.geometry_bad")
    placed = _in_degrees(found, crs)
    if placed is None:
        raise DomainError("filter.geometry_bad")
    return placed


def _numbers(written: Any) -> list[float]:  # noqa: ANN401 - as somebody wrote it
    if not isinstance(written, list) or not all(
        isinstance(one, int | float) and not isinstance(one, bool) for one in written
    ):
        raise DomainError("filter.geometry_bad")
    try:
        return [float(one) for one in written]
    except OverflowError as error:
        raise DomainError("filter.geometry_bad") from error


def _in_degrees(area: BaseGeometry, crs: OfferedCrs) -> BaseGeometry | None:
    """Return a shape, east first, in degrees; ``None`` where some of it has none."""
    if not crs.is_degrees:
        west, south, east, north = area.bounds
        side = max(east - west, north - south) / _SIDES_CUT_INTO
        if side > 0:
            area = shapely.segmentize(area, side)
    system = system_of_epsg(crs.epsg)

    def convert(xy: Pairs) -> Pairs:
        return np.column_stack(system.unprojected(xy[:, 0], xy[:, 1]))

    placed = moved(area, convert)
    return placed if placed is not None and placed.is_valid else None
