"""Read workbooks that are zip archives: .xlsx and .xlsm, and .ods with fewer particulars.

The values come from calamine. A sheet whose cells lie far apart would make it allocate the
whole grid between them, so such a sheet is read by openpyxl row by row instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from geodata.domain.errors import DomainError
from geodata.ledger.archive import MOST_UNPACKED_BYTES, Archive, open_archive
from geodata.ledger.sheets import Cell, OpenSheet
from geodata.ledger.xlsx_fonts import CellFonts
from geodata.ledger.xlsx_parts import scan_parts, sheet_part_names
from geodata.ledger.xlsx_sheet import SheetParts

_PANIC: Final = "PanicException"
_MOST_SCATTERED: Final = 4_000_000
"""Cells, empty ones included, of a sheet that is read row by row: the slower way."""
_BINARY: Final = "xl/workbook.bin"


def open_xlsx(file: str, content: bytes) -> list[OpenSheet]:
    """Return the sheets of a workbook; macros and what is no sheet of cells are passed over.

    Raises:
        DomainError: ``table.too_large``, ``table.encrypted``, ``table.unsafe_xml``,
            ``table.other_format``, ``table.unreadable``; from ``rows``, too.
    """
    archive = open_archive(file, content)
    if _BINARY in archive.parts:
        raise DomainError("table.other_format", file=file, found="xlsb")
    parts = scan_parts(archive)
    names = sheet_part_names(archive)
    with _refusing(file):
        book = CalamineWorkbook.from_filelike(BytesIO(content))
    return [
        _open(archive, book, one, names.get(one.name, ""), parts)
        for one in book.sheets_metadata
        if one.typ is SheetTypeEnum.WorkSheet and (not parts or names.get(one.name) in parts)
    ]


def _open(
    archive: Archive,
    book: CalamineWorkbook,
    one: SheetMetadata,
    part: str,
    parts: dict[str, SheetParts],
) -> OpenSheet:
    name, is_hidden = one.name, one.visible is not SheetVisibleEnum.Visible
    found = parts.get(part)
    if found is None:
        with _refusing(archive.file):
            sheet = book.get_sheet_by_name(name)
        return OpenSheet(name, sheet.total_height, lambda: _rows(sheet), is_hidden)

    def rows() -> Iterator[list[Cell]]:
        with _refusing(archive.file):
            if found.is_sparse:
                yield from _scattered_rows(archive, name)
            else:
                yield from _rows(book.get_sheet_by_name(name))

    fonts = CellFonts(archive, part).fonts_of
    return OpenSheet(name, found.rows, rows, is_hidden, found.merges, found.broken, fonts)


@contextmanager
def _refusing(file: str) -> Iterator[None]:
    try:
        yield
    except PasswordError as error:
        raise DomainError("table.encrypted", file=file) from error
    except (CalamineError, ParseError, OSError, ValueError, LookupError) as error:
        raise DomainError("table.unreadable", file=file, reason=str(error)) from error
    except BaseException as error:
        # What calamine panics over is no `Exception`, and would end the request without a word.
        if type(error).__name__ != _PANIC:
            raise
        raise DomainError("table.unreadable", file=file, reason=str(error)) from error


def _rows(sheet: CalamineSheet) -> Iterator[list[Cell]]:
    """Yield all rows and columns from the first on: places are those of the user's program."""
    if sheet.start is None:
        return iter(())
    rows: Iterator[list[Cell]] = sheet.iter_rows()  # gives the rows above, not the columns before
    before: list[Cell] = [""] * sheet.start[1]
    return (before + row for row in rows) if before else rows


def _scattered_rows(archive: Archive, name: str) -> Iterator[list[Cell]]:
    book = load_workbook(BytesIO(archive.content), read_only=True, data_only=True)
    sheet: Any = book[name]
    sheet.reset_dimensions()
    cells = 0
    for row in sheet.iter_rows(values_only=True):
        cells += len(row)
        if cells > _MOST_SCATTERED:
            most_mb = MOST_UNPACKED_BYTES >> 20
            raise DomainError("table.too_large", file=archive.file, most_mb=most_mb)
        yield ["" if value is None else value for value in row]
    book.close()
