"""A plain list as a workbook: one header row, texts that stay texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

Value = str | int | float | None

_FORMULA_MARKS: Final = ("=", "+", "-", "@")
_NOT_IN_CELLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WIDTH: Final = 14
_WIDE: Final = 24


def write_list(
    path: Path, title: str, headers: Sequence[str], rows: Iterable[Sequence[Value]]
) -> None:
    """Write a list.

    Args:
        path: Where to write; an existing file is replaced.
        title: Of the sheet.
        headers: Of the columns.
        rows: Cells in the order of the headers; no text can become a formula.
    """
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(title)  # the stubs lack most of a write-only sheet
    sheet.freeze_panes = "A2"
    for number, header in enumerate(headers, start=1):
        width = _WIDE if len(header) > 4 else _WIDTH  # noqa: PLR2004 - characters
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([_bold(sheet, header) for header in headers])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    book.save(path)


def _bold(sheet: Any, text: str) -> Any:  # noqa: ANN401 - see `write_list`
    cell = _cell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: Value) -> Any:  # noqa: ANN401
    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet, _NOT_IN_CELLS.sub("", value))
    # As a string whatever it begins with: = + - @ must not turn into a formula.
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = value[:1] in _FORMULA_MARKS
    return cell
