"""The known ground that doubtful coordinates are held against, in metres about its middle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geodata.spatial.datum import CHINA_BOX, Degrees

Shapes = NDArray[np.object_]
Metres = NDArray[np.float64]

_M_PER_DEGREE: Final = 111_320.0
_EDGE_M: Final = 60.0
"""A border may have been read off a coarse map."""


@dataclass(frozen=True)
class Reference:
    """What is known of a district, EPSG:4490; whatever is not known is left empty.

    Attributes:
        district: Its area.
        towns: Areas of its towns by every name they go by, as `geodata.domain` squeezes names.
        outlines: Footprints of buildings.
        grounds: Areas in which people live: boundaries of sites, residential areas.
        places: Where sites are known to stand, boundary or point, by squeezed name.
    """

    district: BaseGeometry | None = None
    towns: Mapping[str, BaseGeometry] = field(default_factory=dict)
    outlines: Sequence[BaseGeometry] | Shapes = ()
    grounds: Sequence[BaseGeometry] | Shapes = ()
    places: Mapping[str, Sequence[BaseGeometry]] = field(default_factory=dict)

    @property
    def is_bounded(self) -> bool:
        """Whether anything tells what lies inside."""
        return self.area is not None

    @cached_property
    def area(self) -> BaseGeometry | None:
        """The district's area, else that of all its towns."""
        if self.district is not None:
            return self.district
        return shapely.union_all(list(self.towns.values())) if self.towns else None

    @cached_property
    def middle(self) -> tuple[float, float]:
        """Longitude and latitude about which metres are counted."""
        known = [self.area] if self.area is not None else [*self.outlines[:1000], *self.grounds]
        known += [shape for shapes in self.places.values() for shape in shapes][:1000]
        if not known:
            west, south, east, north = CHINA_BOX
        else:
            west, south, east, north = shapely.total_bounds(np.array(known, dtype=object))
        return (west + east) / 2, (south + north) / 2

    def metres(self, longitude: Degrees, latitude: Degrees) -> Metres:
        """Return positions, shape (n, 2), in metres east and north of the middle.

        One scale for the whole district: good to a few parts in a thousand.
        """
        x0, y0 = self.middle
        east = (longitude - x0) * np.cos(np.radians(y0)) * _M_PER_DEGREE
        return np.column_stack([east, (latitude - y0) * _M_PER_DEGREE])

    def laid_out(self, shapes: Sequence[BaseGeometry] | Shapes) -> Shapes:
        """Return shapes in metres about the middle."""
        plain = shapely.force_2d(np.asarray(shapes, dtype=object))
        moved: Any = shapely.transform(plain, lambda xy: self.metres(xy[:, 0], xy[:, 1]))
        return np.asarray(moved, dtype=object)

    @cached_property
    def area_m(self) -> BaseGeometry | None:
        """The area with its edge, in metres."""
        if self.area is None:
            return None
        (area,) = self.laid_out([self.area])
        grown: BaseGeometry = shapely.buffer(area, _EDGE_M)
        shapely.prepare(grown)
        return grown

    @cached_property
    def towns_m(self) -> dict[str, BaseGeometry]:
        """The towns in metres."""
        shapes = self.laid_out(list(self.towns.values()))
        shapely.prepare(shapes)
        return dict(zip(self.towns, shapes.tolist(), strict=True))

    @cached_property
    def places_m(self) -> dict[str, Shapes]:
        """The known places in metres."""
        return {name: self.laid_out(shapes) for name, shapes in self.places.items()}

    @cached_property
    def outlines_tree(self) -> shapely.STRtree:
        """The footprints, to be searched."""
        return shapely.STRtree(self.laid_out(self.outlines))

    @cached_property
    def grounds_tree(self) -> shapely.STRtree:
        """The areas in which people live, to be searched."""
        return shapely.STRtree(self.laid_out(self.grounds))
