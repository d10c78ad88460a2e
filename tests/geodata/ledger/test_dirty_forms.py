"""The official form as offices really return it: one damage a test, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from geodata.domain.errors import Severity
from geodata.domain.management import ManagementType
from geodata.ledger.form import COLUMNS
from geodata.ledger.form_reader import FormReading, read_form
from geodata.ledger.signature import Signature
from tests.workbooks import a_row, write_form_by_hand, write_xls

COLUMN = {one.option or one.header: index for index, one in enumerate(COLUMNS, start=1)}
SIMPLE, YEAR, PHONE = COLUMN["简易物业管理"], COLUMN["建成年份"], COLUMN["联系电话"]


def _other(name: str, **changes: Any) -> dict[str, Any]:
    return a_row(**{"小区(楼房)名称": name, **changes})


def _spoilt(folder: Path, spoil: Callable[[Any], None], *rows: dict[str, Any]) -> FormReading:
    """Read a form of two sites from row 5 on after something was done to its sheet."""
    path = write_form_by_hand(folder / "台账.xlsx", rows or (a_row(), _other("东方小区")))
    book = load_workbook(path)
    spoil(book.worksheets[0])
    book.save(path)
    return read_form(path)


def _told(reading: FormReading) -> list[tuple[str, str | None]]:
    return [(fault.code, fault.cell) for fault in reading.faults]


def _names(reading: FormReading) -> list[str]:
    return [draft.name for draft in reading.drafts]


def _merge_header(sheet: Any) -> None:
    for index, column in enumerate(COLUMNS, start=1):
        if column.option is None:
            sheet.merge_cells(start_row=3, end_row=4, start_column=index, end_column=index)
    for first, last in ((11, 16), (17, 22), (23, 28)):
        sheet.merge_cells(start_row=3, end_row=3, start_column=first, end_column=last)


def _repeat_header(sheet: Any) -> None:
    for index, column in enumerate(COLUMNS, start=1):
        sheet.cell(3, index, column.header)


def _three_rows(sheet: Any) -> None:
    sheet.insert_rows(3)
    sheet.cell(3, 1, "基本情况")
    sheet.merge_cells(start_row=3, end_row=3, start_column=1, end_column=10)
    sheet.cell(3, 11, "物业管理情况")
    sheet.merge_cells(start_row=3, end_row=3, start_column=11, end_column=37)


def _deep_header(sheet: Any) -> None:
    sheet.insert_rows(4)
    for first, last in ((11, 16), (17, 22), (23, 28)):
        sheet.merge_cells(start_row=3, end_row=4, start_column=first, end_column=last)
    for index, column in enumerate(COLUMNS, start=1):
        if column.option is None:
            sheet.merge_cells(start_row=3, end_row=5, start_column=index, end_column=index)


def _number_columns(sheet: Any) -> None:
    sheet.insert_rows(5)
    for index in range(1, len(COLUMNS) + 1):
        sheet.cell(5, index, index)


def _header_on_each_page(sheet: Any) -> None:
    sheet.insert_rows(6, 3)
    for index, column in enumerate(COLUMNS, start=1):
        sheet.cell(6, index, column.header)
        sheet.cell(7, index, column.option)
    sheet.cell(8, 1, "本页小计")


def _hide(sheet: Any) -> None:
    sheet.row_dimensions[6].hidden = True
    sheet.column_dimensions["H"].hidden = True


@pytest.mark.parametrize(
    "spoil",
    [
        *(_merge_header, _repeat_header, _three_rows, _deep_header, _number_columns),
        *(_header_on_each_page, _hide),
    ],
)
def test_a_sheet_laid_out_otherwise_is_read_without_a_fault(
    tmp_path: Path, spoil: Callable[[Any], None]
) -> None:
    reading = _spoilt(tmp_path, spoil)
    assert _names(reading) == ["和平小区", "东方小区"]
    assert [draft.ticked_types for draft in reading.drafts] == [{ManagementType.SIMPLE}] * 2
    assert reading.faults == []


def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    def turn(sheet: Any) -> None:
        for row in sheet.iter_rows(min_row=3, max_row=6):
            values = [cell.value for cell in row]
            for cell, value in zip(row, reversed(values), strict=True):
                cell.value = value
        # A header that stood in the first column of its group stands in the last now.
        for first, last in ((10, 15), (16, 21), (22, 27)):
            sheet.cell(3, first).value, sheet.cell(3, last).value = sheet.cell(3, last).value, None

    reading = _spoilt(tmp_path, turn)
    assert _names(reading) == ["和平小区", "东方小区"]
    assert reading.faults == []


@pytest.mark.parametrize(
    "row",
    [
        {"序号": "合 计", "户数(户)": 100, "简易物业管理": 1, "老旧住宅小区": 1},
        {"序号": "总计", "户数(户)": 100},
        {"镇(街道)": "丝绸路街道小计", "户数(户)": 100},
        {"小区(楼房)名称": "本页小计:", "户数(户)": 100},
        {"社区(村居)": "前沟社区合计", "老旧住宅小区": 12},
    ],
)
def test_sums_are_no_sites(tmp_path: Path, row: dict[str, Any]) -> None:
    reading = _spoilt(tmp_path, lambda _: None, a_row(), row, _other("乙"))
    assert _names(reading) == ["和平小区", "乙"]
    assert reading.faults == []


@pytest.mark.parametrize("name", ["合计花园", "填写人家园", "备注里小区", "负责人大厦", "合计"])
def test_names_that_look_like_sums_and_feet_are_sites(tmp_path: Path, name: str) -> None:
    def without_number_and_place(sheet: Any) -> None:
        sheet.delete_cols(1, 3)

    reading = _spoilt(tmp_path, without_number_and_place, _other(name), _other("乙"))
    assert _names(reading) == [name, "乙"]


@pytest.mark.parametrize("mark", ["×", "○", "x", "否", "□", "√√", 0, 2, "ü", "P"])
def test_any_other_mark_is_an_error_that_names_the_cell(tmp_path: Path, mark: object) -> None:
    reading = _spoilt(tmp_path, lambda sheet: sheet.cell(6, SIMPLE, mark))
    assert ("value.not_a_tick", "R6") in _told(reading)
    assert _names(reading) == ["和平小区"]


@pytest.mark.parametrize(
    "mark", ["√", "✓", "✔", "✔️", "☑", "☑️", "对", "1", 1, 1.0, "１", True, "TRUE"]
)
def test_every_way_to_tick_counts(tmp_path: Path, mark: object) -> None:
    reading = _spoilt(tmp_path, lambda sheet: sheet.cell(6, SIMPLE, mark))
    assert reading.faults == []
    assert reading.drafts[1].ticked_types == {ManagementType.SIMPLE}


@pytest.mark.parametrize(
    ("letter", "font"),
    [
        ("ü", "Wingdings"),
        ("þ", "Wingdings"),
        ("\uf0fc", "Wingdings"),
        ("P", "Wingdings 2"),
        ("R", "Wingdings 2"),
        ("a", "Webdings"),
    ],
)
def test_a_letter_is_a_tick_in_its_symbol_font_alone(
    tmp_path: Path, letter: str, font: str
) -> None:
    def draw(sheet: Any) -> None:
        sheet.cell(5, SIMPLE, letter).font = Font(name=font)
        sheet.cell(6, SIMPLE, CellRichText(TextBlock(InlineFont(rFont=font), letter)))
        sheet.cell(7, SIMPLE, letter).font = Font(name="宋体")

    reading = _spoilt(tmp_path, draw, a_row(), _other("乙"), _other("丙"))
    assert _names(reading) == ["和平小区", "乙"]
    assert _told(reading)[0] == ("value.not_a_tick", "R7")


@pytest.mark.parametrize(
    ("column", "value", "code", "read_as"),
    [
        (YEAR, 36161, "value.year_from_serial", 1999),
        (YEAR, date(1998, 5, 1), "value.unit_taken_off", 1998),
        (YEAR, "98年", "value.short_year", 1998),
        (YEAR, "１９９８年", "value.unit_taken_off", 1998),
        (YEAR, 199806, "value.unit_taken_off", 1998),
        (PHONE, 13.9e9, "value.phone_as_number", "13900000000"),
        (PHONE, 5336181234, "value.phone_doubtful", "5336181234"),
        (PHONE, "1.39E+10", "value.phone_rounded", None),
        (COLUMN["坐落位置"], date(2024, 3, 2), "value.date_as_text", "2024-03-02"),
        (COLUMN["建筑面积(平方米)"], "1.2万平", "value.in_ten_thousands", 12_000),
        (COLUMN["户数(户)"], "１２０户", "value.unit_taken_off", 120),
    ],
)
def test_a_value_that_a_program_bent_is_told_by_cell(
    tmp_path: Path, column: int, value: object, code: str, read_as: object
) -> None:
    reading = _spoilt(tmp_path, lambda sheet: sheet.cell(5, column, value))
    (fault,) = reading.faults
    assert (fault.code, fault.row, fault.facts.get("read_as")) == (code, 5, read_as)
    assert fault.cell is not None
    assert fault.cell.endswith("5")
    assert len(reading.drafts) == (1 if read_as is None else 2)


def test_two_phones_in_a_cell_are_both_kept(tmp_path: Path) -> None:
    reading = _spoilt(tmp_path, lambda sheet: sheet.cell(5, PHONE, "13900001111\n0533-6181234"))
    assert reading.drafts[0].phone == "13900001111 0533-6181234"
    assert reading.faults == []


@pytest.mark.parametrize("header", ["小区(楼房)名称", "户数(户)", "简易物业管理", "联系电话"])
def test_a_formula_that_nobody_calculated_is_an_error(tmp_path: Path, header: str) -> None:
    reading = _spoilt(tmp_path, lambda sheet: sheet.cell(6, COLUMN[header], "=A1&B1"))
    assert _names(reading) == ["和平小区"]
    assert [fault.code for fault in reading.faults if fault.severity is Severity.ERROR] == [
        "value.not_calculated"
    ]


@pytest.mark.parametrize("header", ["小区(楼房)名称", "户数(户)", "五星"])
def test_an_error_cell_is_an_error_with_what_it_shows(tmp_path: Path, header: str) -> None:
    def break_cell(sheet: Any) -> None:
        sheet.cell(6, COLUMN[header], "#REF!").data_type = "e"

    reading = _spoilt(tmp_path, break_cell)
    assert _names(reading) == ["和平小区"]
    assert [(fault.code, fault.value, fault.row) for fault in reading.faults] == [
        ("value.error_cell", "#REF!", 6)
    ]


def test_a_hidden_sheet_is_read_and_told_and_a_cover_is_passed_over(tmp_path: Path) -> None:
    path = write_form_by_hand(tmp_path / "台账.xlsx", [a_row()], sheets=("前沟", "后沟"))
    book = load_workbook(path)
    book["后沟"].sheet_state = "hidden"
    book.create_sheet("封面", 0)["A1"] = "周村区"
    book.create_sheet("空表")
    book.save(path)
    reading = read_form(path)
    assert reading.sheets == ["前沟", "后沟"]
    assert [(one.code, one.sheet, one.severity) for one in reading.faults] == [
        ("ledger.sheet_without_form", "封面", Severity.NOTE),
        ("ledger.hidden_sheet", "后沟", Severity.NOTE),
    ]


def test_merged_places_fill_their_rows_and_no_others(tmp_path: Path) -> None:
    def merge(sheet: Any) -> None:
        for row in (6, 7, 8):
            sheet.cell(row, 2).value = sheet.cell(row, 3).value = None
        sheet.merge_cells("B5:B8")
        sheet.merge_cells("C5:C6")

    rows = [a_row(), _other("乙"), _other("丙"), _other("丁")]
    reading = _spoilt(tmp_path, merge, *rows)
    assert {draft.town for draft in reading.drafts} == {"丝绸路街道"}
    assert [draft.neighbourhood for draft in reading.drafts] == ["前沟社区"] * 4
    (fault,) = reading.faults
    assert (fault.code, fault.cell, fault.facts) == (
        "ledger.filled_down",
        "C7",
        {"read_as": "前沟社区"},
    )


def test_another_town_does_not_take_the_neighbourhood_above(tmp_path: Path) -> None:
    rows = [a_row(), _other("乙", **{"镇(街道)": "北郊镇", "社区(村居)": None})]
    reading = _spoilt(tmp_path, lambda _: None, *rows)
    assert [draft.neighbourhood for draft in reading.drafts] == ["前沟社区", None]


@pytest.mark.parametrize(
    "line",
    [
        ["填写人：张三   联系电话：0533-6181234   负责人：李四   联系电话：13900001111"],
        ["填写人", "张三", "联系电话:", "0533-6181234", "负责人:", "李四", "联系电话", 13900001111],
        [
            "填写人: 张三",
            None,
            "联系电话: 0533-6181234",
            "负责人: 李四",
            None,
            "联系电话: 13900001111",
        ],
    ],
)
def test_the_values_of_a_sheet_are_read_once(tmp_path: Path, line: list[Any]) -> None:
    def sign(sheet: Any) -> None:
        sheet["A2"] = "填报单位（盖章）：前沟社区居委会      填报时间：2017年11月15日"
        for index, value in enumerate(line, start=1):
            sheet.cell(8, index).value = value

    assert _spoilt(tmp_path, sign).signatures == [
        Signature(
            *("Sheet1", "前沟社区居委会", "2017年11月15日"),
            *("张三", "0533-6181234", "李四", "13900001111"),
        )
    ]


def test_a_site_below_the_signature_is_not_lost(tmp_path: Path) -> None:
    def move(sheet: Any) -> None:
        for cell in sheet[6]:
            sheet.cell(12, cell.column, cell.value)

    assert _names(_spoilt(tmp_path, move)) == ["和平小区", "东方小区", "东方小区"]


def test_the_old_formats_name_their_cells_too(tmp_path: Path) -> None:
    header = [[column.header for column in COLUMNS], [column.option or "" for column in COLUMNS]]
    row = a_row(是否成立业主委员会="√", 联系电话=13900001111.0)
    values = [row.get(column.option or column.header) or "" for column in COLUMNS]
    path = write_xls(tmp_path / "台账.et", [["住宅小区基本情况台账"], *header, values])
    assert _told(read_form(path)) == [
        ("value.phone_as_number", "AE4"),
        ("value.tick_for_yes_no", "AH4"),
    ]


def test_the_reading_tells_how_far_it_has_come(tmp_path: Path) -> None:
    rows = [_other(f"第{number}小区") for number in range(500)]
    shares: list[float] = []
    read_form(write_form_by_hand(tmp_path / "台账.xlsx", rows), progress=shares.append)
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert 50 < len(shares) < 120
