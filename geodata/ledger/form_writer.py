"""Write the official form: merged headers, ticks, total, signature line and notes, on A3."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.cell_range import CellRange

from geodata.domain.site import SiteDraft
from geodata.ledger.form import COLUMNS, NOTES, TICK, TITLE, TOTAL, FormColumn

_SAMPLE: Final = "(示例数据)"
_FIRST_HEADER_ROW: Final = 3
_SIGNATURE: Final = "填写人:            联系电话:            负责人:            联系电话:"
_SUMS: Final = ("floor_area_m2", "buildings", "households", "occupied_households")
_THIN: Final = Border(*[Side(style="thin")] * 4)
_CENTRED: Final = Alignment(horizontal="center", vertical="center", wrap_text=True)
_A3: Final = 8


def write_form(
    drafts: Iterable[SiteDraft],
    path: Path,
    *,
    unit: str,
    filled_on: date,
    is_sample: bool = False,
) -> None:
    """Write sites as one sheet of the form.

    Phones stay text, and no text can become a formula whatever it begins with.

    Args:
        drafts: In the order of the ledger.
        path: Where to write; an existing file is replaced.
        unit: 填报单位.
        filled_on: 填报时间.
        is_sample: Mark the title 示例数据.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(TITLE)
    assert isinstance(sheet, WriteOnlyWorksheet)  # noqa: S101 - of a write-only book
    _lay_out(sheet)
    title = TITLE + (_SAMPLE if is_sample else "")
    sheet.append([_cell(sheet, title, Font(bold=True, size=18), is_framed=False)])
    head = f"填报单位(盖章):{unit}    填报时间:{filled_on.year}年{filled_on.month}月{filled_on.day}日"
    sheet.append([_cell(sheet, head, None, is_framed=False)])
    sheet.append([_cell(sheet, one.header, Font(bold=True)) for one in COLUMNS])
    sheet.append([_cell(sheet, one.option, Font(bold=True)) for one in COLUMNS])
    sums: dict[str, float] = dict.fromkeys(_SUMS, 0)
    count = 0
    for count, draft in enumerate(drafts, start=1):  # noqa: B007 - used below
        sheet.append(_row(sheet, count, draft))
        for name in _SUMS:
            sums[name] += getattr(draft, name) or 0
    sheet.append(_total(sheet, sums))
    for text in (_SIGNATURE, *NOTES):
        sheet.append([_cell(sheet, text, None, is_framed=False)])
    _merge(sheet, last_row=_FIRST_HEADER_ROW + 1 + count + 1)
    book.save(path)


def _row(sheet: WriteOnlyWorksheet, number: int, draft: SiteDraft) -> list[Any]:
    return [_cell(sheet, form_value(column, draft, number)) for column in COLUMNS]


def form_value(column: FormColumn, draft: SiteDraft, number: int) -> str | float | None:
    """Return what stands in a cell of the form."""
    if column.key is not None:
        ticked = {
            "category": {draft.category},
            "management_type": draft.ticked_types,
            "service_star": {draft.service_star},
        }[column.field]
        return TICK if column.key in ticked else None
    if column.field == "number":
        return number
    if column.field == "fee_yuan_m2_month":
        return _fee(draft)
    value = getattr(draft, column.field)
    if isinstance(value, bool):
        return "是" if value else "否"
    plain: str | float | None = value
    return plain


def _fee(draft: SiteDraft) -> str | float | None:
    if draft.fee_min_yuan == draft.fee_max_yuan:
        return draft.fee_min_yuan
    return f"{draft.fee_min_yuan}至{draft.fee_max_yuan}"


def _total(sheet: WriteOnlyWorksheet, sums: dict[str, float]) -> list[Any]:
    values = [TOTAL, *(sums.get(one.field) for one in COLUMNS[1:])]
    return [_cell(sheet, value, Font(bold=True)) for value in values]


def _cell(
    sheet: WriteOnlyWorksheet,
    value: str | float | None,
    font: Font | None = None,
    *,
    is_framed: bool = True,
) -> Any:  # noqa: ANN401 - openpyxl's cell
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        # As a string whatever it begins with: = + - @ must not turn into a formula.
        cell.data_type = "s"
        cell.quotePrefix = value[:1] in ("=", "+", "-", "@")
        cell.number_format = "@"
    if font is not None:
        cell.font = font
    if is_framed:
        cell.border = _THIN
        cell.alignment = _CENTRED
    return cell


def _lay_out(sheet: WriteOnlyWorksheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{_FIRST_HEADER_ROW}:{_FIRST_HEADER_ROW + 1}"
    sheet.freeze_panes = f"E{_FIRST_HEADER_ROW + 2}"
    for index, column in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = column.width


def _merge(sheet: WriteOnlyWorksheet, last_row: int) -> None:
    width = len(COLUMNS)
    rows = [1, 2, *range(last_row + 1, last_row + 2 + len(NOTES))]
    ranges = [(1, row, width, row) for row in rows]
    ranges += _header_ranges(COLUMNS)
    for first_column, first_row, last_column, last in ranges:
        sheet.merged_cells.ranges.add(
            CellRange(
                min_col=first_column, min_row=first_row, max_col=last_column, max_row=last
            )
        )


def _header_ranges(columns: Sequence[FormColumn]) -> list[tuple[int, int, int, int]]:
    ranges = []
    top, bottom = _FIRST_HEADER_ROW, _FIRST_HEADER_ROW + 1
    numbered = enumerate(columns, start=1)
    for _, group in groupby(numbered, key=lambda pair: pair[1].header):
        indices = [index for index, _ in group]
        has_options = columns[indices[0] - 1].option is not None
        ranges.append((indices[0], top, indices[-1], top if has_options else bottom))
    return ranges
