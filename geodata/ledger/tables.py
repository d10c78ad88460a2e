"""Read any table a user may have: CSV in the encodings of Chinese offices, .xlsx, .xls, WPS."""

from __future__ import annotations

import csv
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Final

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from geodata.domain.errors import DomainError

Cell = str | float | bool | date | datetime | time | timedelta

_WORKBOOKS: Final = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".et", ".ods"})
_ENCODINGS: Final = ("utf-8-sig", "gb18030")
_DELIMITERS: Final = ",;\t|"
_MOST_UNPACKED_BYTES: Final = 1 << 30
_MOST_BYTES: Final = 1 << 28
_OLE_MAGIC: Final = b"\xd0\xcf\x11\xe0"
_ZIP_MAGIC: Final = b"PK\x03\x04"
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
        DomainError: ``table.missing``, ``table.empty``, ``table.too_large``,
            ``table.encrypted``, ``table.unreadable`` with the file's name.
    """
    if not path.is_file():
        raise DomainError("table.missing", file=path.name)
    if path.stat().st_size > _MOST_BYTES:
        raise DomainError("table.too_large", file=path.name, most_mb=_MOST_BYTES >> 20)
    content = path.read_bytes()
    if not content.strip():
        raise DomainError("table.empty", file=path.name)
    is_workbook = content[:4] in (_OLE_MAGIC, _ZIP_MAGIC) or path.suffix.lower() in _WORKBOOKS
    sheets = _read_workbook(path, content) if is_workbook else [_read_text(path, content)]
    if not any(sheet.rows for sheet in sheets):
        raise DomainError("table.empty", file=path.name)
    return sheets


def _read_workbook(path: Path, content: bytes) -> list[Sheet]:
    if content[:4] == _OLE_MAGIC and _PROTECTED in content:
        raise DomainError("table.encrypted", file=path.name)
    if content[:4] == _ZIP_MAGIC:
        _refuse_bomb(path, content)
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(content))
        return [
            # From the first row on, so that row numbers are those of the user's program.
            Sheet(name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in workbook.sheet_names
        ]
    except PasswordError as error:
        raise DomainError("table.encrypted", file=path.name) from error
    except (CalamineError, OSError, ValueError) as error:
        raise DomainError("table.unreadable", file=path.name, reason=str(error)) from error


def _refuse_bomb(path: Path, content: bytes) -> None:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
    except zipfile.BadZipFile as error:
        raise DomainError("table.unreadable", file=path.name, reason=str(error)) from error
    if unpacked > _MOST_UNPACKED_BYTES:
        raise DomainError("table.too_large", file=path.name, most_mb=_MOST_UNPACKED_BYTES >> 20)


def _read_text(path: Path, content: bytes) -> Sheet:
    if b"\0" in content:
        raise DomainError("table.unreadable", file=path.name, reason="binary")
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return Sheet(None, _parse(path, text))
    raise DomainError("table.unreadable", file=path.name, reason="encoding")


def _parse(path: Path, text: str) -> list[list[Cell]]:
    header = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=header.count)
    try:
        return [list(row) for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as error:
        raise DomainError("table.unreadable", file=path.name, reason=str(error)) from error
