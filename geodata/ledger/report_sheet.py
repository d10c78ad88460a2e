"""The sheet 导入报告: every fault of an import, each with a link to its cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.hyperlink import Hyperlink

from geodata.domain.errors import Fault, Severity
from geodata.ledger.put import put

REPORT_SHEET: Final = "导入报告"
"""Not the clerk's: an import passes it over."""

MOST_ROWS: Final = 100_000

_HEADER: Final = ("级别", "工作表", "单元格", "行", "栏目", "原值", "原因", "建议")
_WIDTHS: Final = (8, 18, 10, 8, 24, 28, 60, 60)
_LEVELS: Final = {Severity.ERROR: "错误", Severity.WARNING: "提醒", Severity.NOTE: "说明"}
_COLOURS: Final = {Severity.ERROR: "FFF4B183", Severity.WARNING: "FFFFF2CC"}
_LINK: Final = Font(color="FF0563C1", underline="single")
_WRAPPED: Final = Alignment(vertical="top", wrap_text=True)
_LONGEST: Final = 1000
_STOPS: Final = ("。", ". ")


def add_report(book: Workbook, faults: Sequence[Fault], sentence: Callable[[Fault], str]) -> None:
    """Add the sheet behind the others and open the workbook there.

    Args:
        book: The workbook; cells are linked to where it has their sheet.
        faults: In the order in which to list them.
        sentence: Says a fault: its first sentence is the reason, the rest the suggestion.
    """
    names = set(book.sheetnames)
    first = book.sheetnames[0] if names else None
    sheet: Any = book.create_sheet(REPORT_SHEET)
    counts = Counter(fault.severity for fault in faults)
    summary = "、".join(f"{label} {counts[level]} 处" for level, label in _LEVELS.items())
    _write(sheet, 1, 1, f"{REPORT_SHEET}: {summary}").font = Font(bold=True, size=14)
    for column, (header, width) in enumerate(zip(_HEADER, _WIDTHS, strict=True), start=1):
        _write(sheet, 2, column, header).font = Font(bold=True)
        sheet.column_dimensions["ABCDEFGH"[column - 1]].width = width
    for number, fault in enumerate(faults[:MOST_ROWS], start=3):
        _write_fault(sheet, number, fault, sentence)
        target = fault.sheet or first
        if fault.cell is not None and target in names:
            _link(sheet.cell(number, 3), target, fault.cell)
    sheet.freeze_panes = "A3"
    sheet.auto_filter.ref = f"A2:H{max(3, 2 + min(len(faults), MOST_ROWS))}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "2:2"


def _write_fault(
    sheet: Any,  # noqa: ANN401 - the stubs lack most of a sheet
    number: int,
    fault: Fault,
    sentence: Callable[[Fault], str],
) -> None:
    reason, suggestion = _parts(sentence(fault))
    row = (
        _LEVELS[fault.severity],
        fault.sheet,
        fault.cell,
        fault.row,
        fault.column,
        fault.value,
        reason,
        suggestion,
    )
    for column, value in enumerate(row, start=1):
        cell = _write(sheet, number, column, value)
        cell.alignment = _WRAPPED
    colour = _COLOURS.get(fault.severity)
    if colour is not None:
        sheet.cell(number, 1).fill = PatternFill("solid", fgColor=colour)


def _write(sheet: Any, row: int, column: int, value: str | int | None) -> Any:  # noqa: ANN401
    cell = sheet.cell(row, column)
    put(cell, value[:_LONGEST] if isinstance(value, str) else value)
    return cell


def _link(cell: Any, sheet: str, name: str) -> None:  # noqa: ANN401
    quoted = sheet.replace("'", "''")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{name}")
    cell.font = _LINK


def _parts(text: str) -> tuple[str, str]:
    """Divide what a fault says into its first sentence and the rest."""
    for stop in _STOPS:
        at = text.find(stop)
        if 0 <= at < len(text) - len(stop):
            return text[: at + len(stop)].strip(), text[at + len(stop) :].strip()
    return text, ""
