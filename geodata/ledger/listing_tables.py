"""The sheets of a plain list as tables: which column is which field, and their rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from geodata.domain.errors import DomainError, Fault, Severity
from geodata.domain.site import Place
from geodata.ledger.layout import Layout, lay_out, main_layout
from geodata.ledger.mapping import ColumnMapping, chosen_columns, map_columns
from geodata.ledger.sheets import Cell
from geodata.ledger.values import as_text


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
    path: Path,
    overrides: Mapping[str, str] | None,
    columns: Mapping[str, int] | None = None,
) -> tuple[list[ListingTable], list[Fault]]:
    """Return the sheets of a file that list something, and a mention of each that does not.

    Args:
        path: Of the file.
        overrides: Header by field, beside those that headers tell.
        columns: Index by field in the main sheet, instead of what headers tell; other sheets
            count where these columns have the same headers.

    Raises:
        DomainError: As `read_table`; as `map_columns` when no sheet has a column of names;
            ``listing.rows_missing``.
    """
    tables: list[ListingTable] = []
    refusals: list[DomainError] = []
    faults: list[Fault] = []
    layouts = lay_out(path)
    if not layouts:
        raise DomainError("table.empty", file=path.name)
    chosen = None if columns is None else _named(layouts, columns)
    for layout in layouts:
        try:
            tables.append(
                as_table(path.name, layout, _mapping(path.name, layout, overrides, chosen))
            )
        except DomainError as refusal:
            refusals.append(refusal)
            code = "listing.sheet_skipped"
            faults.append(
                Fault(Severity.WARNING, code, path.name, layout.sheet, value=layout.sheet)
            )
    if not tables:
        raise refusals[0]
    if not any(True for table in tables for _ in table.filled_rows()):
        raise DomainError("listing.rows_missing", file=path.name)
    return tables, faults


def as_table(file: str, layout: Layout, mapping: ColumnMapping) -> ListingTable:
    """Return a sheet as a table whose columns are understood."""
    return ListingTable(file, layout.sheet, layout.headers, layout.first_row, layout.rows, mapping)


def _named(layouts: Sequence[Layout], columns: Mapping[str, int]) -> dict[str, str]:
    """Return the header by field of columns of the main sheet; those it does not have left out."""
    headers = main_layout(layouts).headers
    return {key: headers[index] for key, index in columns.items() if index < len(headers)}


def _mapping(
    file: str,
    layout: Layout,
    overrides: Mapping[str, str] | None,
    chosen: Mapping[str, str] | None,
) -> ColumnMapping:
    if chosen is not None:
        return chosen_columns(file, layout.headers, chosen)
    return map_columns(file, layout.written if layout.has_header else layout.headers, overrides)


def _kept(cell: Cell) -> str:
    if not isinstance(cell, str):
        return as_text(cell)
    # What neither JSON nor a database can hold: NUL and halves of characters.
    return cell.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
