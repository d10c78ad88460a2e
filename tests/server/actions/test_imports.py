"""Ledgers, extracts, outlines and divisions, imported whole or not at all."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from geodata.domain.errors import DomainError
from geodata.ledger.form_reader import read_form
from geodata.ledger.form_writer import write_form
from geodata.store.session import Change, reading, writing
from geodata.store.tables import (
    Division,
    Footprint,
    Landuse,
    ManagementArrangement,
    Road,
    Site,
    SiteVersion,
)
from server.actions.imports import (
    ImportOrder,
    import_divisions_file,
    import_footprints_file,
    import_ledger_file,
    import_osm_file,
)
from tests.builders import a_district, a_neighbourhood, a_town
from tests.real_data import BAYREUTH, DIVISIONS, SUZHOU, WANGJING, needs_real_data
from tests.workbooks import a_row, write_form_by_hand, write_table

ORDER = ImportOrder(actor="tester")
FIRST, SECOND = date(2017, 11, 15), date(2017, 12, 15)


def _on(day: date, *, skips_faulty: bool = False) -> ImportOrder:
    return ImportOrder(actor="tester", on=day, skips_faulty=skips_faulty)


def _count(engine: Engine, table: type[Any]) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def district(engine: Engine) -> str:
    """The district that the ledgers name."""
    with writing(engine, Change("tester", "set up")) as session:
        district = a_district(session)
        town = a_town(session, "丝绸路街道", district=district)
        a_neighbourhood(session, "前沟社区居委会", town=town)
        return district.code


@pytest.mark.usefixtures("district")
def test_a_ledger_of_another_writing_of_the_neighbourhood_is_taken(
    engine: Engine, tmp_path: Path
) -> None:
    path = write_form_by_hand(
        tmp_path / "台账.xlsx", [a_row(), a_row(**{"小区(楼房)名称": "东方"})]
    )
    report = import_ledger_file(engine, path, _on(FIRST))
    assert (report.applied, report.counts["new"], report.faults) == (True, 2, [])
    assert _count(engine, ManagementArrangement) == 2


@pytest.mark.usefixtures("district")
def test_what_is_exported_and_imported_again_changes_nothing(
    engine: Engine, tmp_path: Path
) -> None:
    path = write_form_by_hand(
        tmp_path / "台账.xlsx",
        [
            a_row(**{"户数(户)": 80, "建筑面积(平方米)": 1234.5, "联系电话": 13900001111}),
            a_row(**{"小区(楼房)名称": "-东方", "是否实行政府补贴": "是", "备注": "1-2号楼"}),
            a_row(**{"小区(楼房)名称": "丙", "简易物业管理": None, "尚未实施": "√"}),
        ],
    )
    import_ledger_file(engine, path, _on(FIRST))
    versions = _count(engine, SiteVersion)
    exported = tmp_path / "导出.xlsx"
    write_form(read_form(path).drafts, exported, unit="周村区", filled_on=SECOND)
    report = import_ledger_file(engine, exported, _on(SECOND))
    assert (report.counts["new"], report.counts["changed"], report.counts["unchanged"]) == (0, 0, 3)
    assert _count(engine, SiteVersion) == versions


@pytest.mark.usefixtures("district")
def test_one_faulty_row_keeps_a_ledger_out(engine: Engine, tmp_path: Path) -> None:
    rows = [a_row(), a_row(**{"小区(楼房)名称": "乙", "尚未实施": "√"})]
    path = write_form_by_hand(tmp_path / "台账.xlsx", rows)
    report = import_ledger_file(engine, path, _on(FIRST))
    assert [(one.sheet, one.row, one.column) for one in report.errors] == [
        ("Sheet1", 6, "物业管理类型")
    ]
    assert (report.applied, _count(engine, Site)) == (False, 0)
    assert import_ledger_file(engine, path, _on(FIRST, skips_faulty=True)).counts["new"] == 1


@pytest.mark.usefixtures("district")
def test_the_same_site_twice_in_a_ledger_is_refused_by_row(engine: Engine, tmp_path: Path) -> None:
    path = write_form_by_hand(tmp_path / "台账.xlsx", [a_row(), a_row()])
    (fault,) = import_ledger_file(engine, path, _on(FIRST)).errors
    assert (fault.code, fault.row, fault.facts["first_row"]) == ("site.stands_twice", 6, 5)


@pytest.mark.usefixtures("district")
def test_an_edition_older_than_the_ledger_is_refused(engine: Engine, tmp_path: Path) -> None:
    path = write_form_by_hand(tmp_path / "台账.xlsx", [a_row()])
    import_ledger_file(engine, path, _on(SECOND))
    with pytest.raises(DomainError) as refusal:
        import_ledger_file(engine, path, _on(SECOND - timedelta(days=1)))
    assert refusal.value.code == "import.older_than_ledger"


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
