"""Sites as files that read back as they were."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from shapely import MultiPolygon, Point, box

from geodata.domain.errors import DomainError
from geodata.spatial.export import (
    BOUNDARIES,
    LEGEND,
    POINTS,
    ExportTarget,
    VectorFormat,
    centroid_in,
    write_sites,
)
from geodata.spatial.kml import ExportedSite, ExportField
from geodata.spatial.layers import read_layers
from geodata.spatial.repair import is_same, repair
from geodata.spatial.systems import parse_system

AREA = MultiPolygon([box(117.8681, 36.8039, 117.87, 36.81)])
FIELDS = (
    ExportField("site_id", "系统编号", "系统编号", is_whole=True),
    ExportField("name", "小区名称", "小区名称"),
    ExportField("town", "镇(街道)", "镇街道"),
    ExportField("floor_area_m2", "建筑面积(平方米)", "建筑面积"),
    ExportField("note", "备注", "备注"),
)
HOSTILE = '<img src=x onerror="alert(1)">&'
SITES = (
    ExportedSite({"site_id": 1, "name": "翠湖花园", "town": "东街", "floor_area_m2": 9.5}, AREA),
    ExportedSite({"site_id": None, "name": HOSTILE, "note": "长" * 300}, AREA),
    ExportedSite({"site_id": 3, "name": "只有点"}, Point(117.8681, 36.8039)),
    ExportedSite({"site_id": 4, "name": "不在图上\x0b"}, None),
)


def written(folder: Path, form: str, crs: str = "EPSG:4490") -> Path:
    path = folder / f"sites.{'zip' if form == 'shp' else form}"
    target = ExportTarget.of(VectorFormat(form), parse_system(crs), is_wgs84=False)
    write_sites(SITES, FIELDS, path, target)
    return path


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4527", "EPSG:4548", "GCJ-02", "BD-09", "3857"])
@pytest.mark.parametrize("form", ["gpkg", "shp", "geojson", "kml"])
def test_what_goes_out_comes_back_where_it_was(tmp_path: Path, form: str, crs: str) -> None:
    system = parse_system(crs)
    if form == "kml" and system.epsg is not None:
        with pytest.raises(DomainError) as refusal:
            written(tmp_path, form, crs)
        assert refusal.value.code == "export.crs_not_for_kml"
        return
    layers = read_layers(written(tmp_path, form, crs))
    shapes = [shape for layer in layers for shape in layer.frame.geometry if shape is not None]
    areas = [repair(one, system).after for one in shapes if one.geom_type != "Point"]
    assert len(areas) == 2
    assert all(one is not None and is_same(one, AREA) for one in areas)
    names = [name for layer in layers for name in layer.frame["小区名称"]]
    assert {"翠湖花园", HOSTILE, "只有点"} <= set(names)
    if crs.startswith("EPSG") or form in ("gpkg", "shp"):
        assert layers[0].declared == (system if system.datum == "cgcs2000" else None)


@pytest.mark.parametrize(
    ("crs", "x", "y"),
    [
        ("EPSG:4490", 117.8681, 36.8039),
        ("EPSG:4548", 577469.860, 4075100.222),
        ("EPSG:4527", 39577469.860, 4075100.222),
    ],
)
@pytest.mark.parametrize("form", ["gpkg", "shp", "geojson"])
def test_a_known_place_stands_within_a_centimetre(
    tmp_path: Path, form: str, crs: str, x: float, y: float
) -> None:
    layers = read_layers(written(tmp_path, form, crs))
    points = [one for layer in layers for one in layer.frame.geometry if one is not None]
    (point,) = [one for one in points if one.geom_type == "Point"]
    tolerance = 1e-7 if x < 180 else 0.01
    wanted = pytest.approx((x, y), abs=tolerance)
    assert tuple(point.coords[0]) == wanted
    middle = centroid_in(Point(117.8681, 36.8039), parse_system(crs))
    assert middle == wanted


def test_a_shapefile_is_gbk_with_its_cpg_short_names_and_a_legend(tmp_path: Path) -> None:
    with zipfile.ZipFile(written(tmp_path, "shp")) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "out")
        legend = archive.read(LEGEND).decode("utf-8-sig")
    for layer in (BOUNDARIES, POINTS):
        assert {f"{layer}{one}" for one in (".shp", ".shx", ".dbf", ".prj", ".cpg")} <= names
    assert (tmp_path / f"out/{BOUNDARIES}.cpg").read_text() == "GBK"
    dbf = (tmp_path / f"out/{BOUNDARIES}.dbf").read_bytes()
    assert "翠湖花园".encode("gbk") in dbf
    frame = pyogrio.read_dataframe(tmp_path / f"out/{BOUNDARIES}.shp")
    assert list(frame.columns[:-1]) == [field.short for field in FIELDS]
    assert all(len(field.short.encode("gbk")) <= 10 for field in FIELDS)
    assert frame["备注"][1].endswith("长…")
    assert "未上图: 1 个" in legend
    assert "建筑面积\t建筑面积(平方米)" in legend


def test_a_geopackage_holds_boundaries_points_and_what_stands_nowhere(tmp_path: Path) -> None:
    path = written(tmp_path, "gpkg")
    assert [name for name, _ in pyogrio.list_layers(path)] == [BOUNDARIES, POINTS, "未上图"]
    frame = pyogrio.read_dataframe(path, layer=BOUNDARIES)
    assert frame["系统编号"][0] == 1
    assert frame["备注"][1] == "长" * 300
    assert frame.geometry.geom_type.unique().tolist() == ["MultiPolygon"]


@pytest.mark.parametrize("form", ["gpkg", "geojson", "kml"])
def test_ogrinfo_reads_it_too(tmp_path: Path, form: str) -> None:
    command = ["ogrinfo", "-al", str(written(tmp_path, form))]
    said = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    assert "翠湖花园" in said
    assert "ERROR" not in said


def test_geojson_names_its_system(tmp_path: Path) -> None:
    found = json.loads(written(tmp_path, "geojson", "EPSG:4527").read_text("utf-8"))
    assert found["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::4527"
    assert [one["geometry"] is None for one in found["features"]] == [False, False, False, True]
    shifted = json.loads(written(tmp_path, "geojson", "GCJ-02").read_text("utf-8"))
    assert "crs" not in shifted
    assert shifted["coordinate_system"] == "GCJ-02"


def test_wgs84_has_a_code_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    target = ExportTarget.of(VectorFormat.GPKG, parse_system("4326"), is_wgs84=True)
    write_sites(SITES, FIELDS, path, target)
    frame = pyogrio.read_dataframe(path, layer=BOUNDARIES)
    assert frame.crs.to_epsg() == 4326
    corners = shapely.get_coordinates(frame.geometry[0])
    assert np.allclose(corners.min(axis=0), (117.8681, 36.8039))
