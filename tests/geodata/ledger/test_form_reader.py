"""The official form as people return it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from geodata.domain.category import Category
from geodata.domain.errors import DomainError, Severity
from geodata.domain.management import ManagementType
from geodata.ledger.form import COLUMNS
from geodata.ledger.form_reader import FormReading, read_form
from tests.workbooks import a_row, write_form_by_hand, write_table


def _read(folder: Path, *rows: dict[str, Any], **layout: Any) -> FormReading:
    return read_form(write_form_by_hand(folder / "台账.xlsx", rows, **layout))


def _told(reading: FormReading, severity: Severity) -> list[tuple[str, int | None, str | None]]:
    return [(one.code, one.row, one.column) for one in reading.faults if one.severity is severity]


@pytest.mark.parametrize("above", range(9))
def test_the_header_is_found_in_any_of_the_first_ten_rows(tmp_path: Path, above: int) -> None:
    reading = _read(tmp_path, a_row(), above=above)
    assert [draft.place.row for draft in reading.drafts] == [above + 3]
    assert reading.faults == []


def test_headers_may_be_broken_by_lines_and_blanks(tmp_path: Path) -> None:
    (draft,) = _read(tmp_path, a_row(), break_headers=True).drafts
    assert draft.category is Category.OLD_COMMUNITY
    assert draft.ticked_types == {ManagementType.SIMPLE}


def test_every_sheet_with_the_form_is_read_and_named(tmp_path: Path) -> None:
    reading = _read(tmp_path, a_row(), sheets=("前沟社区", "后沟社区"))
    assert reading.sheets == ["前沟社区", "后沟社区"]
    assert [draft.place.sheet for draft in reading.drafts] == reading.sheets


@pytest.mark.parametrize("tick", ["√", "✓", "✔", "☑", "对", "1", 1, "１", " √ "])
def test_every_way_to_tick_counts(tmp_path: Path, tick: object) -> None:
    reading = _read(tmp_path, a_row(简易物业管理=tick))
    assert reading.faults == []
    assert reading.drafts[0].ticked_types == {ManagementType.SIMPLE}


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"商品房住宅小区": "√"}, "ledger.category_count", "物业类型"),
        ({"老旧住宅小区": None}, "ledger.category_count", "物业类型"),
        ({"老旧住宅小区": "x"}, "value.not_a_tick", "老旧住宅小区"),
        ({"尚未实施": "√"}, "ledger.none_excludes", "物业管理类型"),
        ({"五星": "√", "四星": "√"}, "ledger.star_count", "物业服务等级标准情况"),
        ({"是否成立业主委员会": "√"}, "value.tick_for_yes_no", "是否成立业主委员会"),
        ({"是否成立业主委员会": "有"}, "value.not_yes_no", "是否成立业主委员会"),
        (
            {"简易物业管理": None, "尚未实施": "√", "是否实行政府补贴": "是"},
            "ledger.none_subsidised",
            "是否实行政府补贴",
        ),
        ({"户数(户)": 10, "入住户数(户)": 11}, "ledger.occupied_exceeds", "入住户数(户)"),
        ({"小区(楼房)名称": None, "户数(户)": 3}, "listing.name_missing", "小区(楼房)名称"),
        ({"小区(楼房)名称": "长" * 61}, "listing.name_too_long", "小区(楼房)名称"),
        (
            {"老旧住宅小区": None, "未形成小区的独幢楼房": "√", "楼幢数(幢)": 2},
            "ledger.standalone_buildings",
            "楼幢数(幢)",
        ),
    ],
)
def test_a_row_against_the_notes_is_refused_by_sheet_row_and_column(
    tmp_path: Path, changes: dict[str, Any], code: str, column: str
) -> None:
    reading = _read(tmp_path, a_row(), a_row(**{"小区(楼房)名称": "东方小区", **changes}))
    assert [draft.name for draft in reading.drafts] == ["和平小区"]
    faults = [one for one in reading.faults if one.severity is Severity.ERROR]
    assert (code, "Sheet1", 6, column) in [(f.code, f.sheet, f.row, f.column) for f in faults]


def test_doubtful_rows_are_taken_and_told(tmp_path: Path) -> None:
    reading = _read(
        tmp_path,
        a_row(简易物业管理=None),
        a_row(**{"小区(楼房)名称": "东方小区", "专业化(星级)物业管理": "√"}),
        a_row(**{"小区(楼房)名称": "西方小区", "物业服务企业(管理单位)名称": None}),
    )
    assert len(reading.drafts) == 3
    assert _told(reading, Severity.WARNING) == [
        ("ledger.management_missing", 5, "物业管理类型"),
        ("ledger.star_missing", 6, "物业服务等级标准情况"),
        ("ledger.company_missing", 7, "物业服务企业(管理单位)名称"),
    ]
    assert [fault.cell for fault in reading.faults] == ["Q5", "W6", "AC7"]


def test_a_form_without_a_column_is_not_told_that_it_is_empty(tmp_path: Path) -> None:
    path = write_form_by_hand(tmp_path / "a.xlsx", [a_row(**{"物业服务企业(管理单位)名称": None})])
    book = load_workbook(path)
    book["Sheet1"]["AC3"].value = "别的"
    book.save(path)
    assert read_form(path).faults == []


def test_merged_towns_are_filled_down(tmp_path: Path) -> None:
    below = {"镇(街道)": None, "社区(村居)": None}
    reading = _read(
        tmp_path,
        a_row(),
        a_row(**below | {"小区(楼房)名称": "乙"}),
        a_row(**below | {"小区(楼房)名称": "丙", "社区(村居)": "后沟社区"}),
    )
    assert [(draft.town, draft.neighbourhood) for draft in reading.drafts] == [
        ("丝绸路街道", "前沟社区"),
        ("丝绸路街道", "前沟社区"),
        ("丝绸路街道", "后沟社区"),
    ]


@pytest.mark.parametrize(
    "row",
    [
        {"序号": "合 计", "户数(户)": 100},
        {"小区(楼房)名称": "小计", "户数(户)": 100},
        {},
        {"序号": 7},
        {"序号": 7, "镇(街道)": "丝绸路街道"},
    ],
)
def test_sums_and_empty_rows_are_no_sites(tmp_path: Path, row: dict[str, Any]) -> None:
    reading = _read(tmp_path, a_row(), row, a_row(**{"小区(楼房)名称": "乙"}))
    assert [draft.name for draft in reading.drafts] == ["和平小区", "乙"]
    assert reading.faults == []


def test_numbers_are_read_as_people_write_them(tmp_path: Path) -> None:
    values = {
        "建成年份": "1998年",
        "建筑面积(平方米)": "1.25万㎡",
        "楼幢数(幢)": "１２",
        "户数(户)": "1,124户",
        "联系电话": 13900001111,
    }
    (draft,) = (reading := _read(tmp_path, a_row(**values))).drafts
    assert (draft.built_year, draft.floor_area_m2, draft.buildings) == (1998, 12_500, 12)
    assert (draft.households, draft.phone) == (1124, "13900001111")
    assert [(one.code, one.column, one.value) for one in reading.faults] == [
        ("value.unit_taken_off", "建成年份", "1998年"),
        ("value.in_ten_thousands", "建筑面积(平方米)", "1.25万㎡"),
        ("value.unit_taken_off", "户数(户)", "1,124户"),
        ("value.phone_as_number", "联系电话", "13900001111"),
    ]


def test_a_workbook_without_the_form_is_refused_with_what_is_needed(tmp_path: Path) -> None:
    path = write_table(tmp_path / "名单.xlsx", [["名称", "地址"], ["和平小区", "和平街1号"]])
    with pytest.raises(DomainError) as refusal:
        read_form(path)
    assert refusal.value.code == "ledger.header_missing"
    assert refusal.value.facts["needed"] == ["小区(楼房)名称", "物业类型", "物业管理类型"]


def test_the_reading_says_which_fields_the_form_states(tmp_path: Path) -> None:
    whole = write_form_by_hand(tmp_path / "台账.xlsx", [a_row()])
    assert {"ticked_types", "fee_min_yuan", "neighbourhood"} <= read_form(whole).stated
    book = load_workbook(whole)
    (sheet,) = book.worksheets
    sheet.delete_cols([one.header for one in COLUMNS].index("户数(户)") + 1)
    book.save(whole)
    reading = read_form(whole)
    assert reading.faults == []
    assert "households" not in reading.stated
