"""Refuse an .ods whose repeated cells would unfold into more than memory holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse

from geodata.domain.errors import DomainError
from geodata.ledger.archive import Archive, readable
from geodata.ledger.xlsx_sheet import MOST_CELLS

_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_VALUE_TYPE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value-type"


def refuse_large_tables(archive: Archive, name: str) -> None:
    """Add up how far the cells of each table reach, repeated ones as often as they repeat.

    Raises:
        DomainError: ``table.too_large``.
    """
    table = _Table()
    for event, element in iterparse(readable(archive, name), events=("start", "end")):
        if event == "start" and element.tag == f"{_TABLE}table":
            table = _Table()
        elif event == "end" and element.tag == f"{_TABLE}table-row":
            table.add(element)
            element.clear()
            if table.last_row * table.last_column > MOST_CELLS:
                raise DomainError("table.too_large", file=archive.file, most_mb=MOST_CELLS >> 20)


@dataclass(slots=True)
class _Table:
    """How far the cells of a table reach."""

    row: int = 0
    last_row: int = 0
    last_column: int = 0

    def add(self, row: Element) -> None:
        """Add a row as often as it repeats."""
        self.row += _times(row.get(f"{_TABLE}number-rows-repeated"))
        column = 0
        for cell in row:
            column += _times(cell.get(f"{_TABLE}number-columns-repeated"))
            if cell.get(_VALUE_TYPE) is not None:
                self.last_row, self.last_column = self.row, max(self.last_column, column)


def _times(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() else 1
