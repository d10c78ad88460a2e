"""Where a sheet of a plain list has its header, if it has one, and what its columns are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from openpyxl.utils import get_column_letter

from geodata.ledger.content import is_value, may_be_value
from geodata.ledger.mapping import names_field
from geodata.ledger.report_sheet import REPORT_SHEET
from geodata.ledger.sheets import Cell
from geodata.ledger.tables import Sheet, read_table
from geodata.ledger.values import as_text

_HEADER_WITHIN_ROWS: Final = 10
_SURE: Final = 3
"""A row that names so many fields is a header, whatever else stands in it."""

_WIDE_SHARE: Final = 0.6
_TELLING: Final = 2
"""So many cells that look like values make the first row one of data."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One sheet, with its columns named.

    Attributes:
        sheet: Its name, ``None`` for a CSV file.
        headers: As written; nameless and repeated ones are told apart by their column. Without
            a header the columns are A, B, C.
        written: The same as they stand in the file; empty where there is no header.
        first_row: Number of the first row of data, as a spreadsheet program shows it.
        rows: Of data.
    """

    sheet: str | None
    headers: list[str]
    written: list[str]
    first_row: int
    rows: list[list[Cell]]

    @property
    def has_header(self) -> bool:
        """Whether a row names the columns."""
        return any(self.written)

    @property
    def names(self) -> int:
        """How many columns name a field."""
        return sum(map(names_field, self.written))


def lay_out(path: Path) -> list[Layout]:
    """Return the sheets of a file that are not blank, nor a report of ours.

    Raises:
        DomainError: As `read_table`.
    """
    return [
        _layout(sheet)
        for sheet in read_table(path)
        if sheet.name != REPORT_SHEET and any(as_text(cell) for row in sheet.rows for cell in row)
    ]


def main_layout(layouts: Sequence[Layout]) -> Layout:
    """Return the sheet whose header names most fields; the first of those alike."""
    return max(layouts, key=lambda one: one.names)


def _layout(sheet: Sheet) -> Layout:
    top = _header_row(sheet)
    width = max(len(row) for row in sheet.rows[top or 0 :])
    if top is None:
        start = next(i for i, row in enumerate(sheet.rows) if any(map(as_text, row)))
        letters = [get_column_letter(number) for number in range(1, width + 1)]
        return Layout(sheet.name, letters, [], start + 1, sheet.rows[start:])
    written = [as_text(cell) for cell in sheet.rows[top]]
    headers = _distinct([*written, *[""] * (width - len(written))])
    return Layout(sheet.name, headers, written, top + 2, sheet.rows[top + 1 :])


def _header_row(sheet: Sheet) -> int | None:
    """Return the index of the row, near the top, that names most fields; ``None`` for none.

    Where no row names any it is the first one about as wide as the others, unless that holds
    values.
    """
    rows = [[as_text(cell) for cell in row] for row in sheet.rows[:_HEADER_WITHIN_ROWS]]
    scores = [sum(map(names_field, row)) for row in rows]
    best = scores.index(max(scores))
    if scores[best] >= _SURE or (scores[best] and not any(map(is_value, rows[best]))):
        return best
    filled = [sum(map(bool, row)) for row in rows]
    first = next(i for i, count in enumerate(filled) if count >= _WIDE_SHARE * max(filled))
    return None if _holds_values(rows[first]) else first


def _holds_values(row: Sequence[str]) -> bool:
    return any(map(is_value, row)) or sum(map(may_be_value, row)) >= _TELLING


def _distinct(headers: list[str]) -> list[str]:
    """Name each column so that no two share a name: a row's cells are kept by it."""
    times = Counter(headers)
    seen: Counter[str] = Counter()
    named = []
    for number, header in enumerate(headers, start=1):
        seen[header] += 1
        if not header or (times[header] > 1 and seen[header] > 1):
            named.append(f"{header}[{get_column_letter(number)}]")
        else:
            named.append(header)
    return named
