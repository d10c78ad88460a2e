"""The made-up divisions, and the ground inside them."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import shapely
from shapely import STRtree

from geodata.domain.category import Category
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from scripts.demo.ground import COMMUNITY_SHARE, RURAL_SHARE, Ground, build_ground
from scripts.demo.plane import to_degrees
from scripts.demo.size import DemoSize
from scripts.demo.streets import lay_grid
from scripts.demo.territory import DISTRICT, Territory, lay_territory


@pytest.fixture(scope="module")
def territory() -> Territory:
    """The divisions of the ordinary district."""
    return lay_territory(np.random.default_rng(126), 1.0)


def _build(size: DemoSize) -> tuple[Territory, Ground]:
    random = np.random.default_rng(126)
    territory = lay_territory(random, size.stretch)
    grid = lay_grid(random, int(size.communities * (1 - RURAL_SHARE) / COMMUNITY_SHARE))
    return territory, build_ground(random, size, territory, grid)


@pytest.fixture(scope="module")
def ordinary() -> tuple[Territory, Ground]:
    """The district of the ordinary size."""
    return _build(DemoSize())


def _names(territory: Territory) -> dict[str, str]:
    return {one.code: one.name for one in territory.drafts}


def test_the_divisions_are_those_of_the_official_list(territory: Territory) -> None:
    kinds = Counter(one.kind for one in territory.drafts)
    assert kinds == {
        DivisionKind.DISTRICT: 1,
        DivisionKind.TOWN: 10,
        DivisionKind.NEIGHBOURHOOD: 250,
    }
    assert territory.drafts[0].code == DISTRICT


def test_towns_tile_the_district_and_villages_their_towns(territory: Territory) -> None:
    areas = {one.code: one.boundary for one in territory.drafts}
    for whole, area in areas.items():
        parts = [areas[one.code] for one in territory.drafts if one.parent_code == whole]
        if not parts:
            continue
        together = sum(part.area for part in parts)
        assert together == pytest.approx(area.area, rel=1e-9)
        assert shapely.union_all(parts).symmetric_difference(area).area < 1.0


def test_rounded_to_degrees_they_still_fit(territory: Territory) -> None:
    towns = to_degrees(list(territory.areas(DivisionKind.TOWN).values())).to_numpy()
    assert shapely.is_valid(towns).all()
    together = shapely.area(shapely.union_all(towns))
    # A square metre is about 1e-10 square degrees.
    assert shapely.area(towns).sum() == pytest.approx(together, abs=1e-9)


def test_the_ordinary_district_has_exactly_what_was_asked_for(
    ordinary: tuple[Territory, Ground],
) -> None:
    _, ground = ordinary
    kinds = Counter(site.category.is_community for site in ground.sites)
    assert (kinds[True], kinds[False], len(ground.footprints)) == (400, 2500, 30_000)
    assert {site.category for site in ground.sites} == set(Category)


@pytest.mark.parametrize("size", [DemoSize(20, 20, 600), DemoSize(30, 900, 4000)])
def test_other_sizes_too(size: DemoSize) -> None:
    _, ground = _build(size)
    kinds = Counter(site.category.is_community for site in ground.sites)
    assert (kinds[True], kinds[False]) == (size.communities, size.standalone)
    assert len(ground.footprints) == size.footprints


def test_every_rural_town_has_its_lone_buildings(ordinary: tuple[Territory, Ground]) -> None:
    territory, ground = ordinary
    names = _names(territory)
    sites = Counter(names[site.town] for site in ground.sites)
    rural = {town: count for town, count in sites.items() if town.endswith("镇")}
    assert len(rural) == 5
    assert all(100 <= count <= 200 for count in rural.values()), rural


def test_sites_lie_inside_their_towns_and_apart(ordinary: tuple[Territory, Ground]) -> None:
    territory, ground = ordinary
    towns = territory.areas(DivisionKind.TOWN)
    for site in ground.sites:
        assert towns[site.town].contains(site.shape)
    shapes = [site.shape for site in ground.sites]
    assert len(STRtree(shapes).query(shapes, predicate="overlaps")[0]) == 0


def test_buildings_stand_inside_their_sites_and_apart(ordinary: tuple[Territory, Ground]) -> None:
    _, ground = ordinary
    for site in ground.sites:
        assert all(site.shape.contains(house) for house in site.houses)
    outlines = [shape for shape, _, _ in ground.footprints]
    left, right = STRtree(outlines).query(outlines, predicate="intersects")
    assert (left < right).sum() == 0


def test_fewer_outlines_than_the_sites_have_is_refused() -> None:
    with pytest.raises(DomainError) as refusal:
        _build(DemoSize(20, 20, 100))
    assert refusal.value.code == "demo.footprints_few"
    assert refusal.value.facts["least"] > 100  # type: ignore[operator]
