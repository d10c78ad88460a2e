"""Parameters that several routes read alike."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import Depends, Query

from geodata.domain.category import Category
from geodata.domain.errors import DomainError
from geodata.domain.inspection import InspectionStatus
from geodata.domain.management import ManagementType
from geodata.domain.period import today
from geodata.store.queries.divisions import Bounds
from geodata.store.queries.state import SiteFilter

Unreported = Literal["unreported"]
_WHOLE_CIRCLE, _HALF_CIRCLE = 180, 90


def day(on: Annotated[date | None, Query(description="State as of this day")] = None) -> date:
    """Return the day asked for, today in Shanghai by default."""
    return on or today()


def bounds(text: str) -> Bounds:
    """Read west,south,east,north in degrees.

    Raises:
        DomainError: ``request.bbox`` with the text.
    """
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise DomainError("request.bbox", value=text[:100]) from error
    fits = -_WHOLE_CIRCLE <= west <= east <= _WHOLE_CIRCLE
    if not (fits and -_HALF_CIRCLE <= south <= north <= _HALF_CIRCLE):
        raise DomainError("request.bbox", value=text[:100])
    return west, south, east, north


def site_filter(  # noqa: PLR0913 - the filters of the interface
    district: str | None = None,
    town: str | None = None,
    neighbourhood: str | None = None,
    category: Annotated[list[Category | Unreported] | None, Query()] = None,
    management_type: Annotated[list[ManagementType | Unreported] | None, Query()] = None,
    inspection_status: Annotated[list[InspectionStatus] | None, Query()] = None,
    covered: bool | None = None,  # noqa: FBT001 - a query parameter
    q: Annotated[str | None, Query(max_length=100)] = None,
    bbox: Annotated[str | None, Query(description="west,south,east,north in degrees")] = None,
) -> SiteFilter:
    """Return the filter that a request's query writes."""
    return SiteFilter(
        district=district,
        town=town,
        neighbourhood=neighbourhood,
        category=category or (),
        management_type=management_type or (),
        inspection_status=inspection_status or (),
        covered=covered,
        q=q or None,
        bbox=None if bbox is None else bounds(bbox),
    )


Day = Annotated[date, Depends(day)]
Wanted = Annotated[SiteFilter, Depends(site_filter)]
