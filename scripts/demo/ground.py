"""What stands where: communities, standalone buildings, and all footprints, in metres."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon, STRtree

from geodata.domain.category import Category
from geodata.domain.errors import DomainError
from scripts.demo.buildings import Slabs, around, fill_parcel
from scripts.demo.names import Namer, street_name
from scripts.demo.places import Places
from scripts.demo.plane import rectangles
from scripts.demo.size import DemoSize
from scripts.demo.streets import Grid
from scripts.demo.territory import Territory

RURAL_SHARE: Final = 0.16
COMMUNITY_SHARE: Final = 0.55
_RURAL_LONE_SHARE: Final = 0.28
_SPARE_LONE: Final = 1.08
"""More slabs than sites: some cross a border, and some stay outside the ledger."""

_LIVED_IN_SHARE: Final = 0.25
_PLOT_M: Final = 3.0
_APART_M: Final = 25.0
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


def build_ground(
    random: np.random.Generator, size: DemoSize, territory: Territory, grid: Grid
) -> Ground:
    """Fill parcels and villages until there are as many sites and footprints as wanted.

    Raises:
        DomainError: ``demo.footprints_few`` when the sites alone have more buildings.
    """
    ground, places, namer = Ground(), Places(territory), Namer(random)
    rural = round(size.communities * RURAL_SHARE)
    spare = _urban_communities(random, ground, places, namer, grid, size.communities - rural)
    outside = _outside_villages(territory, grid)
    _rural_communities(random, ground, places, namer, outside, size.communities - len(ground.sites))
    left = _standalone(random, ground, places, namer, spare, outside, size.standalone)
    _other_parcels(random, ground, left)
    homes = [(house, "apartments", site.floors) for site in ground.sites for house in site.houses]
    if len(homes) > size.footprints:
        raise DomainError("demo.footprints_few", least=len(homes))
    ground.footprints[:0] = homes
    _village_houses(random, ground, outside, size.footprints - len(ground.footprints))
    # Villages of chance sizes overshoot; the last ones give the surplus back.
    del ground.footprints[size.footprints :]
    return ground


def _urban_communities(
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


def _rural_communities(
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
        _, seat = villages[(attempt * 7) % len(villages)]
        angle = random.uniform(0, 2 * np.pi)
        far = 330 + 190 * (attempt // len(villages))
        middle = np.array(seat) + far * np.array([np.cos(angle), np.sin(angle)])
        turn = random.normal(0, 0.12)
        parcel = _plot(middle, random.uniform(110, 190), random.uniform(90, 150), turn)
        where = places.find(parcel)
        if where is None or any(
            site.shape.distance(parcel) < _APART_M for site in ground.sites[-60:]
        ):
            continue
        floors = int(random.integers(4, 7))
        houses = fill_parcel(parcel, turn, Slabs(random.uniform(34, 46), 12, floors))
        place = places.names[where[1]].replace("村委会", "").replace("村民委员会", "")
        place = place.replace("社区居委会", "").replace("社区居民委员会", "").removesuffix("村")
        name = namer.community(Category.NEW_RURAL, where[1], place)
        _add(ground, name, f"{place}村内", where, Category.NEW_RURAL, parcel, floors, houses)
        done += 1


def _standalone(
    random: np.random.Generator,
    ground: Ground,
    places: Places,
    namer: Namer,
    spare: list[tuple[Polygon, float]],
    villages: list[tuple[str, tuple[float, float]]],
    wanted: int,
) -> list[tuple[Polygon, float]]:
    """Turn lone slabs at village edges and on loose parcels into sites; return parcels left."""
    rural = round(wanted * _RURAL_LONE_SHARE)
    lone, left = _lone_in_town(random, spare, int((wanted - rural) * _SPARE_LONE))
    missing = max(0, int(wanted * _SPARE_LONE) - rural - len(lone))
    outside = _lone_in_villages(random, ground, places, villages, int(rural * 1.3) + missing)
    done = len(ground.sites)
    for house, floors in [*outside[:rural], *lone, *outside[rural:]]:
        plot = house.buffer(_PLOT_M, join_style="mitre")
        where = places.find(plot) if len(ground.sites) - done < wanted else None
        if where is None:
            # Left outside the ledger: what a search for missing buildings should find.
            use = "apartments" if random.random() < _LIVED_IN_SHARE else "commercial"
            ground.footprints.append((house, use, floors))
            continue
        street = street_name(int(random.integers(2)), int(random.integers(-9, 10)))
        number = int(random.integers(1, 260))
        name = namer.standalone(where[1], street, number)
        category = Category.STANDALONE_BUILDING
        _add(ground, name, f"{street}{number}号", where, category, plot, floors, [house])
    return left


def _lone_in_town(
    random: np.random.Generator, spare: list[tuple[Polygon, float]], wanted: int
) -> tuple[list[tuple[Polygon, int]], list[tuple[Polygon, float]]]:
    """Return slabs on loose parcels, in any order, and the parcels that were not needed."""
    lone: list[tuple[Polygon, int]] = []
    used = 0
    while used < len(spare) and len(lone) < wanted:
        parcel, turn = spare[used]
        floors = int(random.integers(3, 7))
        slabs = Slabs(random.uniform(26, 48), 12, floors)
        lone += [(house, floors) for house in fill_parcel(parcel, turn, slabs)]
        used += 1
    return [lone[index] for index in random.permutation(len(lone))], spare[used:]


def _lone_in_villages(
    random: np.random.Generator,
    ground: Ground,
    places: Places,
    villages: list[tuple[str, tuple[float, float]]],
    wanted: int,
) -> list[tuple[Polygon, int]]:
    """Return slabs at the edges of villages: about as many in each rural town, in any order."""
    taken = STRtree([site.shape for site in ground.sites])
    towns: dict[str, list[tuple[float, float]]] = {}
    for code, seat in villages:
        if places.is_rural(code):
            towns.setdefault(places.town(code), []).append(seat)
    lone: list[tuple[Polygon, int]] = []
    for seats in towns.values():
        weights = random.exponential(1.0, len(seats)) + 0.1
        counts = np.ceil(wanted / len(towns) * weights / weights.sum()).astype(int)
        for seat, count in zip(seats, counts, strict=True):
            turn, floors = random.normal(0, 0.1), int(random.integers(3, 6))
            slabs = around(seat, turn, Slabs(36, 12, floors), int(count), beyond_m=170)
            hit = set(taken.query([one.buffer(_PLOT_M + 1) for one in slabs])[0].tolist())
            lone += [(one, floors) for index, one in enumerate(slabs) if index not in hit]
    return [lone[index] for index in random.permutation(len(lone))]


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
    taken = STRtree([shape for shape, _, _ in ground.footprints])
    each = max(0, int(wanted * 1.15)) // len(villages) + 1
    for _, seat in villages:
        turn = random.normal(0, 0.15)
        houses = around(seat, turn, _HOUSE, 1 + int(each * random.uniform(0.6, 1.4)))
        hit = set(taken.query(houses, predicate="intersects")[0].tolist())
        free = [house for index, house in enumerate(houses) if index not in hit]
        ground.footprints += [(house, "house", 1) for house in free]


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


def _plot(middle: np.ndarray, length_m: float, depth_m: float, turn: float) -> Polygon:
    corners = rectangles(middle[None], np.array([length_m]), np.array([depth_m]), np.array([turn]))
    return Polygon(corners[0]).buffer(-5).buffer(5, quad_segs=2)


def _address(random: np.random.Generator) -> str:
    street = street_name(int(random.integers(2)), int(random.integers(-9, 10)))
    return f"{street}{int(random.integers(1, 300))}号"
