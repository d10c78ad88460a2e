"""A site as a reader of files hands it over, before anybody has decided to keep it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from math import cos, hypot, radians
from typing import Final

from geodata.domain.category import Category
from geodata.domain.management import ManagementType

_METRES_PER_DEGREE: Final = 111_320.0

Position = tuple[float | None, float | None]
"""Longitude and latitude in degrees, or nothing."""


class ServiceStar(StrEnum):
    """物业服务等级: a dictionary, since the scale of 2017 is not confirmed."""

    FIVE = "5"
    FOUR = "4"
    THREE = "3"
    TWO = "2"
    ONE = "1"
    UNRATED = "unrated"


def is_starred(star: ServiceStar | None) -> bool:
    """Tell whether a star from one to five was granted (S11)."""
    return star not in (None, ServiceStar.UNRATED)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a draft stands in its file, so that every later message can name it.

    Attributes:
        file: File name without folder.
        sheet: Sheet of a workbook, ``None`` for a plain table.
        row: 1-based row as a spreadsheet program shows it.
    """

    file: str
    sheet: str | None
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDraft:
    """One row of a ledger or listing, read but not yet matched; ``None`` is 未填报.

    Attributes:
        place: Where it stands.
        name: Name of the community or building.
        external_id: The listing's own code, the first choice for telling sites apart.
        town: Town as written.
        neighbourhood: Neighbourhood as written.
        ticked_types: Empty when nothing was reported.
        fee_min_yuan: Lowest fee in yuan per square metre and month.
        fee_max_yuan: Highest fee; equal to the lowest unless a range was given.
        floor_area_m2: Gross floor area in square metres.
        longitude: Degrees, CGCS2000 (EPSG:4490).
        latitude: Degrees, CGCS2000 (EPSG:4490).
        source_row: The row as it stood, by header: nothing of a file is lost.
    """

    place: Place
    name: str
    external_id: str | None = None
    town: str | None = None
    neighbourhood: str | None = None
    address: str | None = None
    category: Category | None = None
    ticked_types: frozenset[ManagementType] = frozenset()
    service_star: ServiceStar | None = None
    built_year: int | None = None
    floor_area_m2: float | None = None
    buildings: int | None = None
    households: int | None = None
    occupied_households: int | None = None
    company: str | None = None
    developer: str | None = None
    project_manager: str | None = None
    phone: str | None = None
    fee_min_yuan: float | None = None
    fee_max_yuan: float | None = None
    subsidised: bool | None = None
    owners_committee: bool | None = None
    maintenance_fund: bool | None = None
    utility_handover: bool | None = None
    note: str | None = None
    longitude: float | None = None
    latitude: float | None = None
    source_row: dict[str, str] = field(default_factory=dict)


def are_apart(one: Position, other: Position, distance_m: float) -> bool:
    """Tell whether two positions are known to lie further apart than a distance.

    Good for some kilometres; where a position is unknown, nothing is known: ``False``.
    """
    if None in one or None in other:
        return False
    (x, y), (other_x, other_y) = one, other
    east = ((x or 0.0) - (other_x or 0.0)) * cos(radians(y or 0.0))
    north = (y or 0.0) - (other_y or 0.0)
    return hypot(east, north) * _METRES_PER_DEGREE > distance_m
