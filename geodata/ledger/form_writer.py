"""Write the official form: merged headers, ticks, total, signature line and notes, on A3."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange

from geodata.domain.site import SiteDraft
from geodata.ledger.form import (
    COLUMNS,
    FILLED_DOWN,
    NOTES,
    NOTHING,
    TICK,
    TITLE,
    TOTAL,
    FormColumn,
)

Value = str | float | None

_SAMPLE: Final = "(示例数据)"
_FIRST_HEADER_ROW: Final = 3
_SIGNATURE: Final = "填写人:            联系电话:            负责人:            联系电话:"
_SUMS: Final = ("floor_area_m2", "buildings", "households", "occupied_households")
_THIN: Final = Border(
    left=Side(style="thin"),
    right=Side(style="thin"),
    top=Side(style="thin"),
    bottom=Side(style="thin"),
)
_CENTRED: Final = Alignment(horizontal="center", vertical="center", wrap_text=True)
_A3: Final = 8
_FORMULA_MARKS: Final = ("=", "+", "-", "@")


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
    sheet: Any = book.create_sheet(TITLE)  # the stubs lack most of a write-only sheet
    _lay_out(sheet)
    pens = _Pens(sheet)
    title = TITLE + (_SAMPLE if is_sample else "")
    day = f"{filled_on.year}年{filled_on.month}月{filled_on.day}日"
    sheet.append(pens.write([title], pens.title))
    sheet.append(pens.write([f"填报单位(盖章):{unit}    填报时间:{day}"], pens.bare))
    sheet.append(pens.write([one.header for one in COLUMNS], pens.bold))
    sheet.append(pens.write([one.option for one in COLUMNS], pens.bold))
    sums: dict[str, float] = dict.fromkeys(_SUMS, 0)
    count = 0
    for count, draft in enumerate(drafts, start=1):
        sheet.append(pens.write(form_value(column, draft, count) for column in COLUMNS))
        for name in _SUMS:
            sums[name] += getattr(draft, name) or 0
    sheet.append(pens.write([TOTAL, *(sums.get(one.field) for one in COLUMNS[1:])], pens.bold))
    for text in (_SIGNATURE, *NOTES):
        sheet.append(pens.write([text], pens.bare))
    _merge(sheet, last_row=_FIRST_HEADER_ROW + 1 + count + 1)
    book.save(path)


class _Pens:
    """Cells whose look is made once: a write-only sheet writes each before it asks for the next."""

    def __init__(self, sheet: Any) -> None:  # noqa: ANN401 - see `write_form`
        self.bare = WriteOnlyCell(sheet)
        self.title = WriteOnlyCell(sheet)
        self.title.font = Font(bold=True, size=18)
        self.plain, self.text, self.quoted, self.bold = (_framed(sheet) for _ in range(4))
        self.bold.font = Font(bold=True)
        self.text.number_format = self.quoted.number_format = "@"
        self.quoted.quotePrefix = True

    def write(self, values: Iterable[Value], pen: Any = None) -> Iterator[Any]:  # noqa: ANN401
        """Yield a cell for each value, by one pen or by the one that its kind asks for."""
        for value in values:
            cell = pen or self._pen(value)
            cell.value = value
            if isinstance(value, str):
                # As a string whatever it begins with: = + - @ must not turn into a formula.
                cell.data_type = "s"
            yield cell

    def _pen(self, value: Value) -> Any:  # noqa: ANN401
        if not isinstance(value, str):
            return self.plain
        return self.quoted if value[:1] in _FORMULA_MARKS else self.text


def _framed(sheet: Any) -> Any:  # noqa: ANN401
    cell = WriteOnlyCell(sheet)
    cell.border, cell.alignment = _THIN, _CENTRED
    return cell


def form_value(column: FormColumn, draft: SiteDraft, number: int) -> Value:
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
    if value is None and column.field in FILLED_DOWN:
        return NOTHING
    if isinstance(value, bool):
        return "是" if value else "否"
    plain: str | float | None = value
    return plain


def _fee(draft: SiteDraft) -> str | float | None:
    if draft.fee_min_yuan == draft.fee_max_yuan:
        return draft.fee_min_yuan
    return f"{draft.fee_min_yuan}至{draft.fee_max_yuan}"


def _lay_out(sheet: Any) -> None:  # noqa: ANN401
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{_FIRST_HEADER_ROW}:{_FIRST_HEADER_ROW + 1}"
    sheet.freeze_panes = f"E{_FIRST_HEADER_ROW + 2}"
    for index, column in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = column.width


def _merge(sheet: Any, last_row: int) -> None:  # noqa: ANN401
    width = len(COLUMNS)
    rows = [1, 2, *range(last_row + 1, last_row + 2 + len(NOTES))]
    ranges = [(1, row, width, row) for row in rows]
    ranges += _header_ranges(COLUMNS)
    for first_column, first_row, last_column, last in ranges:
        sheet.merged_cells.ranges.add(
            CellRange(min_col=first_column, min_row=first_row, max_col=last_column, max_row=last)
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
