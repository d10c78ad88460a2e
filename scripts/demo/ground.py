"""What stands where: communities, standalone buildings, and all footprints, in metres."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon, STRtree

from geodata.domain.category import Category
from geodata.domain.division import DivisionKind
from scripts.demo.buildings import Slabs, around, fill_parcel
from scripts.demo.names import Namer, street_name
from scripts.demo.plane import rectangles
from scripts.demo.size import DemoSize
from scripts.demo.streets import Grid
from scripts.demo.territory import Territory

RURAL_SHARE: Final = 0.16
COMMUNITY_SHARE: Final = 0.55
_PLOT_M: Final = 3.0
_HOUSE: Final = Slabs(13, 9, 1)
_URBAN: Final = (
    Category.COMMODITY_HOUSING,
    Category.OLD_COMMUNITY,
    Category.INSTITUTION_RUN,
    Category.ENTERPRISE_RUN,
)
_URBAN_SHARES: Final = (0.42, 0.35, 0.09, 0.14)


@dataclass(slots=True)
class DemoSite:
    """One site: `shape` in metres, with the buildings that stand in it."""

    name: str
    address: str
    town: str
    neighbourhood: str
    category: Category
    shape: MultiPolygon
    floors: int
    houses: list[Polygon]


@dataclass(slots=True)
class Ground:
    """All that is built.

    Attributes:
        sites: Communities, then standalone buildings.
        footprints: Polygon, use and storeys of every building.
        greens: Parks and ponds: kind and polygon.
    """

    sites: list[DemoSite] = field(default_factory=list)
    footprints: list[tuple[Polygon, str, int]] = field(default_factory=list)
    greens: list[tuple[str, Polygon]] = field(default_factory=list)


class Places:
    """Finds the town and neighbourhood of a shape."""

    def __init__(self, territory: Territory) -> None:
        """Index the neighbourhoods."""
        self._areas = territory.areas(DivisionKind.NEIGHBOURHOOD)
        self._towns = territory.areas(DivisionKind.TOWN)
        self._parent = {one.code: one.parent_code or "" for one in territory.drafts}
        self.names = {one.code: one.name for one in territory.drafts}
        self._codes = list(self._areas)
        self._tree = STRtree(list(self._areas.values()))

    def find(self, shape: Polygon) -> tuple[str, str] | None:
        """Return (town, neighbourhood), ``None`` for a shape that crosses a town's border."""
        found = self._tree.query(shape.representative_point(), predicate="within")
        if len(found) == 0:
            return None
        code = self._codes[found[0]]
        town = self._parent[code]
        return (town, code) if self._towns[town].contains(shape) else None


def build_ground(
    random: np.random.Generator, size: DemoSize, territory: Territory, grid: Grid
) -> Ground:
    """Fill parcels and villages until there are as many sites and footprints as wanted."""
    ground, places, namer = Ground(), Places(territory), Namer(random)
    rural = round(size.communities * RURAL_SHARE)
    spare = _urban_communities(random, ground, places, namer, grid, size.communities - rural)
    outside = _outside_villages(territory, grid)
    _rural_communities(random, ground, places, namer, outside, size.communities - len(ground.sites))
    _standalone(random, ground, places, namer, spare, outside, size)
    _other_parcels(random, ground, spare[len(spare) // 2 :])
    _village_houses(random, ground, outside, size.footprints - len(ground.footprints))
    return ground


def _urban_communities(  # noqa: PLR0913 - the ground and what it is made with
    random: np.random.Generator,
    ground: Ground,
    places: Places,
    namer: Namer,
    grid: Grid,
    wanted: int,
) -> list[tuple[Polygon, float]]:
    """Make parcels communities; return the others."""
    spare = []
    chance = 1.12 * wanted / len(grid.parcels)
    for parcel, turn in zip(grid.parcels, grid.turns, strict=True):
        where = places.find(parcel)
        if where is None or len(ground.sites) >= wanted or random.random() > chance:
            spare.append((parcel, turn))
            continue
        category = Category(random.choice(_URBAN, p=_URBAN_SHARES))
        is_new = category is Category.COMMODITY_HOUSING
        floors = int(random.choice([6, 11, 18]) if is_new else random.integers(4, 7))
        slabs = Slabs(random.uniform(34, 58), 13, floors)
        houses = fill_parcel(parcel, turn, slabs)
        if not houses:
            spare.append((parcel, turn))
            continue
        name = namer.community(category, where[1], "")
        _add(ground, name, _address(random), where, category, parcel, floors, houses)
    return spare


def _outside_villages(territory: Territory, grid: Grid) -> list[tuple[str, tuple[float, float]]]:
    core = shapely.MultiPolygon(grid.parcels).convex_hull
    shapely.prepare(core)
    return [
        (code, seat)
        for code, seat in territory.villages.items()
        if not core.contains(shapely.Point(seat))
    ]


def _rural_communities(  # noqa: PLR0913 - the ground and what it is made with
    random: np.random.Generator,
    ground: Ground,
    places: Places,
    namer: Namer,
    villages: list[tuple[str, tuple[float, float]]],
    wanted: int,
) -> None:
    done = 0
    for attempt in range(8 * wanted):
        if done >= wanted:
            return
        code, seat = villages[(attempt * 7) % len(villages)]
        angle = random.uniform(0, 2 * np.pi)
        far = 330 + 190 * (attempt // len(villages))
        middle = np.array(seat) + far * np.array([np.cos(angle), np.sin(angle)])
        turn = random.normal(0, 0.12)
        parcel = _plot(middle, random.uniform(110, 190), random.uniform(90, 150), turn)
        where = places.find(parcel)
        if where is None or any(site.shape.distance(parcel) < 25 for site in ground.sites[-60:]):
            continue
        floors = int(random.integers(4, 7))
        houses = fill_parcel(parcel, turn, Slabs(random.uniform(34, 46), 12, floors))
        place = places.names[where[1]].replace("村委会", "").replace("村民委员会", "")
        place = place.replace("社区居委会", "").replace("社区居民委员会", "").removesuffix("村")
        name = namer.community(Category.NEW_RURAL, where[1], place)
        _add(ground, name, f"{place}村内", where, Category.NEW_RURAL, parcel, floors, houses)
        done += 1


def _standalone(  # noqa: PLR0913 - the ground and what it is made with
    random: np.random.Generator,
    ground: Ground,
    places: Places,
    namer: Namer,
    spare: list[tuple[Polygon, float]],
    villages: list[tuple[str, tuple[float, float]]],
    size: DemoSize,
) -> None:
    """Turn lone slabs on loose parcels, then at village edges, into sites of their own."""
    lone: list[tuple[Polygon, int]] = []
    for parcel, turn in spare[: len(spare) // 2]:
        floors = int(random.integers(3, 7))
        slabs = Slabs(random.uniform(26, 48), 12, floors)
        lone += [(house, floors) for house in fill_parcel(parcel, turn, slabs)]
    missing = max(0, int(size.standalone * 1.08) - len(lone))
    each = missing // len(villages) + 1 if missing else 0
    for _, seat in villages if each else []:
        turn = random.normal(0, 0.1)
        lone += [(one, 4) for one in around(seat, turn, Slabs(36, 12, 4), each, beyond_m=170)]
    done = 0
    for index in random.permutation(len(lone)):
        house, floors = lone[index]
        plot = house.buffer(_PLOT_M, join_style="mitre")
        where = places.find(plot) if done < size.standalone else None
        if where is None:
            # Left outside the ledger: what a search for missing buildings should find.
            use = "apartments" if random.random() < 0.25 else "commercial"  # noqa: PLR2004
            ground.footprints.append((house, use, floors))
            continue
        street = street_name(int(random.integers(2)), int(random.integers(-9, 10)))
        number = int(random.integers(1, 260))
        name = namer.standalone(where[1], street, number)
        category = Category.STANDALONE_BUILDING
        _add(ground, name, f"{street}{number}号", where, category, plot, floors, [house])
        done += 1


def _other_parcels(
    random: np.random.Generator, ground: Ground, parcels: list[tuple[Polygon, float]]
) -> None:
    for parcel, turn in parcels:
        roll = random.random()
        if roll < 0.18:  # noqa: PLR2004 - a share
            ground.greens.append(("green", parcel))
            continue
        use, slabs = (
            ("school", Slabs(58, 16, 4))
            if roll < 0.30  # noqa: PLR2004 - a share
            else ("industrial", Slabs(70, 34, 1))
            if roll < 0.62  # noqa: PLR2004 - a share
            else ("commercial", Slabs(44, 22, 3))
        )
        ground.footprints += [(one, use, slabs.floors) for one in fill_parcel(parcel, turn, slabs)]


def _village_houses(
    random: np.random.Generator,
    ground: Ground,
    villages: list[tuple[str, tuple[float, float]]],
    wanted: int,
) -> None:
    first = len(ground.footprints)
    taken = STRtree([shape for shape, _, _ in ground.footprints])
    each = max(1, int(wanted * 1.15) // len(villages) + 1)
    for _, seat in villages:
        turn = random.normal(0, 0.15)
        houses = around(seat, turn, _HOUSE, int(each * random.uniform(0.6, 1.4)))
        hit = set(taken.query(houses, predicate="intersects")[0].tolist())
        free = [house for index, house in enumerate(houses) if index not in hit]
        ground.footprints += [(house, "house", 1) for house in free]
    # Villages of chance sizes overshoot; the last ones give the surplus back.
    del ground.footprints[first + wanted :]


def _add(  # noqa: PLR0913 - the parts of a site
    ground: Ground,
    name: str,
    address: str,
    where: tuple[str, str],
    category: Category,
    shape: Polygon,
    floors: int,
    houses: list[Polygon],
) -> None:
    site = DemoSite(
        name, address, where[0], where[1], category, MultiPolygon([shape]), floors, houses
    )
    ground.sites.append(site)
    ground.footprints += [(house, "apartments", floors) for house in houses]


def _plot(middle: np.ndarray, length_m: float, depth_m: float, turn: float) -> Polygon:
    corners = rectangles(middle[None], np.array([length_m]), np.array([depth_m]), np.array([turn]))
    return Polygon(corners[0]).buffer(-5).buffer(5, quad_segs=2)


def _address(random: np.random.Generator) -> str:
    street = street_name(int(random.integers(2)), int(random.integers(-9, 10)))
    return f"{street}{int(random.integers(1, 300))}号"
