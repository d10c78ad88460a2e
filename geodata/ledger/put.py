"""Put a value into a cell of openpyxl so that text stays text."""

from __future__ import annotations

from typing import Any, Final

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from geodata.ledger.sheets import Cell

_LONGEST: Final = 32_767
"""Characters that a cell of a workbook holds."""

_FORMULA_MARKS: Final = "=+-@"


def put(cell: Any, value: Cell | None) -> None:  # noqa: ANN401 - the stubs lack most of a cell
    """Set a cell; no text can become a formula, whatever it begins with."""
    if not isinstance(value, str):
        cell.value = value
        return
    cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", value)[:_LONGEST]
    cell.data_type = "s"
    cell.quotePrefix = value.startswith(tuple(_FORMULA_MARKS))
