"""Shapes as requests send them: read, held to a size, not yet judged."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import shapely
from pydantic import BaseModel, Field
from shapely import LineString
from shapely.errors import ShapelyError
from shapely.geometry import shape as as_shape
from shapely.geometry.base import BaseGeometry

from geodata.domain.boundary import BoundarySource
from geodata.domain.errors import DomainError

_MOST_POINTS: Final = 20_000
_MOST_PICKED: Final = 500
_AREAS: Final = ("Polygon", "MultiPolygon")

Note = Annotated[str | None, Field(max_length=500)]


class Geometry(BaseModel):
    """A geometry of GeoJSON, in degrees (CGCS2000)."""

    type: Literal["Polygon", "MultiPolygon", "LineString"]
    coordinates: list[Any]

    def area(self) -> BaseGeometry:
        """Return the area, valid or not.

        Raises:
            DomainError: ``boundary.unreadable``, ``boundary.too_detailed``.
        """
        return _read(self, _AREAS)

    def line(self) -> LineString:
        """Return the line.

        Raises:
            DomainError: ``boundary.unreadable``, ``boundary.too_detailed``.
        """
        found = _read(self, ("LineString",))
        assert isinstance(found, LineString)  # noqa: S101 - as asked for
        return found


class Candidate(BaseModel):
    """A boundary that somebody is drawing."""

    geometry: Geometry


class Reshaping(Candidate):
    """A boundary and another shape to change it by."""

    other: Geometry


class Splitting(Candidate):
    """A boundary and the line to split it along."""

    line: Geometry


class Picked(BaseModel):
    """Buildings to draw a boundary round, and a boundary to take along."""

    footprints: Annotated[list[int], Field(max_length=_MOST_PICKED)]


class GivenPart(Candidate):
    """The other part of a split boundary and the site that gets it."""

    site: int


class Saving(BaseModel):
    """A boundary to save; no geometry takes it away."""

    geometry: Geometry | None
    source: BoundarySource = BoundarySource.DRAWN
    accuracy_m: Annotated[float | None, Field(gt=0, le=1000)] = None
    note: Note = None
    given: GivenPart | None = None


class Undoing(BaseModel):
    """Why the last change is undone."""

    note: Note = None


def _read(geometry: Geometry, kinds: tuple[str, ...]) -> BaseGeometry:
    if geometry.type not in kinds:
        raise DomainError("boundary.unreadable", reason=geometry.type)
    try:
        found = shapely.force_2d(as_shape(geometry.model_dump()))
        points = shapely.get_coordinates(found)
    except (ShapelyError, ValueError, TypeError, IndexError) as error:
        raise DomainError("boundary.unreadable", reason=str(error)[:100]) from error
    if len(points) > _MOST_POINTS:
        raise DomainError("boundary.too_detailed", points=len(points), most=_MOST_POINTS)
    # Beyond these numbers they are no degrees; nan compares with nothing.
    if len(points) and not (abs(points) <= (180, 90)).all():
        raise DomainError("boundary.unreadable", reason=str(points[0].tolist()))
    return found
