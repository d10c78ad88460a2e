"""`fugai doctor`, `fugai import vector`, `fugai export sites`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from geodata.spatial.layers import read_layers
from geodata.spatial.systems import GCJ02
from tests.builders import square
from tests.outlines import WHERE, a_vector_file, boundary_of
from tests.scripts.conftest import Fugai
from tests.world import build_world

pytestmark = pytest.mark.filterwarnings("ignore:'crs' was not provided")


def test_the_doctor_tells_in_words_and_json(fugai: Fugai, engine: Engine, tmp_path: Path) -> None:
    build_world(engine)
    path = a_vector_file(tmp_path, system=GCJ02)
    ran = fugai("doctor", path)
    assert ran.code == 0
    assert "判定坐标系 / Coordinate system: GCJ-02" in ran.out
    found = json.loads(fugai("doctor", path, "--json", "--district", "周村区").out)
    assert (found["winner"], found["axes_swapped"]) == ("GCJ-02", False)
    assert 400 < found["mean_shift_m"] < 600
    assert 0 <= found["confidence"] <= 1
    assert len(found["candidates"]) >= 10


def test_without_any_district_the_doctor_is_not_sure(fugai: Fugai, tmp_path: Path) -> None:
    found = json.loads(fugai("doctor", a_vector_file(tmp_path, system=GCJ02), "--json").out)
    assert (found["winner"], found["confidence"]) == ("EPSG:4490", 0)


def test_a_file_that_cannot_be_read_ends_with_2(fugai: Fugai, tmp_path: Path) -> None:
    path = tmp_path / "a.dwg"
    path.write_bytes(b"AC1032")
    ran = fugai("doctor", path)
    assert ran.code == 2
    assert "DXF" in ran.err


def test_boundaries_are_told_then_applied(fugai: Fugai, engine: Engine, tmp_path: Path) -> None:
    build_world(engine)
    wanted = square(0.12, 0.02, 0.018)
    path = a_vector_file(tmp_path, {**WHERE, "东苑小区": wanted}, system=GCJ02)
    report = tmp_path / "report.geojson"
    ran = fugai("import", "vector", path, "--report", report)
    assert ran.code == 0
    assert "✔ 〔边界〕 1 东苑小区" in ran.out
    assert "未写入" in ran.err
    assert boundary_of(engine, "东苑小区") == WHERE["东苑小区"]
    stages = {one["properties"]["stage"] for one in json.loads(report.read_text())["features"]}
    assert stages == {"known", "before", "after"}
    found = json.loads(fugai("import", "vector", path, "--apply", "--json").out)
    assert (found["applied"], found["counts"]["changed"]) == (True, 1)
    assert boundary_of(engine, "东苑小区") != WHERE["东苑小区"]
    again = json.loads(fugai("import", "vector", path, "--apply", "--json").out)
    assert again["counts"]["changed"] == 0


def test_a_file_with_a_doubtful_outline_ends_with_2(
    fugai: Fugai, engine: Engine, tmp_path: Path
) -> None:
    build_world(engine)
    path = a_vector_file(tmp_path, {**WHERE, "东安里二期": square(0.13, 0.05, 0.002)}, crs=4490)
    assert fugai("import", "vector", path).code == 2


def test_a_contradicted_datum_is_confirmed_or_refused(
    fugai: Fugai, engine: Engine, tmp_path: Path
) -> None:
    build_world(engine)
    path = a_vector_file(tmp_path, system=GCJ02)
    ran = fugai("import", "vector", path, "--datum", "EPSG:4527")
    assert ran.code == 2
    assert "GCJ-02" in ran.err
    assert fugai("import", "vector", path, "--datum", "EPSG:4527", "--confirm-datum").code == 2


@pytest.mark.parametrize("form", ["gpkg", "shp", "geojson", "kml", "xlsx"])
def test_sites_are_exported(fugai: Fugai, engine: Engine, tmp_path: Path, form: str) -> None:
    build_world(engine)
    out = tmp_path / f"sites.{'zip' if form == 'shp' else form}"
    ran = fugai("export", "sites", "--format", form, "--out", out, "--town", "370306001")
    assert ran.code == 0
    assert "5 rows" in ran.err
    if form != "xlsx":
        assert sum(len(layer.frame) for layer in read_layers(out)) in (4, 5)
        again = json.loads(fugai("import", "vector", out, "--apply", "--json").out)
        assert (again["counts"]["changed"], again["counts"]["unchanged"]) == (0, 3)


def test_an_unknown_format_is_refused(fugai: Fugai, tmp_path: Path) -> None:
    ran = fugai("export", "sites", "--format", "dwg", "--out", tmp_path / "a")
    assert ran.code == 2
    assert "gpkg" in ran.err
