"""Features as CSV, FlatGeobuf and GeoPackage, read back by other programs."""

from __future__ import annotations

import csv
import json
import subprocess
from datetime import date
from pathlib import Path

import pytest
import shapely

from geodata.layers import FieldKind
from geodata.spatial.feature_files import FeatureFormat, FeatureTable, safe_text, write_features
from geodata.spatial.offered_crs import CRS84, crs_of

AREA = shapely.MultiPolygon([shapely.box(117.8, 36.7, 117.9, 36.8)])
FIELDS: tuple[tuple[str, FieldKind], ...] = (
    ("name", "string"),
    ("households", "integer"),
    ("covered", "boolean"),
    ("since", "date"),
)
ROWS = [
    [1, shapely.Point(117.85, 36.75).wkb, "东苑小区", 5, True, None],
    [2, None, "=1+1", None, None, date(2026, 1, 1)],
    [3, AREA.wkb, None, 7, False, None],
]


def written(folder: Path, form: FeatureFormat, rows=ROWS, crs=CRS84, shapes="mixed") -> Path:
    path = folder / f"features.{form}"
    table = FeatureTable("communities", shapes, "integer", FIELDS, crs)
    write_features(table, iter(rows), path, form)
    return path


def told_by_gdal(path: Path) -> list[dict]:
    command = ["ogr2ogr", "-f", "GeoJSON", "/vsistdout/", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["features"]


@pytest.mark.parametrize("form", [FeatureFormat.FGB, FeatureFormat.GPKG])
def test_gdal_reads_every_feature_back(tmp_path, form):
    features = told_by_gdal(written(tmp_path, form))
    told = {one["properties"]["id"]: one for one in features}
    assert set(told) == {1, 2, 3}
    assert told[1]["properties"]["name"] == "东苑小区"
    assert told[1]["geometry"] == {"type": "Point", "coordinates": [117.85, 36.75]}
    assert told[2]["geometry"] is None
    assert told[2]["properties"].get("households") is None
    assert told[2]["properties"]["since"][:10].replace("/", "-") == "2026-01-01"
    assert told[3]["geometry"]["type"] == "MultiPolygon"
    assert told[3]["properties"]["households"] == 7


@pytest.mark.parametrize("form", [FeatureFormat.FGB, FeatureFormat.GPKG])
def test_no_features_are_a_file_too(tmp_path, form):
    assert told_by_gdal(written(tmp_path, form, rows=[])) == []


def test_more_features_than_one_piece_all_arrive(tmp_path, monkeypatch):
    monkeypatch.setattr("geodata.spatial.feature_files._AT_ONCE", 2)
    rows = [[number, None, "x", 1, True, None] for number in range(7)]
    assert len(told_by_gdal(written(tmp_path, FeatureFormat.GPKG, rows))) == 7
    text = written(tmp_path, FeatureFormat.CSV, rows).read_text("utf-8-sig")
    assert len(text.splitlines()) == 8


def test_a_csv_opens_in_excel_and_holds_no_formula(tmp_path):
    raw = written(tmp_path, FeatureFormat.CSV).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
    assert [one["name"] for one in rows] == ["东苑小区", "'=1+1", ""]
    assert rows[0]["geometry"] == "POINT (117.85 36.75)"
    assert rows[0]["covered"] == "true"
    assert rows[1]["since"] == "2026-01-01"
    assert shapely.from_wkt(rows[2]["geometry"]).equals(AREA)


def test_wkt_follows_the_axes_of_the_system(tmp_path):
    north_first = crs_of("http://www.opengis.net/def/crs/EPSG/0/4490")
    text = written(tmp_path, FeatureFormat.CSV, crs=north_first).read_text("utf-8-sig")
    assert "POINT (36.75 117.85)" in text


@pytest.mark.parametrize("mark", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_would_be_worked_out_gets_an_apostrophe(mark):
    assert safe_text(f"{mark}1") == f"'{mark}1"
    assert safe_text(f"1{mark}") == f"1{mark}"
