"""Give a clerk's own workbook back, with a comment on each cell that is wrong and a report.

What the workbook looked like stays: formats, merges, widths, print set-up, validations,
macros, other sheets. Old .xls workbooks come back as .xlsx, text files as plain workbooks.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from geodata.domain.errors import Fault, Severity
from geodata.ledger.cached_values import keep_cached_values
from geodata.ledger.put import put
from geodata.ledger.report_sheet import REPORT_SHEET, add_report
from geodata.ledger.sheets import OpenSheet
from geodata.ledger.tables import open_table
from geodata.ledger.xls_copy import copy_xls

MOST_CELLS: Final = 750_000
"""Of a workbook that openpyxl holds in memory: 20,000 rows of the form, 16 s and 560 MB."""

MOST_COMMENTS: Final = 20_000
"""The worst cells; every fault stands in the report."""

Sentence = Callable[[Fault], str]

_AUTHOR: Final = "覆盖"
_FILLS: Final = {
    Severity.ERROR: PatternFill("solid", fgColor="FFF4B183"),
    Severity.WARNING: PatternFill("solid", fgColor="FFFFF2CC"),
}
_ORDER: Final = tuple(Severity)
_MARKS: Final = {
    Severity.ERROR: "【错误】",
    Severity.WARNING: "【提醒】",
    Severity.NOTE: "【说明】",
}
_WIDTH: Final = 320
_LINE_HEIGHT: Final = 22
_LINE: Final = 22
"""How wide a comment is, how high its lines are in pixels, and how many signs they take."""

_ZIP_MAGIC: Final = b"PK\x03\x04"
_OLE_MAGIC: Final = b"\xd0\xcf\x11\xe0"
_CONTENT_TYPES: Final = b"[Content_Types].xml"
_MACROS: Final = b"xl/vbaProject.bin"


class AnnotatedAs(StrEnum):
    """What came back."""

    ITSELF = "itself"
    """The clerk's own workbook with comments."""
    COPY = "copy"
    """A copy of an old workbook, a text file, or what openpyxl cannot keep, with comments."""
    REPORT = "report"
    """The report alone: the workbook is too large to be written anew."""


@dataclass(frozen=True, slots=True)
class AnnotatedBook:
    """What was written.

    Attributes:
        path: The workbook.
        kind: What it is.
        suffix: What its name should end with: ``.xlsx``, or ``.xlsm`` where macros are kept.
        commented: How many cells carry a comment.
        unplaced: How many faults have no cell and stand in the report only.
    """

    path: Path
    kind: AnnotatedAs
    suffix: str
    commented: int
    unplaced: int


def annotate(
    source: Path,
    faults: Sequence[Fault],
    out: Path,
    *,
    sentence: Sentence,
    most_cells: int = MOST_CELLS,
) -> AnnotatedBook:
    """Write a workbook with comments on its faulty cells and the sheet 导入报告.

    Args:
        source: What was read; it is not changed.
        faults: Of this file; other files' faults belong to other workbooks.
        out: Where to write; an existing file is replaced.
        sentence: Says a fault in the reader's language.
        most_cells: A workbook with more is not written anew; its report is.

    Raises:
        DomainError: As `open_table`, where the source cannot be opened.
    """
    sheets = open_table(source)
    content = source.read_bytes()
    if _cells(sheets) > most_cells:
        book = Workbook()
        book.remove(book.worksheets[0])
        add_report(book, faults, sentence)
        book.save(out)
        return AnnotatedBook(out, AnnotatedAs.REPORT, ".xlsx", 0, len(faults))
    is_itself = content[:4] == _ZIP_MAGIC and _is_office(content)
    has_macros = is_itself and _MACROS in content
    kept = _kept(source.name, content, is_itself=is_itself, has_macros=has_macros)
    if kept is None or not {one.name for one in sheets} <= set(kept.sheetnames):
        is_itself, kept = False, _plain_copy(sheets)
    book = kept
    _forget(book)
    commented, unplaced = _comment(book, faults, sentence)
    add_report(book, faults, sentence)
    book.save(out)
    if is_itself:
        keep_cached_values(out, sheets)
    kind = AnnotatedAs.ITSELF if is_itself else AnnotatedAs.COPY
    suffix = ".xlsm" if is_itself and has_macros else ".xlsx"
    return AnnotatedBook(out, kind, suffix, commented, unplaced)


def _kept(name: str, content: bytes, *, is_itself: bool, has_macros: bool) -> Workbook | None:
    """Return a workbook with its look, ``None`` for a text and where openpyxl cannot keep it.

    It refuses many a style or validation that spreadsheet programs pass over.
    """
    with warnings.catch_warnings():
        # Each thing that it does not keep, such as drawings, is mentioned by a warning.
        warnings.simplefilter("ignore", UserWarning)
        try:
            if is_itself:
                return load_workbook(BytesIO(content), keep_vba=has_macros, rich_text=True)
            return copy_xls(name, content) if content[:4] == _OLE_MAGIC else None
        except Exception:  # noqa: BLE001 - whatever it stumbles over
            return None


def _forget(book: Workbook) -> None:
    """Take out what an earlier import wrote: its report, its comments, its colours."""
    if REPORT_SHEET in book.sheetnames:
        del book[REPORT_SHEET]
    ours = {fill.fgColor.rgb for fill in _FILLS.values()}
    for sheet in book.worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            comment = cell.comment
            if comment is None:
                continue
            lines = str(comment.text).split("\n")
            kept = [line for line in lines if not line.startswith(tuple(_MARKS.values()))]
            if len(kept) < len(lines):
                text = "\n".join(kept).strip()
                cell.comment = Comment(text, comment.author) if text else None
                if cell.fill.fgColor.rgb in ours:
                    cell.fill = PatternFill()


def _cells(sheets: Iterable[OpenSheet]) -> int:
    return sum(len(row) for sheet in sheets for row in sheet.rows())


def _is_office(content: bytes) -> bool:
    return _CONTENT_TYPES in content


def _plain_copy(sheets: Iterable[OpenSheet]) -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        written: Any = book.create_sheet(sheet.name)
        for number, row in enumerate(sheet.rows(), start=1):
            for index, value in enumerate(row, start=1):
                if value != "":
                    put(written.cell(number, index), value)
    return book


def _comment(book: Workbook, faults: Sequence[Fault], sentence: Sentence) -> tuple[int, int]:
    by_cell: dict[tuple[str, str], list[Fault]] = {}
    unplaced = 0
    for fault in faults:
        sheet = fault.sheet or book.sheetnames[0]
        if fault.cell is None or sheet not in book.sheetnames:
            unplaced += 1
        else:
            by_cell.setdefault((sheet, fault.cell), []).append(fault)
    for found in by_cell.values():
        found.sort(key=_rank)
    worst = sorted(by_cell.items(), key=lambda pair: _rank(pair[1][0]))[:MOST_COMMENTS]
    for (sheet, name), found in worst:
        _mark(book[sheet], name, found, sentence)
    return len(worst), unplaced


def _rank(fault: Fault) -> int:
    return _ORDER.index(fault.severity)


def _mark(sheet: Any, name: str, faults: Sequence[Fault], sentence: Sentence) -> None:  # noqa: ANN401
    cell = sheet[_first_of_merge(sheet, name)]
    lines = [f"{_MARKS[fault.severity]}{sentence(fault)}" for fault in faults]
    if cell.comment is not None:
        lines.insert(0, cell.comment.text.rstrip())
    text = "\n".join(dict.fromkeys(lines))
    height = _LINE_HEIGHT * (2 + sum(1 + len(line) // _LINE for line in text.split("\n")))
    cell.comment = Comment(text, _AUTHOR, height=height, width=_WIDTH)
    fill = _FILLS.get(faults[0].severity)
    if fill is not None:
        cell.fill = fill


def _first_of_merge(sheet: Any, name: str) -> str:  # noqa: ANN401
    """Return the cell that shows what a merged cell holds: only that one takes a comment."""
    if not isinstance(sheet[name], MergedCell):
        return name
    ranges = (one for one in sheet.merged_cells.ranges if name in one)
    return str(next(ranges).start_cell.coordinate)
