"""The sheets of a plain list: where each has its header, and which column is which field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from openpyxl.utils import get_column_letter

from geodata.domain.errors import DomainError, Fault, Severity
from geodata.domain.site import Place
from geodata.ledger.mapping import ColumnMapping, map_columns, names_field
from geodata.ledger.sheets import Cell
from geodata.ledger.tables import Sheet, read_table
from geodata.ledger.values import as_text

_HEADER_WITHIN_ROWS: Final = 10


@dataclass(frozen=True, slots=True)
class ListingTable:
    """One sheet of a list.

    Attributes:
        file: For messages.
        sheet: Its name, ``None`` for a CSV file.
        headers: As written; nameless and repeated ones are told apart by their column.
        first_row: Number of the first row after the header, as a spreadsheet program shows it.
        rows: Below the header.
        mapping: Which column is which field.
    """

    file: str
    sheet: str | None
    headers: list[str]
    first_row: int
    rows: list[list[Cell]]
    mapping: ColumnMapping

    def cell(self, row: list[Cell], key: str) -> Cell:
        """Return the cell of a field, ``""`` where the row or the table has none."""
        index = self.mapping.fields.get(key)
        return "" if index is None or index >= len(row) else row[index]

    def header(self, key: str) -> str | None:
        """Return the header of a field's column."""
        index = self.mapping.fields.get(key)
        return None if index is None else self.headers[index]

    def filled_rows(self) -> Iterator[tuple[Place, list[Cell]]]:
        """Yield the rows that are not blank."""
        for offset, row in enumerate(self.rows):
            if any(as_text(cell) for cell in row):
                yield Place(self.file, self.sheet, self.first_row + offset), row

    def verbatim(self, row: list[Cell]) -> dict[str, str]:
        """Return every cell that says something, by header, as it stood."""
        return {
            header: _kept(cell)
            for header, cell in zip(self.headers, row, strict=False)
            if as_text(cell)
        }


def open_listing(
    path: Path, overrides: Mapping[str, str] | None
) -> tuple[list[ListingTable], list[Fault]]:
    """Return the sheets of a file that list something, and a mention of each that does not.

    Raises:
        DomainError: As `read_table`; as `map_columns` when no sheet has a column of names;
            ``listing.rows_missing``.
    """
    tables: list[ListingTable] = []
    refusals: list[DomainError] = []
    faults: list[Fault] = []
    for sheet in read_table(path):
        if not any(as_text(cell) for row in sheet.rows for cell in row):
            continue
        try:
            tables.append(_table(path.name, sheet, overrides))
        except DomainError as refusal:
            refusals.append(refusal)
            code = "listing.sheet_skipped"
            faults.append(Fault(Severity.WARNING, code, path.name, sheet.name, value=sheet.name))
    if not tables:
        raise refusals[0] if refusals else DomainError("table.empty", file=path.name)
    if not any(True for table in tables for _ in table.filled_rows()):
        raise DomainError("listing.rows_missing", file=path.name)
    return tables, faults


def _table(file: str, sheet: Sheet, overrides: Mapping[str, str] | None) -> ListingTable:
    top = _header_row(sheet)
    written = [as_text(cell) for cell in sheet.rows[top]]
    mapping = map_columns(file, written, overrides)
    width = max(len(row) for row in sheet.rows[top:])
    headers = _distinct([*written, *[""] * (width - len(written))])
    return ListingTable(file, sheet.name, headers, top + 2, sheet.rows[top + 1 :], mapping)


def _header_row(sheet: Sheet) -> int:
    """Return the index of the row, near the top, that names most fields."""
    scores = [
        sum(names_field(as_text(cell)) for cell in row) for row in sheet.rows[:_HEADER_WITHIN_ROWS]
    ]
    return scores.index(max(scores))


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


def _kept(cell: Cell) -> str:
    if not isinstance(cell, str):
        return as_text(cell)
    # What neither JSON nor a database can hold: NUL and halves of characters.
    return cell.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
