"""The clerk's own workbook back, with comments."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from geodata.domain.errors import Fault, Severity
from geodata.ledger.annotate import AnnotatedAs, annotate
from geodata.ledger.form import COLUMNS
from geodata.ledger.form_reader import read_form
from geodata.ledger.report_sheet import REPORT_SHEET
from tests.workbooks import a_row, write_form_by_hand, write_xls

ERROR_FILL, WARNING_FILL = "FFF4B183", "FFFFF2CC"


def say(fault: Fault) -> str:
    """Say a fault as the pages would, only shorter."""
    return f"原因 {fault.code}。建议 {fault.column}。"


def _annotated(source: Path, faults: list[Fault] | None = None) -> tuple[Any, Any]:
    out = source.with_name("返回.xlsx")
    told = annotate(
        source, read_form(source).faults if faults is None else faults, out, sentence=say
    )
    return told, load_workbook(out)


def _faulty_form(path: Path) -> Path:
    return write_form_by_hand(
        path,
        [
            a_row(),
            a_row(**{"小区(楼房)名称": "东方小区", "商品房住宅小区": "√", "户数(户)": "约300户"}),
            a_row(
                **{"小区(楼房)名称": "乙", "是否成立业主委员会": "√", "建筑面积(平方米)": "1万平"}
            ),
        ],
    )


def test_faulty_cells_carry_comments_and_colours_and_the_rest_does_not(tmp_path: Path) -> None:
    told, book = _annotated(_faulty_form(tmp_path / "台账.xlsx"))
    sheet = book["Sheet1"]
    commented = {cell.coordinate: cell for row in sheet.iter_rows() for cell in row if cell.comment}
    assert set(commented) == {"K6", "I6", "AH7", "G7"}
    assert told.commented == 4
    assert told.kind is AnnotatedAs.ITSELF
    assert commented["K6"].comment.text == "【错误】原因 ledger.category_count。建议 物业类型。"
    fills = {name: cell.fill.fgColor.rgb for name, cell in commented.items()}
    assert fills["K6"] == fills["AH7"] == ERROR_FILL
    assert fills["G7"] == WARNING_FILL
    assert fills["I6"] == "00000000"
    assert sheet["D5"].fill.fill_type is None


def test_the_report_lists_every_fault_with_a_link_to_its_cell(tmp_path: Path) -> None:
    _, book = _annotated(_faulty_form(tmp_path / "台账.xlsx"))
    assert book.sheetnames == ["Sheet1", REPORT_SHEET]
    rows = [[cell.value for cell in row] for row in book[REPORT_SHEET].iter_rows(min_row=2)]
    assert rows[0] == ["级别", "工作表", "单元格", "行", "栏目", "原值", "原因", "建议"]
    shown = {row[2]: row for row in rows[1:]}
    assert shown["AH7"] == [
        *("错误", "Sheet1", "AH7", 7, "是否成立业主委员会", "√"),
        *("原因 value.tick_for_yes_no。", "建议 是否成立业主委员会。"),
    ]
    links = [row[2].hyperlink.location for row in book[REPORT_SHEET].iter_rows(min_row=3)]
    assert "'Sheet1'!AH7" in links
    assert len(links) == 4


def test_all_faults_of_a_cell_stand_in_one_comment_errors_first(tmp_path: Path) -> None:
    path = write_form_by_hand(tmp_path / "台账.xlsx", [a_row()])
    faults = [
        Fault(severity, code, path.name, "Sheet1", 5, "名称", "", {}, "D5")
        for severity, code in (
            (Severity.NOTE, "a.note"),
            (Severity.WARNING, "a.warning"),
            (Severity.ERROR, "an.error"),
        )
    ]
    _, book = _annotated(path, faults)
    lines = book["Sheet1"]["D5"].comment.text.split("\n")
    assert [line.split("。")[0] for line in lines] == [
        "【错误】原因 an.error",
        "【提醒】原因 a.warning",
        "【说明】原因 a.note",
    ]


def test_what_the_workbook_looked_like_stays(tmp_path: Path) -> None:
    path = _faulty_form(tmp_path / "台账.xlsx")
    book = load_workbook(path)
    sheet = book["Sheet1"]
    sheet.merge_cells("B5:B7")
    sheet.column_dimensions["D"].width = 33
    sheet.row_dimensions[6].height = 44
    sheet["D6"].font = Font(name="仿宋", size=15, bold=True)
    sheet["D5"].fill = PatternFill("solid", fgColor="FF00FF00")
    sheet["K6"].comment = Comment("请核对", "王主任")
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 8
    sheet.print_title_rows = "3:4"
    sheet.add_data_validation(DataValidation("list", formula1='"是,否"', sqref="AH5:AH7"))
    sheet.conditional_formatting.add(
        "I5:I7", CellIsRule("greaterThan", ["9"], font=Font(bold=True))
    )
    sheet.freeze_panes = "E5"
    sheet.column_dimensions["F"].hidden = True
    book.create_sheet("封面")["A1"] = "周村区"
    book.save(path)
    _, returned = _annotated(path)
    sheet = returned["Sheet1"]
    assert "B5:B7" in {str(one) for one in sheet.merged_cells.ranges}
    assert sheet.column_dimensions["D"].width == 33
    assert sheet.column_dimensions["F"].hidden
    assert sheet.row_dimensions[6].height == 44
    assert (sheet["D6"].font.name, sheet["D6"].font.sz, sheet["D6"].font.b) == ("仿宋", 15, True)
    assert sheet["D5"].fill.fgColor.rgb == "FF00FF00"
    assert sheet["K6"].comment.text.split("\n")[0] == "请核对"
    assert "ledger.category_count" in sheet["K6"].comment.text
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 8)
    assert sheet.print_title_rows == "$3:$4"
    assert sheet.data_validations.dataValidation[0].formula1 == '"是,否"'
    assert len(sheet.conditional_formatting) == 1
    assert sheet.freeze_panes == "E5"
    assert returned["封面"]["A1"].value == "周村区"


def test_the_corrected_workbook_is_imported_again_without_a_fault(tmp_path: Path) -> None:
    source = _faulty_form(tmp_path / "台账.xlsx")
    _, book = _annotated(source)
    sheet = book["Sheet1"]
    sheet["K6"], sheet["I6"], sheet["AH7"], sheet["G7"] = None, 300, "是", 10_000
    corrected = tmp_path / "改正.xlsx"
    book.save(corrected)
    reading = read_form(corrected)
    assert reading.faults == []
    assert [draft.name for draft in reading.drafts] == ["和平小区", "东方小区", "乙"]
    assert reading.sheets == ["Sheet1"]
    told, again = _annotated(corrected)
    assert told.commented == 0
    assert [
        cell.comment for row in again["Sheet1"].iter_rows() for cell in row if cell.comment
    ] == []
    assert again["Sheet1"]["K6"].fill.fill_type is None
    assert again.sheetnames == ["Sheet1", REPORT_SHEET]


def test_formulas_stay_with_their_results(tmp_path: Path) -> None:
    path = _faulty_form(tmp_path / "台账.xlsx")
    book = load_workbook(path)
    book["Sheet1"]["I5"] = "=J5+100"
    book["Sheet1"]["E5"] = '="a<b"&"路"'
    book.save(path)
    _calculate(path, {"I5": "<v>130</v>", "E5": "<v>a&lt;b路</v>"})
    assert read_form(path).drafts[0].households == 130
    _, returned = _annotated(path)
    assert returned["Sheet1"]["I5"].value == "=J5+100"
    (draft,) = read_form(tmp_path / "返回.xlsx").drafts
    assert (draft.households, draft.address) == (130, "a<b路")


def _calculate(path: Path, values: dict[str, str]) -> None:
    """Write the results of formulas, as a spreadsheet program does when it saves."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    for name, value in values.items():
        start = sheet.index(f'r="{name}"')
        end = sheet.index("</c>", start)
        kind = ' t="str"' if name.startswith("E") else ""
        cell = sheet[start:end].replace("<v />", value).replace("<v></v>", value)
        sheet = sheet[:start] + f'r="{name}"{kind}' + cell[len(f'r="{name}"') :] + sheet[end:]
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    path = write_form_by_hand(tmp_path / "台账.xlsx", [a_row()])
    fault = Fault(
        Severity.ERROR, "a.code", path.name, "Sheet1", 5, "=1+1", '=HYPERLINK("x")', {}, "D5"
    )
    _, book = _annotated(path, [fault])
    shown = [cell for row in book[REPORT_SHEET].iter_rows(min_row=3) for cell in row]
    assert {cell.data_type for cell in shown} <= {"s", "n"}
    assert '=HYPERLINK("x")' in [cell.value for cell in shown]


def test_a_fault_inside_a_merge_is_told_at_the_cell_that_shows_it(tmp_path: Path) -> None:
    path = write_form_by_hand(tmp_path / "台账.xlsx", [a_row(), a_row()])
    book = load_workbook(path)
    book["Sheet1"].merge_cells("B5:C6")
    book.save(path)
    fault = Fault(Severity.ERROR, "a.code", path.name, "Sheet1", 6, "社区", "", {}, "C6")
    _, returned = _annotated(path, [fault])
    assert returned["Sheet1"]["B5"].comment is not None


def test_a_fault_without_a_cell_stands_in_the_report(tmp_path: Path) -> None:
    path = write_form_by_hand(tmp_path / "台账.xlsx", [a_row()])
    told, book = _annotated(path, [Fault(Severity.NOTE, "a.code", path.name, "没有此表")])
    assert (told.commented, told.unplaced) == (0, 1)
    assert book[REPORT_SHEET]["B3"].value == "没有此表"


def test_macros_stay_with_their_workbook(tmp_path: Path) -> None:
    path = _faulty_form(tmp_path / "台账.xlsm")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    out = tmp_path / "返回.xlsm"
    told = annotate(path, read_form(path).faults, out, sentence=say)
    assert told.suffix == ".xlsm"
    with zipfile.ZipFile(out) as archive:
        assert archive.read("xl/vbaProject.bin") == b"macro"


def test_an_old_workbook_comes_back_as_a_new_one(tmp_path: Path) -> None:
    rows = [[column.header for column in COLUMNS], [column.option or "" for column in COLUMNS]]
    row = a_row(**{"是否成立业主委员会": "√", "坐落位置": "=1+1", "户数(户)": 30.0})
    rows.append([row.get(column.option or column.header) or "" for column in COLUMNS])
    source = write_xls(tmp_path / "台账.xls", rows)
    told, book = _annotated(source)
    assert (told.kind, told.suffix) == (AnnotatedAs.COPY, ".xlsx")
    sheet = book["Sheet1"]
    assert "tick_for_yes_no" in sheet["AH3"].comment.text
    assert (sheet["E3"].value, sheet["E3"].data_type) == ("=1+1", "s")
    assert sheet["I3"].value == 30


def test_a_text_file_comes_back_as_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    path.write_text("名称,户数\n=甲,多\n", encoding="utf-8")
    fault = Fault(
        Severity.WARNING, "value.not_a_number", path.name, None, 2, "户数", "多", {}, "B2"
    )
    told, book = _annotated(path, [fault])
    assert told.kind is AnnotatedAs.COPY
    first = book.worksheets[0]
    assert (first["A2"].value, first["A2"].data_type) == ("=甲", "s")
    assert first["B2"].comment is not None


def test_a_very_large_workbook_gets_its_report_alone(tmp_path: Path) -> None:
    source, out = _faulty_form(tmp_path / "台账.xlsx"), tmp_path / "返回.xlsx"
    told = annotate(source, read_form(source).faults, out, sentence=say, most_cells=100)
    book = load_workbook(out)
    assert told.kind is AnnotatedAs.REPORT
    assert book.sheetnames == [REPORT_SHEET]
    assert book[REPORT_SHEET].max_row == 6
