"""Boundaries are proposed for a reason, and never those of a sibling or of another site."""

from __future__ import annotations

from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, Polygon, box

from geodata.domain.access import Role, Scope
from geodata.domain.boundary import BoundarySource
from geodata.domain.category import Category
from geodata.store.queries.boundary import get_listed_site
from geodata.store.queries.proposals import propose_boundaries
from geodata.store.tables import Footprint, Landuse
from geodata.store.tables.base import SRID
from tests.builders import SOUTH, WEST, a_footprint, a_neighbourhood, a_site, a_town, square

EVERYTHING = Scope.everything()


def spot(east_m: float, north_m: float, width_m: float = 100, height_m: float = 80) -> Polygon:
    x, y = WEST + 0.05 + east_m / 89_200, SOUTH + 0.05 + north_m / 111_000
    return box(x, y, x + width_m / 89_200, y + height_m / 111_000)


def amid(area: Polygon) -> tuple[float, float]:
    return area.centroid.x, area.centroid.y


def an_area(session, town, name: str | None, shape: Polygon, kind: str = "residential") -> None:
    number = session.query(Landuse).count()
    session.add(
        Landuse(
            district_code=town.district_code,
            source_id=f"area-{number}",
            kind=kind,
            name=name,
            geom=from_shape(MultiPolygon([shape]), SRID),
        )
    )
    session.flush()


def proposed(session, site, scope: Scope = EVERYTHING) -> list[tuple[str, BoundarySource]]:
    session.expire(site)
    listed = get_listed_site(session, scope, site.id)
    return [(one.reason, one.source) for one in propose_boundaries(session, scope, listed)]


def test_a_residential_area_of_the_same_name_is_proposed_but_not_its_sibling(session):
    town = a_town(session, boundary=square(side=0.1))
    an_area(session, town, "翠湖花园一期", spot(0, 0))
    an_area(session, town, "翠湖花园二期", spot(200, 0))
    an_area(session, town, "锦绣家园", spot(400, 0))
    an_area(session, town, "翠湖花园一期", spot(600, 0), kind="green")
    site = a_site(session, "翠湖花园(一期)", town=town)
    assert proposed(session, site) == [("proposal.area_named", BoundarySource.OSM)]


def test_the_point_and_the_address_speak_for_an_area_too(session):
    town = a_town(session, boundary=square(side=0.1))
    an_area(session, town, None, spot(0, 0))
    an_area(session, town, "纺织新村", spot(200, 0))
    site = a_site(session, "3号院", town=town, point=amid(spot(0, 0)), address="纺织新村东侧3号院")
    assert {reason for reason, _ in proposed(session, site)} == {
        "proposal.area_at_point",
        "proposal.area_in_address",
    }


def test_a_name_at_the_point_in_its_neighbourhood_comes_first(session):
    town = a_town(session, boundary=square(side=0.1))
    home = a_neighbourhood(session, town=town, boundary=spot(-50, -50, 250, 250))
    an_area(session, town, "翠湖花园", spot(500, 0))
    an_area(session, town, "翠湖花园", spot(0, 0))
    site = a_site(session, "翠湖花园", neighbourhood=home, point=amid(spot(0, 0)))
    listed = get_listed_site(session, EVERYTHING, site.id)
    found = propose_boundaries(session, EVERYTHING, listed)
    reasons = [one.reason for one in found]
    assert reasons == ["proposal.area_named_at_point", "proposal.area_named"]
    assert found[0].score > 0.95 > found[1].score


def test_an_area_that_another_site_holds_is_not_proposed(session):
    town = a_town(session, boundary=square(side=0.1))
    an_area(session, town, "翠湖花园", spot(0, 0))
    a_site(session, "别的小区", town=town, boundary=spot(0, 0, 80))
    assert proposed(session, a_site(session, "翠湖花园", town=town)) == []


def test_buildings_that_stand_together_at_the_point_are_proposed(session):
    town = a_town(session, boundary=square(side=0.1))
    near = [a_footprint(session, spot(0, 22 * row, 40, 12), town=town) for row in range(4)]
    a_footprint(session, spot(200, 0, 40, 12), town=town)
    site = a_site(session, "某小区", town=town, point=amid(spot(0, 0, 40, 78)))
    listed = get_listed_site(session, EVERYTHING, site.id)
    (one,) = propose_boundaries(session, EVERYTHING, listed)
    assert (one.reason, one.facts) == ("proposal.buildings_at_point", {"count": 4})
    assert set(one.footprints) == {house.id for house in near}
    assert one.shape.contains(spot(0, 0, 40, 78))


def test_of_a_standalone_building_only_the_one_at_the_point(session):
    town = a_town(session, boundary=square(side=0.1))
    first = a_footprint(session, spot(0, 0, 40, 12), town=town)
    a_footprint(session, spot(0, 22, 40, 12), town=town)
    site = a_site(
        session,
        "1号楼",
        town=town,
        category=Category.STANDALONE_BUILDING.value,
        point=amid(spot(0, 0, 40, 12)),
    )
    listed = get_listed_site(session, EVERYTHING, site.id)
    assert [one.footprints for one in propose_boundaries(session, EVERYTHING, listed)] == [
        (first.id,)
    ]


def test_buildings_of_the_sites_name_are_proposed_without_any_point(session):
    town = a_town(session, boundary=square(side=0.1))
    for number in range(3):
        house = a_footprint(session, spot(30 * number, 0, 20, 12), town=town)
        session.get_one(Footprint, house.id).name = f"翠湖花园{number + 1}号楼"
    session.flush()
    site = a_site(session, "翠湖花园", town=town)
    assert proposed(session, site) == [("proposal.buildings_named", BoundarySource.FOOTPRINTS)]


def test_buildings_of_another_site_or_out_of_scope_are_not_taken(session):
    town = a_town(session, boundary=square(side=0.1))
    home = a_neighbourhood(session, town=town)
    held = a_site(session, "别的小区", neighbourhood=home)
    house = a_footprint(session, spot(0, 0, 40, 12), town=town, neighbourhood=home)
    site = a_site(session, "某小区", neighbourhood=home, point=amid(spot(0, 0, 40, 12)))
    assert len(proposed(session, site)) == 1
    session.get_one(Footprint, house.id).site_id = held.id
    session.flush()
    assert proposed(session, site) == []
    session.get_one(Footprint, house.id).site_id = None
    session.get_one(Footprint, house.id).neighbourhood_code = None
    session.flush()
    assert proposed(session, site, Scope.of(Role.NEIGHBOURHOOD, home.code)) == []


def test_where_nothing_is_known_nothing_is_proposed(session):
    assert proposed(session, a_site(session, "某小区")) == []
