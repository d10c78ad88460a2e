"""Read an Excel 97 workbook (.xls, and .et of WPS).

By xlrd and not by calamine: it reads sheets row by row as long as each is, shares texts that
stand in many cells, and knows merges and fonts, so that no file of this kind can ask for more
memory than it has bytes many times over.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from typing import Any, Final

import xlrd
from xlrd.biffh import XL_CELL_BLANK, XL_CELL_BOOLEAN, XL_CELL_DATE, XL_CELL_ERROR
from xlrd.compdoc import CompDoc, CompDocError

from geodata.domain.errors import DomainError
from geodata.ledger.sheets import Cell, OpenSheet

_ENCRYPTED: Final = "encrypted"
_DAMAGE: Final = (
    xlrd.XLRDError,
    CompDocError,
    struct.error,
    ValueError,
    LookupError,
    AssertionError,
    TypeError,
    AttributeError,
    OverflowError,
    NotImplementedError,
    OSError,
)
"""What xlrd raises over a damaged file."""


_STREAMS: Final = ("Workbook", "Book")
_RECORD: Final = struct.Struct("<HH")
_OFFSET: Final = struct.Struct("<I")
_END, _SHEET, _STYLE = 0x000A, 0x0085, 0x00E0
_MOST_STYLES: Final = 65_536
_MOST_SHEETS: Final = 1000
_MOST_CELLS: Final = 5_000_000
"""Of all sheets: a full one has 65,536 rows, which are under three million cells of the form."""


def open_xls(file: str, content: bytes) -> list[OpenSheet]:
    """Return the sheets of a workbook.

    Raises:
        DomainError: ``table.encrypted``, ``table.too_large``, ``table.unreadable``.
    """
    book = open_book(file, content)
    cells = 0
    sheets = []
    try:
        for index in range(book.nsheets):
            sheet = book.sheet_by_index(index)
            cells += sheet.nrows + sum(sheet.row_len(row) for row in range(sheet.nrows))
            if cells > _MOST_CELLS:
                raise DomainError("table.too_large", file=file, most_mb=_MOST_CELLS >> 20)
            sheets.append(_open(book, sheet))
    except _DAMAGE as error:
        raise DomainError("table.unreadable", file=file, reason=_shown(error)) from error
    return sheets


def open_book(file: str, content: bytes) -> Any:  # noqa: ANN401 - xlrd has no types
    """Return xlrd's workbook, with its formats.

    Raises:
        DomainError: ``table.encrypted``, ``table.too_large``, ``table.unreadable``.
    """
    try:
        _refuse_floods(file, content)
        return xlrd.open_workbook(
            file_contents=content,
            logfile=StringIO(),
            formatting_info=True,
            on_demand=True,
            ragged_rows=True,
        )
    except _DAMAGE as error:
        code = "table.encrypted" if _ENCRYPTED in str(error) else "table.unreadable"
        raise DomainError(code, file=file, reason=_shown(error)) from error


def _refuse_floods(file: str, content: bytes) -> None:
    """Refuse sheets that share their bytes, and more sheets or styles than any program writes.

    Raises:
        DomainError: ``table.too_large``.
    """
    archive = CompDoc(content, logfile=StringIO())
    found = (archive.locate_named_stream(name) for name in _STREAMS)
    stream, at, size = next((one for one in found if one[0]), (b"", 0, 0))
    end = min(at + size, len(stream)) - _RECORD.size
    offsets = []
    kind, styles = 0, 0
    while at <= end and kind != _END:
        kind, length = _RECORD.unpack_from(stream, at)
        styles += kind == _STYLE
        if kind == _SHEET and length >= _OFFSET.size:
            offsets.append(_OFFSET.unpack_from(stream, at + _RECORD.size)[0])
        at += _RECORD.size + length
    is_flood = styles > _MOST_STYLES or len(offsets) > _MOST_SHEETS
    if is_flood or len({*offsets}) < len(offsets):
        raise DomainError("table.too_large", file=file, most_mb=_MOST_CELLS >> 20)


def cell_value(book: Any, cell: Any) -> Cell:  # noqa: ANN401
    """Return what a cell of xlrd holds; ``""`` for an error."""
    kind, value = cell.ctype, cell.value
    if kind == XL_CELL_BOOLEAN:
        return bool(value)
    if kind == XL_CELL_DATE:
        try:
            day: datetime = xlrd.xldate_as_datetime(value, book.datemode)
        except (ValueError, OverflowError):
            return float(value)
        return day
    if kind in {XL_CELL_ERROR, XL_CELL_BLANK}:
        return ""
    return value if isinstance(value, str) else float(value)


def fonts_of(book: Any, sheet: Any, row: int, column: int) -> tuple[str, ...]:  # noqa: ANN401
    """Return the names of the fonts that a cell is written in."""
    style = sheet.cell_xf_index(row, column)
    indices = [book.xf_list[style].font_index] if style < len(book.xf_list) else []
    indices += [font for _, font in sheet.rich_text_runlist_map.get((row, column), ())]
    return tuple(book.font_list[index].name for index in indices if index < len(book.font_list))


def _open(book: Any, sheet: Any) -> OpenSheet:  # noqa: ANN401
    broken: dict[int, dict[int, str]] = {}

    def rows() -> Iterator[list[Cell]]:
        for index in range(sheet.nrows):
            cells = sheet.row(index)
            for column, cell in enumerate(cells):
                if cell.ctype == XL_CELL_ERROR:
                    shown = xlrd.error_text_from_code.get(cell.value, "#N/A")
                    broken.setdefault(index, {})[column] = shown
            yield [cell_value(book, cell) for cell in cells]

    return OpenSheet(
        name=sheet.name,
        height=sheet.nrows,
        rows=rows,
        is_hidden=bool(sheet.visibility),
        merges=[
            (first, left, last - 1, right - 1) for first, last, left, right in sheet.merged_cells
        ],
        broken=broken,
        fonts=lambda row, column: fonts_of(book, sheet, row, column),
    )


def _shown(error: Exception) -> str:
    return str(error) or type(error).__name__
