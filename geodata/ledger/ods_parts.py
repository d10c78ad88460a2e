"""Refuse an .ods whose repeated cells would unfold into more than memory holds."""

from __future__ import annotations

from typing import Final

from geodata.domain.errors import DomainError

_MOST_CELLS: Final = 5_000_000
"""Of one table as it unfolds: 100,000 rows of the form are under four million."""
_MOST_COLUMNS: Final = 16_384
_CELLS: Final = frozenset({"table-cell", "covered-table-cell"})


class TableScan:
    """Tables while they are read: repeated cells count as often as they repeat."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.row = self.column = 0
        self.last_row = self.last_column = 0
        self.cells = 0
        self.is_open = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take an element in.

        Raises:
            DomainError: ``table.too_large``; ``table.unreadable`` for a table in a table.
        """
        kind = name.rpartition(":")[2]
        if kind == "table":
            if self.is_open:
                reason = "a table in a table"
                raise DomainError("table.unreadable", file=self.file, reason=reason)
            self.is_open = True
            self.cells += self.last_row * self.last_column
            self.row = self.last_row = self.last_column = 0
        elif kind == "table-row":
            self.row += _times(attributes, "number-rows-repeated")
            self.column = 0
        elif kind in _CELLS:
            self.column += _times(attributes, "number-columns-repeated")
            if any(key.rpartition(":")[2] in ("value-type", "formula") for key in attributes):
                self._reach()

    def end(self, name: str) -> None:
        """Take the end of an element in."""
        if name.rpartition(":")[2] == "table":
            self.is_open = False

    def _reach(self) -> None:
        self.last_row, self.last_column = self.row, max(self.last_column, self.column)
        cells = self.cells + self.last_row * self.last_column
        if cells > _MOST_CELLS or self.column > _MOST_COLUMNS:
            raise DomainError("table.too_large", file=self.file, most_mb=_MOST_CELLS >> 20)


def _times(attributes: dict[str, str], what: str) -> int:
    for key, text in attributes.items():
        if key.rpartition(":")[2] == what and text.isdecimal():
            return int(text)
    return 1
