"""Write the official form: merged headers, ticks, total, signature line and notes, on A3."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
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
from geodata.ledger.signature import Signature
from geodata.ledger.values import as_text

Value = str | float | None

_SAMPLE: Final = "(示例数据)"
_FIRST_HEADER_ROW: Final = 3
_GAP: Final = " " * 12
_LONGEST_SHEET_NAME: Final = 31
_NOT_IN_SHEET_NAMES: Final = re.compile(r"[\[\]:*?/\\]")
_ESCAPE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED: Final = "_x005F_"
"""In a workbook's XML ``_x0041_`` is an A: a text that reads so has its first mark escaped."""

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


class SheetsBy(StrEnum):
    """What makes a sheet of its own, with 序号 from 1 and a signature line of its own (S41)."""

    NONE = "none"
    TOWN = "town"
    NEIGHBOURHOOD = "neighbourhood"


Unit = tuple[str | None, str | None]
"""Town and neighbourhood of a sheet, ``None`` where it is not divided by them."""


def write_form(
    drafts: Iterable[SiteDraft],
    path: Path,
    *,
    unit: str,
    filled_on: date,
    is_sample: bool = False,
    sheets: SheetsBy = SheetsBy.NONE,
    signatures: Mapping[Unit, Signature] | None = None,
) -> None:
    """Write sites as the form, on one sheet or on one for each town or neighbourhood.

    Phones stay text, and no text can become a formula whatever it begins with.

    Args:
        drafts: In the order of the ledger; sheets stand in the order of their first sites.
        path: Where to write; an existing file is replaced.
        unit: 填报单位, where a sheet's signature names no other.
        filled_on: 填报时间.
        is_sample: Mark the title 示例数据.
        sheets: What makes a sheet.
        signatures: Who signs each sheet; ``(None, None)`` is the only sheet.
    """
    book = Workbook(write_only=True)
    taken: set[str] = set()
    for key, rows in _divided(drafts, sheets):
        sheet: Any = book.create_sheet(_sheet_name(key, taken))
        signed = (signatures or {}).get(key, Signature())
        own = next((name for name in reversed(key) if name), unit)
        head = (TITLE + (_SAMPLE if is_sample else ""), signed.unit or own, filled_on)
        _write_sheet(sheet, rows, head, signed)
    book.save(path)


def _write_sheet(
    sheet: Any,  # noqa: ANN401 - the stubs lack most of a write-only sheet
    drafts: Iterable[SiteDraft],
    head: tuple[str, str, date],
    signed: Signature,
) -> None:
    title, unit, day = head
    _lay_out(sheet)
    pens = _Pens(sheet)
    shown = f"{day.year}年{day.month}月{day.day}日"
    sheet.append(pens.write([title], pens.title))
    sheet.append(pens.write([f"填报单位(盖章):{unit}    填报时间:{shown}"], pens.bare))
    sheet.append(pens.write([one.header for one in COLUMNS], pens.bold))
    sheet.append(pens.write([one.option for one in COLUMNS], pens.bold))
    sums: dict[str, float] = dict.fromkeys(_SUMS, 0)
    count = 0
    for count, draft in enumerate(drafts, start=1):
        sheet.append(pens.write(form_value(column, draft, count) for column in COLUMNS))
        for name in _SUMS:
            sums[name] += getattr(draft, name) or 0
    sheet.append(pens.write([TOTAL, *(sums.get(one.field) for one in COLUMNS[1:])], pens.bold))
    for text in (_signature_line(signed), *NOTES):
        sheet.append(pens.write([text], pens.bare))
    _merge(sheet, last_row=_FIRST_HEADER_ROW + 1 + count + 1)


def key_of(draft: SiteDraft, sheets: SheetsBy) -> Unit:
    """Return the unit whose sheet a site stands on."""
    if sheets is SheetsBy.NONE:
        return None, None
    return draft.town, draft.neighbourhood if sheets is SheetsBy.NEIGHBOURHOOD else None


def _divided(
    drafts: Iterable[SiteDraft], sheets: SheetsBy
) -> Iterable[tuple[Unit, Iterable[SiteDraft]]]:
    if sheets is SheetsBy.NONE:
        return [((None, None), drafts)]
    found: dict[Unit, list[SiteDraft]] = {}
    for draft in drafts:
        found.setdefault(key_of(draft, sheets), []).append(draft)
    return found.items() or [((None, None), [])]


def _sheet_name(key: Unit, taken: set[str]) -> str:
    """Return a name that spreadsheet programs take and that no other sheet has."""
    wanted = next((name for name in reversed(key) if name), TITLE)
    wanted = (
        _NOT_IN_SHEET_NAMES.sub(" ", as_text(wanted)).strip(" '")[:_LONGEST_SHEET_NAME] or TITLE
    )
    name, number = wanted, 1
    while name.lower() in taken:
        number += 1
        mark = f"({number})"
        name = wanted[: _LONGEST_SHEET_NAME - len(mark)] + mark
    taken.add(name.lower())
    return name


def _signature_line(signed: Signature) -> str:
    values = (
        ("填写人", signed.filled_by),
        ("联系电话", signed.filled_by_phone),
        ("负责人", signed.responsible),
        ("联系电话", signed.responsible_phone),
    )
    return _GAP.join(f"{label}：{value or ''}" for label, value in values)


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
            cell.value = _ESCAPE.sub(_ESCAPED, value) if isinstance(value, str) else value
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
    plain: str | float | None = as_text(value) if isinstance(value, str) else value
    return plain


def _fee(draft: SiteDraft) -> str | float | None:
    low, high = draft.fee_min_yuan, draft.fee_max_yuan
    if low is None or high is None or low == high:
        return high if low is None else low
    return f"{low}至{high}"


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
