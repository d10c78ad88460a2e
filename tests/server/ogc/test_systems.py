"""Coordinates in the systems that are offered, in the order of their axes."""

from __future__ import annotations

import pytest
from pyproj import CRS, Transformer
from shapely.geometry import shape

from tests.builders import SOUTH, WEST
from tests.server.ogc.asking import CRS84, ask, epsg, get, names

CODES = (4326, 4490, 4548, 4527, 3857)


def moved(code: int, east: float, north: float) -> tuple[float, float]:
    """A position in the order that PROJ says the system has."""
    first, second = Transformer.from_crs(4490, code).transform(north, east)
    return first, second


def test_the_usual_system_is_crs84_and_the_header_tells(leader):
    answer = get(leader, "/collections/communities/items", limit=1)
    assert answer.headers["content-crs"] == f"<{CRS84}>"
    east, north = answer.json()["features"][0]["geometry"]["coordinates"][0][0][0]
    assert (WEST < east < WEST + 0.2, SOUTH < north < SOUTH + 0.2) == (True, True)


@pytest.mark.parametrize("code", CODES)
def test_each_system_is_told_in_its_own_order(leader, world, code):
    path = f"/collections/communities/items/{world.ids['东苑小区']}"
    plain = ask(leader, path)["geometry"]["coordinates"][0][0]
    answer = get(leader, path, crs=epsg(code))
    assert answer.headers["content-crs"] == f"<{epsg(code)}>"
    told = answer.json()["geometry"]["coordinates"][0][0]
    tolerance = 1e-8 if CRS.from_epsg(code).is_geographic else 1e-3
    for (east, north), position in zip(plain, told, strict=True):
        assert position == pytest.approx(moved(code, east, north), abs=tolerance)


@pytest.mark.parametrize("code", CODES)
def test_a_box_in_each_system_keeps_the_same(leader, code):
    low, high = moved(code, WEST + 0.1, SOUTH), moved(code, WEST + 0.2, SOUTH + 0.1)
    box = ",".join(str(one) for one in (*low, *high))
    assert names(leader, bbox=box, bbox_crs=epsg(code)) == ["东苑小区", "东安里", "东宿舍"]


@pytest.mark.parametrize("code", CODES)
def test_a_filter_in_each_system_keeps_the_same(leader, code):
    first, second = moved(code, WEST + 0.13, SOUTH + 0.03)
    text = f"S_INTERSECTS(geometry, POINT({first} {second}))"
    assert names(leader, filter=text, filter_crs=epsg(code)) == ["东苑小区"]


def test_a_square_of_200_metres_has_200_metres(leader, world):
    path = f"/collections/communities/items/{world.ids['东苑小区']}"
    plane = shape(ask(leader, path, crs=epsg(4548))["geometry"])
    degrees = shape(ask(leader, path)["geometry"])
    assert plane.area == pytest.approx(degrees.area * 111_000 * 89_200, rel=0.01)


def test_other_systems_are_refused_with_those_that_are_there(leader):
    for name in ("crs", "bbox-crs", "filter-crs"):
        answer = leader.get("/ogc/collections/gaps/items", params={name: epsg(2381)})
        assert answer.status_code == 400
        assert epsg(4490) in answer.json()["facts"]["known"]
