"""Workbooks for tests: the official form filled in by hand, and old .xls files."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from geodata.ledger.form import COLUMNS, TOTAL

Cells = Mapping[str, Any]

A_ROW: Cells = {
    "镇(街道)": "丝绸路街道",
    "社区(村居)": "前沟社区",
    "小区(楼房)名称": "和平小区",
    "老旧住宅小区": "√",
    "简易物业管理": "√",
    "物业服务企业(管理单位)名称": "和平社区居委会",
}
"""What a row must have, by row B of the header where it has one, else by row A."""


def a_row(**changes: Any) -> dict[str, Any]:
    """Return a row by headers; a keyword stands for a header, ``None`` empties its cell."""
    return {**A_ROW, **changes}


def write_form_by_hand(
    path: Path,
    rows: Sequence[Cells],
    *,
    above: int = 2,
    sheets: Sequence[str] = ("Sheet1",),
    break_headers: bool = False,
) -> Path:
    """Write the form as a clerk would: rows above the header, merged headers, a total below.

    Args:
        path: To write.
        rows: By header, the same on every sheet.
        above: How many rows stand above the header.
        sheets: Names of sheets.
        break_headers: Put a line break and blanks into the headers.
    """
    book = Workbook()
    for name in sheets:
        sheet: Any = book.active if name == sheets[0] else book.create_sheet()
        sheet.title = name
        for number in range(above):
            sheet.cell(number + 1, 1, "住宅小区基本情况台账" if number == 0 else "填报单位(盖章):")
        _write_header(sheet, above, break_headers=break_headers)
        for offset, row in enumerate(rows):
            for index, column in enumerate(COLUMNS, start=1):
                value = row.get(column.option or column.header)
                sheet.cell(above + 3 + offset, index, value)
        last = above + 3 + len(rows)
        sheet.cell(last, 1, TOTAL)
        sheet.cell(last + 1, 1, "填写人:      联系电话:      负责人:      联系电话:")
        sheet.cell(last + 2, 1, "备注：1.填写时打“√”。")
    book.save(path)
    return path


def _write_header(sheet: Any, above: int, *, break_headers: bool) -> None:
    spoil = (lambda text: f"{text[:2]} \n{text[2:]}") if break_headers else (lambda text: text)
    previous = None
    for index, column in enumerate(COLUMNS, start=1):
        if column.header != previous:  # the first cell of a merged range holds its text
            sheet.cell(above + 1, index, spoil(column.header))
        previous = column.header
        if column.option:
            sheet.cell(above + 2, index, spoil(column.option))


def write_table(path: Path, rows: Sequence[Sequence[Any]], *, sheet: str = "Sheet1") -> Path:
    """Write one sheet of plain rows."""
    book = Workbook()
    written: Any = book.active
    written.title = sheet
    for row in rows:
        written.append(list(row))
    book.save(path)
    return path


_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def write_xls(path: Path, rows: Sequence[Sequence[str | float]], *, sheets: int = 1) -> Path:
    """Write an Excel 97 workbook: a BIFF8 stream in a compound file; all sheets are one."""
    path.write_bytes(_compound_file(_biff8(rows, sheets)))
    return path


def _biff8(rows: Sequence[Sequence[str | float]], sheets: int) -> bytes:
    end = _record(0x000A)
    head = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6))
    name = "Sheet1"
    offset = len(head) + sheets * (4 + 8 + len(name)) + len(end)
    bound = struct.pack("<IBBBB", offset, 0, 0, len(name), 0) + name.encode("latin-1")
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            place = struct.pack("<HHH", y, x, 0)
            if isinstance(cell, str):
                text = struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le")
                sheet += _record(0x0204, place + text)
            else:
                sheet += _record(0x0203, place + struct.pack("<d", cell))
    return head + _record(0x0085, bound) * sheets + end + sheet + end


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _compound_file(stream: bytes) -> bytes:
    """Wrap a stream: header, one sector of allocation table, one of directory, the stream."""
    stream = stream.ljust(4096, b"\0")  # shorter ones would need a second kind of sector
    stream += b"\0" * (-len(stream) % _SECTOR)
    count = len(stream) // _SECTOR
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109I", 0, *[_FREE] * 108)
    chain = [_FAT, _END, *range(3, 2 + count), _END]
    table = struct.pack("<128I", *chain, *[_FREE] * (128 - len(chain)))
    directory = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 2, len(stream))
    return header + table + directory.ljust(_SECTOR, b"\0") + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    entry = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1)
    entry += struct.pack("<III", _FREE, _FREE, child) + b"\0" * 36
    return entry + struct.pack("<IQ", start, size)
