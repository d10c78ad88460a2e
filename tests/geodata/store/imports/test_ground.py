"""Surveyed ground: outlines find their site and their town as shapely finds them."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from geoalchemy2.shape import to_shape
from geopandas import GeoDataFrame
from shapely import LineString, MultiPolygon, box, union_all
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geodata.domain.division import DivisionDraft, DivisionKind
from geodata.store.imports.divisions import import_divisions
from geodata.store.imports.ground import (
    import_boundaries,
    import_footprints,
    import_landuse,
    import_roads,
)
from geodata.store.tables import Footprint, Landuse, Road, Site, SiteVersion
from tests.builders import SOUTH, WEST, a_district, a_neighbourhood, a_site, a_town, square


def _outlines(shapes: list, **columns: list) -> GeoDataFrame:
    rows = {"source_id": [f"o{number}" for number in range(len(shapes))], **columns}
    return GeoDataFrame(rows, geometry=shapes, crs="EPSG:4490")


def _random_box(random: Random, side: float) -> object:
    west, south = WEST + random.random() * 0.1, SOUTH + random.random() * 0.1
    return box(west, south, west + side * random.random(), south + side * random.random())


def _holder(shape, areas):
    if shape.intersection(union_all(list(areas.values()))).area < shape.area / 2:
        return None
    return min(areas, key=lambda key: (-shape.intersection(areas[key]).area, key))


@pytest.mark.parametrize("seed", range(3))
def test_each_outline_is_linked_to_the_site_that_holds_most_of_it_if_half_lies_in_sites(
    session, seed
):
    random = Random(seed)
    a_district(session)
    sites = [a_site(session, boundary=_random_box(random, 0.03)) for _ in range(15)]
    shapes = [_random_box(random, 0.002) for _ in range(120)]
    import_footprints(session, "370306", _outlines(shapes))
    areas = {site.id: to_shape(site.geom) for site in sites}
    expected = {f"o{number}": _holder(shape, areas) for number, shape in enumerate(shapes)}
    found = dict(session.execute(select(Footprint.source_id, Footprint.site_id)).all())
    assert found == expected
    assert set(expected.values()) - {None}


def test_a_new_boundary_takes_its_outlines_and_lets_the_others_go(session):
    a_district(session)
    site = a_site(session, boundary=square())
    import_footprints(
        session, "370306", _outlines([square(0.004, 0.004, 0.001), square(0.05, 0.05, 0.001)])
    )
    assert _linked(session) == {"o0": site.id, "o1": None}
    frame = GeoDataFrame({"site_id": [site.id]}, geometry=[square(0.04, 0.04, 0.03)], crs=4490)
    assert import_boundaries(session, frame, source="survey") == 1
    assert _linked(session) == {"o0": None, "o1": site.id}


def test_a_boundary_already_known_changes_nothing(session):
    site = a_site(session)
    frame = GeoDataFrame({"site_id": [site.id]}, geometry=[box(117.8, 36.7, 117.9, 36.8)], crs=4490)
    assert import_boundaries(session, frame, source="survey") == 1
    before = session.scalar(select(func.count()).select_from(SiteVersion))
    assert import_boundaries(session, frame, source="survey") == 0
    assert session.scalar(select(func.count()).select_from(SiteVersion)) == before
    session.expire_all()
    row = session.get_one(Site, site.id)
    assert (row.geom_source, row.row_version) == ("survey", 2)


def test_outlines_are_placed_in_the_neighbourhood_else_the_town(session):
    district = a_district(session)
    town = a_town(session, district=district, boundary=square(side=0.1))
    near = a_neighbourhood(session, town=town, boundary=square(side=0.05))
    shapes = [square(0.01, 0.01, 0.001), square(0.08, 0.08, 0.001), square(0.15, 0.15, 0.001)]
    import_footprints(session, "370306", _outlines(shapes))
    assert _placed(session) == {
        "o0": (town.code, near.code),
        "o1": (town.code, None),
        "o2": (None, None),
    }


def test_an_outline_that_moved_is_placed_anew(session):
    district = a_district(session)
    east = a_town(session, district=district, boundary=square(0.1, 0, 0.1))
    west = a_town(session, district=district, boundary=square(0, 0, 0.1))
    a_neighbourhood(session, town=west, boundary=square(0, 0, 0.1))
    import_footprints(session, "370306", _outlines([square(0.01, 0.01, 0.001)]))
    import_footprints(session, "370306", _outlines([square(0.15, 0.01, 0.001)]))
    assert _placed(session) == {"o0": (east.code, None)}


def test_outlines_are_placed_anew_when_boundaries_of_divisions_come(session):
    district = a_district(session)
    import_footprints(session, "370306", _outlines([square(0.01, 0.01, 0.001)]))
    assert _placed(session) == {"o0": (None, None)}
    town = a_town(session, district=district)
    draft = DivisionDraft(
        code=town.code,
        kind=DivisionKind.TOWN,
        name=town.name,
        parent_code=district.code,
        boundary=square(side=0.1),
    )
    import_divisions(session, [draft])
    assert _placed(session) == {"o0": (town.code, None)}
    import_divisions(session, [replace(draft, boundary=square(0.1, 0, 0.1))])
    assert _placed(session) == {"o0": (None, None)}


def test_outlines_are_updated_by_their_source_id(session):
    a_district(session)
    shape = square(side=0.001)
    first = _outlines(
        [shape, square(0.01, 0.01, 0.001)], floors=[6, None], use=["residential", None]
    )
    assert import_footprints(session, "370306", first) == 2
    assert import_footprints(session, "370306", _outlines([shape], floors=[7], name=["1号楼"])) == 1
    session.expire_all()
    rows = session.scalars(select(Footprint).order_by(Footprint.source_id)).all()
    assert [(row.floors, row.name) for row in rows] == [(7, "1号楼"), (None, None)]


def test_an_outline_knows_its_area_on_the_ground(session):
    a_district(session)
    import_footprints(session, "370306", _outlines([square(side=0.001)]))
    area_m2 = session.scalar(select(Footprint.area_m2))
    # A thousandth of a degree at 36.75 N: 89.3 m by 111.0 m.
    assert area_m2 == pytest.approx(89.3 * 111.0, rel=0.002)


def test_roads_and_areas_are_kept_and_kept_once(session):
    a_district(session)
    roads = GeoDataFrame(
        {"source_id": ["r1"], "highway": ["primary"], "name": ["新建路"], "is_oneway": [True]},
        geometry=[LineString([(117.8, 36.7), (117.9, 36.8)])],
        crs="EPSG:4490",
    )
    areas = GeoDataFrame(
        {"source_id": ["l1"], "kind": ["water"], "name": [None]},
        geometry=[square().geoms[0]],
        crs="EPSG:4490",
    )
    for _ in range(2):
        assert import_roads(session, "370306", roads) == 1
        assert import_landuse(session, "370306", areas) == 1
    road = session.scalars(select(Road)).one()
    assert (road.highway, road.name, road.is_oneway, road.access) == (
        "primary",
        "新建路",
        True,
        None,
    )
    area = session.scalars(select(Landuse)).one()
    assert area.name is None
    assert isinstance(to_shape(area.geom), MultiPolygon)


def _linked(session: Session) -> dict[str, int | None]:
    return dict(session.execute(select(Footprint.source_id, Footprint.site_id)).all())


def _placed(session: Session) -> dict[str, tuple[str | None, str | None]]:
    columns = (Footprint.source_id, Footprint.town_code, Footprint.neighbourhood_code)
    return {key: (town, near) for key, town, near in session.execute(select(*columns))}
