"""Read any table a user may have: CSV in the encodings of Chinese offices, .xlsx, .xls, WPS."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final

from geodata.domain.errors import DomainError
from geodata.ledger.sheets import Cell, OpenSheet
from geodata.ledger.xls_book import open_xls
from geodata.ledger.xlsx_book import open_xlsx

_WORKBOOKS: Final = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".et", ".ods"})
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_FEW: Final = 20
"""One bad sequence among so many good ones is damage; more of them are another encoding."""

_DELIMITERS: Final = ",;\t|"
_QUOTED: Final = re.compile(r'"[^"]*"')
_LINES_TO_LOOK_AT: Final = 20
_LONGEST_CELL: Final = 1 << 24
_OPEN_QUOTE: Final = "unexpected end of data"
_MOST_BYTES: Final = 1 << 28
_OLE_MAGIC: Final = b"\xd0\xcf\x11\xe0"
_ZIP_MAGIC: Final = b"PK\x03\x04"
_START: Final = 4096
_MARKS: Final = {
    "XML": re.compile(r"<\?xml"),
    "HTML": re.compile(r"<(!doctype html|html|head|meta|table|style|!--)"),
    "MHTML": re.compile(r"(mime-version|content-type|from|date):.*multipart/related", re.DOTALL),
}
"""What reporting systems write and call a workbook, by how it starts."""

_PROTECTED: Final = "EncryptedPackage".encode("utf-16-le")
"""The stream in which Office hides a workbook that has a password."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of one sheet.

    Attributes:
        name: Of the sheet, ``None`` for a CSV file.
        rows: Row 0 is what a spreadsheet program calls row 1; empty cells are ``""``.
    """

    name: str | None
    rows: list[list[Cell]]


def read_table(path: Path) -> list[Sheet]:
    """Read all sheets of a file; formulas give their cached values.

    Raises:
        DomainError: As `open_table`.
    """
    sheets = [Sheet(sheet.name, list(sheet.rows())) for sheet in open_table(path)]
    if not any(sheet.rows for sheet in sheets):
        raise DomainError("table.empty", file=path.name)
    return sheets


def open_table(path: Path) -> list[OpenSheet]:
    """Return the sheets of a file; their rows are read when they are asked for.

    Raises:
        DomainError: ``table.missing``, ``table.empty``, ``table.too_large``,
            ``table.encrypted``, ``table.unsafe_xml``, ``table.other_format``,
            ``table.unreadable``, and the refusals of text files, with the file's name.
    """
    if not path.is_file():
        raise DomainError("table.missing", file=path.name)
    if path.stat().st_size > _MOST_BYTES:
        raise DomainError("table.too_large", file=path.name, most_mb=_MOST_BYTES >> 20)
    content = path.read_bytes()
    if not content.strip():
        raise DomainError("table.empty", file=path.name)
    if content[:4] == _ZIP_MAGIC:
        return open_xlsx(path.name, content)
    if content[:4] == _OLE_MAGIC:
        if _PROTECTED in content:
            raise DomainError("table.encrypted", file=path.name)
        return open_xls(path.name, content)
    _refuse_other_formats(path, content)
    rows = _read_text(path, content)
    return [OpenSheet(None, len(rows), lambda: iter(rows))]


def _refuse_other_formats(path: Path, content: bytes) -> None:
    """Refuse what other programs write under the name of a workbook.

    Raises:
        DomainError: ``table.other_format`` with what was found, ``table.unreadable``.
    """
    encoding = "utf-16" if content[:2] in _UTF16_MARKS else "utf-8-sig"
    start = content[:_START].decode(encoding, "replace").lstrip("\ufeff \r\n\t").lower()
    found = next((name for name, mark in _MARKS.items() if mark.match(start)), None)
    if found is None and path.suffix.lower() in _WORKBOOKS:
        if b"\0" in content[:_START]:
            raise DomainError("table.unreadable", file=path.name, reason="binary")
        found = "CSV"
    if found is not None:
        raise DomainError("table.other_format", file=path.name, found=found)


def _read_text(path: Path, content: bytes) -> list[list[Cell]]:
    if content[:2] in _UTF16_MARKS:
        encoding = "utf-16"
    elif b"\0" in content:
        raise DomainError("table.unreadable", file=path.name, reason="binary")
    else:
        encoding = _encoding(path, content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise DomainError("table.unreadable", file=path.name, reason="encoding") from error
    return _parse(path, text)


def _encoding(path: Path, content: bytes) -> str:
    """Tell UTF-8 from GB18030; UTF-8 with a few broken bytes is neither.

    GB18030 would decode such a file into other characters without a word.
    """
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        text = content.decode("utf-8", "replace")
        good = sum(one > "\x7f" and one != "\ufffd" for one in text)
        if text.count("\ufffd") * _FEW < good:
            row = content.count(b"\n", 0, error.start) + 1
            raise DomainError("table.damaged_text", file=path.name, row=row) from error
        return "gb18030"
    return "utf-8-sig"


def _parse(path: Path, text: str) -> list[list[Cell]]:
    csv.field_size_limit(_LONGEST_CELL)
    delimiter = _delimiter(text)
    try:
        return _rows(path, text, delimiter, strict=True)
    except csv.Error:
        # Quotes in the middle of a cell are no fault as long as every cell ends.
        pass
    try:
        return _rows(path, text, delimiter, strict=False)
    except csv.Error as error:
        raise DomainError("table.unreadable", file=path.name, reason=str(error)) from error


def _rows(path: Path, text: str, delimiter: str, *, strict: bool) -> list[list[Cell]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=strict)
    rows: list[list[Cell]] = []
    try:
        rows.extend(list(row) for row in reader)
    except csv.Error as error:
        if _OPEN_QUOTE not in str(error):
            raise
        # The cell would swallow all that follows.
        raise DomainError("table.quote_open", file=path.name, row=len(rows) + 1) from error
    return rows


def _delimiter(text: str) -> str:
    """Return the mark of which most lines near the top have the same number."""
    lines = [line for line in _QUOTED.sub("", text[: 1 << 16]).splitlines() if line.strip()]

    def steadiness(mark: str) -> tuple[int, int]:
        counts = Counter(line.count(mark) for line in lines[:_LINES_TO_LOOK_AT])
        number, times = max(counts.items(), key=lambda pair: (pair[0] > 0, pair[1], pair[0]))
        return (times, number) if number else (0, 0)

    return max(_DELIMITERS, key=steadiness) if lines else ","
