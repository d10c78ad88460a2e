"""What the map draws."""

from __future__ import annotations

import json

import pytest
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.period import today
from geodata.store.queries.drawn import (
    DRAWN_DECIMALS,
    drawn_bounds,
    footprints_geojson,
    ground_geojson,
    site_geometry,
    sites_geojson,
)
from geodata.store.queries.state import SiteFilter
from geodata.store.tables import Landuse, Road
from tests.builders import SOUTH, WEST, a_district, a_footprint, a_site, a_town, square
from tests.geodata.store.statements import recorded

EVERYTHING = Scope.everything()


def _features(session: Session, **options: int) -> list[dict]:
    drawn = sites_geojson(session, EVERYTHING, SiteFilter(), on=today(), **options)
    return json.loads(drawn)["features"]


def test_a_site_is_drawn_by_its_boundary_else_its_point_else_not_at_all(session):
    a_site(session, boundary=square(), point=(117.9, 36.9))
    a_site(session, point=(117.9, 36.9))
    a_site(session)
    shapes = [one["geometry"] for one in _features(session)]
    assert shapes[0]["type"] == "MultiPolygon"
    assert shapes[1] == {"type": "Point", "coordinates": [117.9, 36.9]}
    assert shapes[2] is None


def test_a_feature_tells_what_the_map_shows_and_nothing_personal(session):
    personal = {"phone": "13812345678", "project_manager": "王某"}
    site = a_site(session, "和平小区", address="新建路1号", company="某公司", **personal)
    (feature,) = _features(session)
    assert feature["id"] == site.id
    properties = feature["properties"]
    expected = {
        "name": "和平小区",
        "address": "新建路1号",
        "category": "old_community",
        "effective_types": ["simple"],
        "inspection_status": "not_inspected",
        "covered": True,
        "market_covered": False,
        "verified": False,
        "town": site.town_code,
        "neighbourhood": None,
        "households": 100,
        "buildings": 4,
        "located": "none",
        "company": "某公司",
    }
    assert {name: properties[name] for name in expected} == expected
    text = json.dumps(properties, ensure_ascii=False)
    assert "13812345678" not in text
    assert "王某" not in text


def test_decimals_are_cut_where_asked(session):
    a_site(session, point=(117.812345678, 36.812345678))
    (exact,), (drawn,) = _features(session), _features(session, decimals=DRAWN_DECIMALS)
    assert exact["geometry"]["coordinates"] == [117.8123457, 36.8123457]
    assert drawn["geometry"]["coordinates"] == [117.812346, 36.812346]


def test_names_are_data_whatever_they_hold(session):
    name = 'O"Brien\\ <b>& \n院'
    a_site(session, name)
    assert _features(session)[0]["properties"]["name"] == name


def test_the_geometry_of_one_site(session):
    site, nowhere = a_site(session, point=(117.9, 36.9)), a_site(session)
    shape = site_geometry(session, EVERYTHING, site.id, on=today())
    assert shape == {"type": "Point", "coordinates": [117.9, 36.9]}
    assert site_geometry(session, EVERYTHING, nowhere.id, on=today()) is None


def test_outlines_come_for_the_box_asked_for(session):
    a_district(session)
    a_footprint(session, square(0.01, 0.01, 0.001))
    a_footprint(session, square(0.1, 0.1, 0.001))
    box = (WEST, SOUTH, WEST + 0.05, SOUTH + 0.05)
    drawn = json.loads(footprints_geojson(session, EVERYTHING, "370306", box))
    (feature,) = drawn["features"]
    assert feature["properties"] == {"use": "residential", "floors": None, "site": None}


@pytest.mark.parametrize(
    ("highway", "rank"),
    [("trunk", 1), ("secondary", 2), ("unclassified", 3), ("residential", 4), ("footway", 5)],
)
def test_a_road_has_a_rank(session, highway, rank):
    a_district(session)
    line = "SRID=4490;LINESTRING(117.8 36.75, 117.9 36.76)"
    session.add(Road(district_code="370306", source_id="1", highway=highway, geom=line))
    session.flush()
    (feature,) = json.loads(ground_geojson(session, EVERYTHING, "370306"))["features"]
    assert feature["properties"] == {"layer": "road", "name": None, "rank": rank}


def test_areas_come_before_roads_with_their_kind_as_layer(session):
    a_district(session)
    area = "SRID=4490;MULTIPOLYGON(((117.8 36.75, 117.9 36.75, 117.9 36.8, 117.8 36.75)))"
    line = "SRID=4490;LINESTRING(117.8 36.75, 117.9 36.76)"
    session.add(Road(district_code="370306", source_id="1", highway="primary", geom=line))
    session.add(Landuse(district_code="370306", source_id="1", kind="water", geom=area))
    session.flush()
    features = json.loads(ground_geojson(session, EVERYTHING, "370306"))["features"]
    assert [one["properties"]["layer"] for one in features] == ["water", "road"]


def test_a_map_of_many_sites_is_one_statement(session):
    for _ in range(5):
        a_site(session, point=(117.9, 36.9))
    with recorded(session) as sent:
        _features(session)
    assert len(sent) == 1


def test_bounds_are_the_boundaries_else_the_sites_else_the_outlines(session):
    district = a_district(session)
    assert drawn_bounds(session, EVERYTHING, district.code) == pytest.approx(
        (WEST, SOUTH, WEST + 0.2, SOUTH + 0.2)
    )
    district.geom = None
    session.flush()
    assert drawn_bounds(session, EVERYTHING, district.code) is None
    a_footprint(session, square(0.3, 0.3))
    assert drawn_bounds(session, EVERYTHING, district.code) == pytest.approx(
        (WEST + 0.3, SOUTH + 0.3, WEST + 0.31, SOUTH + 0.31)
    )
    town = a_town(session, district=district)
    a_site(session, town=town, boundary=square(0.1))
    a_site(session, town=town, point=(WEST + 0.5, SOUTH))
    assert drawn_bounds(session, EVERYTHING, district.code) == pytest.approx(
        (WEST + 0.1, SOUTH, WEST + 0.5, SOUTH + 0.01)
    )
