"""Vector files of any make, and what their attributes say of buildings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from geopandas import GeoDataFrame
from shapely import MultiPolygon, Point, Polygon, box

from geodata.domain.errors import DomainError, Severity
from geodata.spatial.outlines import as_footprints
from geodata.spatial.vectors import as_multipolygon, read_polygons
from tests.real_data import SUZHOU, needs_real_data

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[117, 36], [118, 36], [118, 37], [117, 37], [117, 36]]],
}
BOW_TIE = {
    "type": "Polygon",
    "coordinates": [[[117, 36], [118, 37], [118, 36], [117, 37], [117, 36]]],
}
POINT = {"type": "Point", "coordinates": [117, 36]}
EMPTY = {"type": "Polygon", "coordinates": []}
METRES = {
    "type": "Polygon",
    "coordinates": [[[577000, 4e6], [578000, 4e6], [578000, 4.1e6], [577000, 4e6]]],
}
TWO_POINTS = {"type": "Polygon", "coordinates": [[[117, 36], [118, 36]]]}


def _geojson(folder: Path, *shapes: Any, attributes: dict[str, Any] | None = None) -> Path:
    path = folder / "楼幢.geojson"
    features = [
        {"type": "Feature", "properties": attributes or {}, "geometry": shape} for shape in shapes
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def _refusal(path: Path) -> DomainError:
    with pytest.raises(DomainError) as refusal:
        read_polygons(path)
    assert refusal.value.facts["file"] == path.name
    return refusal.value


def test_good_polygons_come_as_multipolygons_in_cgcs2000(tmp_path: Path) -> None:
    reading = read_polygons(_geojson(tmp_path, SQUARE))
    (shape,) = reading.features.geometry
    assert isinstance(shape, MultiPolygon)
    assert shape.equals(box(117, 36, 118, 37))
    assert reading.features.crs == "EPSG:4490"
    assert reading.faults == []


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        (None, "vector.geometry_empty"),
        (EMPTY, "vector.geometry_empty"),
        (POINT, "vector.geometry_not_area"),
        (METRES, "vector.geometry_outside"),
        (TWO_POINTS, "vector.geometry_empty"),
    ],
)
def test_a_feature_without_an_area_is_refused_by_its_number(
    tmp_path: Path, shape: Any, code: str
) -> None:
    reading = read_polygons(_geojson(tmp_path, SQUARE, shape, SQUARE))
    assert list(reading.features["feature_no"]) == [1, 3]
    assert [(one.severity, one.code, one.row) for one in reading.faults] == [
        (Severity.ERROR, code, 2)
    ]


def test_a_ring_that_crosses_itself_is_repaired_and_told_where(tmp_path: Path) -> None:
    reading = read_polygons(_geojson(tmp_path, BOW_TIE))
    assert reading.features.is_valid.all()
    (fault,) = reading.faults
    assert (fault.severity, fault.code, fault.row) == (
        Severity.WARNING,
        "vector.geometry_repaired",
        1,
    )
    assert "117.5 36.5" in (fault.value or "")


def test_a_height_above_ground_is_dropped() -> None:
    shape, code = as_multipolygon(Polygon([(117, 36, 5), (118, 36, 5), (118, 37, 5)]))
    assert code is None
    assert shape is not None
    assert not shape.has_z


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.geojson", b'{"type": "FeatureColl', "vector.unreadable"),
        ("a.shp", b"no shapes", "vector.unreadable"),
        ("a.zip", b"no archive", "vector.unreadable"),
        ("a.gpkg", b"", "vector.unreadable"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": []}', "vector.empty"),
        ("a.csv", b"a,b\n1,2\n", "vector.empty"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    refusal = _refusal(path)
    assert refusal.code == code
    assert str(tmp_path) not in str(refusal.facts)


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    assert _refusal(tmp_path / "nirgends.geojson").code == "vector.missing"


def test_a_file_that_names_no_coordinate_system_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.shp"
    GeoDataFrame(geometry=[box(117, 36, 118, 37)], crs="EPSG:4490").to_file(path)
    path.with_suffix(".prj").unlink()
    assert _refusal(path).code == "vector.crs_missing"


def test_a_projected_file_comes_in_degrees(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    x, y = 577_469.860, 4_075_100.222  # the check value of EPSG:4548
    GeoDataFrame(geometry=[Point(x, y).buffer(1)], crs="EPSG:4548").to_file(path)
    centre = read_polygons(path).features.geometry.iloc[0].centroid
    assert (centre.x, centre.y) == pytest.approx((117.8681, 36.8039), abs=1e-6)


@needs_real_data
def test_real_outlines_bring_floors_and_height() -> None:
    outlines, columns = as_footprints(SUZHOU, read_polygons(SUZHOU).features)
    assert len(outlines) == 3076
    assert columns == {"Floor": "floors", "height": "height_m"}
    assert (outlines["floors"] * 3 == outlines["height_m"]).all()
    assert outlines["source_id"].is_unique


@pytest.mark.parametrize(
    ("attributes", "floors", "height_m"),
    [
        ({"层数": "6层", "高度": "18.5米"}, 6, 18.5),
        ({"FLOOR": 6.0, "Height": "18"}, 6, 18),
        ({"levels": "不详", "height": -1}, None, None),
        ({"floors": 100_000}, None, None),
    ],
)
def test_attributes_are_read_as_people_write_them(
    tmp_path: Path, attributes: dict[str, Any], floors: float | None, height_m: float | None
) -> None:
    path = _geojson(tmp_path, SQUARE, attributes=attributes)
    outlines, _ = as_footprints(path, read_polygons(path).features)
    found = outlines.iloc[0].astype(object).where(outlines.iloc[0].notna(), None)
    assert (found["floors"], found["height_m"]) == (floors, height_m)


def test_identifiers_that_stand_twice_are_not_used(tmp_path: Path) -> None:
    path = _geojson(tmp_path, SQUARE, SQUARE, attributes={"osm_id": 7})
    outlines, columns = as_footprints(path, read_polygons(path).features)
    assert list(outlines["source_id"]) == ["楼幢-1", "楼幢-2"]
    assert columns == {}
