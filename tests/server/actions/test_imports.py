"""Ledgers, extracts, outlines and divisions, imported whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from geodata.domain.errors import DomainError
from geodata.store.session import reading
from geodata.store.tables import (
    Division,
    Footprint,
    Landuse,
    Road,
)
from server.actions.imports import (
    ImportOrder,
    import_divisions_file,
    import_footprints_file,
    import_osm_file,
)
from tests.real_data import BAYREUTH, DIVISIONS, SUZHOU, WANGJING, needs_real_data
from tests.workbooks import write_table

ORDER = ImportOrder(actor="tester")


def _count(engine: Engine, table: type[Any]) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@needs_real_data
@pytest.mark.parametrize(
    ("path", "footprints", "residential", "roads"),
    [(WANGJING, 226, 6, 241), (BAYREUTH, 4267, 168, 2056)],
)
def test_real_extracts_are_kept_whole_and_taken_twice_once(
    engine: Engine, path: Path, footprints: int, residential: int, roads: int
) -> None:
    for _ in range(2):
        report = import_osm_file(engine, path, ORDER)
        assert (report.counts["footprints"], report.counts["roads"]) == (footprints, roads)
        assert (_count(engine, Footprint), _count(engine, Road)) == (footprints, roads)
        with reading(engine) as session:
            areas = select(func.count()).where(Landuse.kind == "residential")
            assert session.scalar(areas) == residential


@needs_real_data
def test_both_extracts_live_side_by_side(engine: Engine) -> None:
    districts = [import_osm_file(engine, path, ORDER).district for path in (WANGJING, BAYREUTH)]
    assert districts == ["own-cn_chaoyang_wangjing", "own-north-bayreuth"]
    assert _count(engine, Footprint) == 226 + 4267


@needs_real_data
def test_real_outlines_are_taken_with_their_floors(engine: Engine) -> None:
    for _ in range(2):
        report = import_footprints_file(engine, SUZHOU, ORDER)
        assert report.columns == {"Floor": "floors", "height": "height_m"}
    with reading(engine) as session:
        counts = select(func.count(), func.count(Footprint.floors), func.count(Footprint.height_m))
        assert session.execute(counts).one() == (3076, 3076, 3076)


def _outlines(folder: Path, *rings: Any) -> Path:
    path = folder / "outlines.geojson"
    features = [
        {
            "type": "Feature",
            "properties": {},
            "geometry": ring and {"type": "Polygon", "coordinates": [ring]},
        }
        for ring in rings
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


SQUARE = [[117.8, 36.8], [117.81, 36.8], [117.81, 36.81], [117.8, 36.8]]


def test_an_empty_outline_keeps_the_file_out_and_is_named(engine: Engine, tmp_path: Path) -> None:
    path = _outlines(tmp_path, SQUARE, None, [])
    report = import_footprints_file(engine, path, ORDER)
    assert [(one.code, one.file, one.row) for one in report.errors] == [
        ("vector.geometry_empty", "outlines.geojson", 2),
        ("vector.geometry_empty", "outlines.geojson", 3),
    ]
    assert (_count(engine, Footprint), _count(engine, Division)) == (0, 0)
    order = ImportOrder(actor="tester", skips_faulty=True)
    assert import_footprints_file(engine, path, order).counts["footprints"] == 1


def test_a_broken_extract_leaves_no_district_behind(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "town.osm.pbf"
    path.write_bytes(b"no protocol buffer")
    with pytest.raises(DomainError):
        import_osm_file(engine, path, ORDER)
    assert _count(engine, Division) == 0


@needs_real_data
def test_the_real_register_of_divisions_is_taken_in_its_order(engine: Engine) -> None:
    for _ in range(2):
        report = import_divisions_file(engine, DIVISIONS, ORDER)
        assert (report.counts["divisions"], report.district) == (261, "370306")
    with reading(engine) as session:
        towns = session.scalars(
            select(Division.code).where(Division.kind == "town").order_by(Division.sort_order)
        ).all()
    assert towns == sorted(towns)
    assert len(towns) == 10


def test_a_register_in_a_workbook_may_hold_blank_rows(engine: Engine, tmp_path: Path) -> None:
    rows = [
        ["代码", "级别", "名称", "上级代码"],
        ["370306", "区", "周村区", ""],
        [],
        ["370306001", "镇(街道)", "丝绸路街道", "370306"],
    ]
    path = write_table(tmp_path / "区划.xlsx", rows)
    assert import_divisions_file(engine, path, ORDER).counts["divisions"] == 2
    write_table(path, [*rows[:3], ["370306001", "州", "丝绸路街道", "370306"]])
    with pytest.raises(DomainError) as refusal:
        import_divisions_file(engine, path, ORDER)
    assert (refusal.value.code, refusal.value.facts["row"]) == ("divisions.kind_unknown", 4)
