"""Places in the small district where a test may draw, build and save."""

from __future__ import annotations

from itertools import count
from typing import Any

from shapely import Polygon, box
from sqlalchemy import Engine
from sqlalchemy.orm import undefer

from geodata.store.session import Change, reading, writing
from geodata.store.tables import Division, Footprint, Site
from tests.builders import SOUTH, WEST, a_footprint, a_site
from tests.world import World

_numbers = count()


class Spot:
    """A place of its own for a test: 400 m of the east town that nothing lies in.

    Args:
        engine: Of a database of its own, see `tests.own_world`.
        world: What was built there.
    """

    def __init__(self, engine: Engine, world: World) -> None:
        self.engine, self.world = engine, world
        number = next(_numbers)
        self.east, self.north = 0.101 + 0.005 * (number % 18), 0.09 - 0.005 * (number // 18)

    def square(self, east_m: float = 0, north_m: float = 0, side_m: float = 100) -> Polygon:
        """A square of about so many metres, so far from the spot's corner."""
        x = WEST + self.east + east_m / 89_200
        y = SOUTH + self.north + north_m / 111_000
        return box(x, y, x + side_m / 89_200, y + side_m / 111_000)

    def site(self, name: str = "新小区", **columns: Any) -> int:
        """Add a site to the east town."""
        with writing(self.engine, Change("tester", "test")) as session:
            east = session.get_one(Division, self.world.east)
            return a_site(session, name, town=east, **columns).id

    def house(self, outline: Polygon) -> int:
        """Add a building to the east town."""
        with writing(self.engine, Change("tester", "test")) as session:
            east = session.get_one(Division, self.world.east)
            return a_footprint(session, outline, town=east).id

    def stored(self, site: int) -> Site:
        """A site as it stands, with its geometry."""
        with reading(self.engine) as session:
            found = session.get_one(Site, site, options=[undefer(Site.geom), undefer(Site.point)])
            session.expunge(found)
            return found

    def holder(self, house: int) -> int | None:
        """The site that a building is linked to."""
        with reading(self.engine) as session:
            return session.get_one(Footprint, house).site_id
