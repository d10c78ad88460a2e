"""The systems that features are offered in: names, order of axes, boxes and shapes."""

from __future__ import annotations

import pytest
from pyproj import Transformer
from shapely import box
from shapely.geometry import Point, mapping

from geodata.domain.errors import DomainError
from geodata.spatial.offered_crs import CRS84, STORAGE_URI, box_in, crs_of, offered, shape_in

LONGITUDE, LATITUDE = 117.87, 36.81


def by_code(code: int):
    return crs_of(f"http://www.opengis.net/def/crs/EPSG/0/{code}")


def test_the_usual_one_comes_first_and_the_record_is_among_them():
    assert next(iter(offered())) == "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    assert STORAGE_URI in offered()
    assert {one.epsg for one in offered().values()} == {4326, 4490, 4548, 4527, 3857}


def test_north_stands_first_where_the_system_says_so():
    assert {one.epsg for one in offered().values() if one.is_north_first} == {
        *(4326, 4490, 4548, 4527)
    }
    assert not CRS84.is_north_first
    assert not by_code(3857).is_north_first


def test_a_short_name_is_understood_and_another_system_is_not():
    assert crs_of("[EPSG:4548]") is by_code(4548)
    assert crs_of("[OGC:CRS84]") is CRS84
    for name in ("EPSG:4548", "http://www.opengis.net/def/crs/EPSG/0/2381", "", "x" * 9000):
        with pytest.raises(DomainError, match=r"ogc\.crs_unknown"):
            crs_of(name)


@pytest.mark.parametrize("code", [4548, 4527, 3857])
def test_a_box_in_metres_is_where_proj_says(code):
    crs = by_code(code)
    forth = Transformer.from_crs(4490, code, always_xy=True)
    east, north = forth.transform(LONGITUDE, LATITUDE)
    numbers = [north - 500, east - 500, north + 500, east + 500]
    if not crs.is_north_first:
        numbers = [east - 500, north - 500, east + 500, north + 500]
    area = box_in(numbers, crs)
    assert area.contains(Point(LONGITUDE, LATITUDE))
    assert area.bounds[2] - area.bounds[0] < 0.02


def test_a_box_in_degrees_follows_its_axes():
    east_first = box_in([117.8, 36.7, 118.0, 37.0], CRS84)
    north_first = box_in([36.7, 117.8, 37.0, 118.0], by_code(4490))
    with_heights = box_in([117.8, 36.7, -5.0, 118.0, 37.0, 900.0], CRS84)
    assert east_first.equals(north_first)
    assert east_first.equals(with_heights)


def test_a_box_may_cross_the_end_of_the_world():
    area = box_in([170.0, -10.0, -170.0, 10.0], CRS84)
    assert area.contains(Point(175, 0))
    assert area.contains(Point(-175, 0))
    assert not area.contains(Point(0, 0))


@pytest.mark.parametrize(
    "numbers",
    [
        [1, 2, 3],
        [1, 2, 3, 4, 5],
        [117, 37, 118, 36],
        [117, 36, 118, float("nan")],
        [float("-inf"), 36, 118, 37],
        [1e300, 36, 118, 37],
        [117, 36, 118, 91],
    ],
)
def test_nonsense_is_no_box(numbers):
    with pytest.raises(DomainError, match=r"ogc\.bbox"):
        box_in(numbers, CRS84)


def test_metres_out_of_the_system_are_no_box():
    with pytest.raises(DomainError, match=r"ogc\.bbox"):
        box_in([1e9, 1e9, 2e9, 2e9], by_code(4548))


def test_a_shape_follows_its_axes():
    square = box(117.8, 36.7, 118.0, 37.0)
    swapped = box(36.7, 117.8, 37.0, 118.0)
    assert shape_in(mapping(square), CRS84).equals(shape_in(mapping(swapped), by_code(4326)))


@pytest.mark.parametrize(
    "written",
    [
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Point", "coordinates": ["a", 1]},
        {"type": "Point", "coordinates": [1]},
        {"type": "Point", "coordinates": [500, 1]},
        {"type": "Point", "coordinates": [float("inf"), 1]},
        {"type": "Point", "coordinates": {"x": 1}},
        {"type": "Nothing", "coordinates": [1, 1]},
        {"type": "Point"},
        {"type": "GeometryCollection", "geometries": [{"type": "Point"}]},
        {},
        {"bbox": "1,2,3,4"},
        {"bbox": [10**400, 1, 2, 3]},
        {"type": 5},
        {"type": "Polygon", "coordinates": [[[[[[[1]]]]]]]},
    ],
)
def test_what_is_no_shape_is_refused(written):
    with pytest.raises(DomainError, match=r"filter\.geometry_bad|ogc\.bbox"):
        shape_in(written, CRS84)
