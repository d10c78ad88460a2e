"""What the XML of one sheet of an .xlsx says besides the values of its cells."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Final
from xml.parsers import expat

from geodata.domain.errors import DomainError
from geodata.ledger.archive import MOST_UNPACKED_BYTES
from geodata.ledger.sheets import Range

MOST_CELLS: Final = 20_000_000
"""Of one sheet: 100,000 rows of the form are under four million."""

_SMALL_GRID: Final = 4_000_000
_MOST_EMPTY: Final = 8
"""A larger grid with so many cells for each that holds something would be memory for nothing."""

_MOST_COLUMNS: Final = 16_384
_MOST_MERGES: Final = 200_000
_MOST_BROKEN: Final = 200_000
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_DIGITS: Final = "0123456789"


@dataclass(slots=True)
class SheetParts:
    """What a sheet says besides its values.

    Attributes:
        rows: Number of the last row that holds something.
        columns: Number of the last column that holds something.
        filled: How many cells hold something.
        merges: Ranges of merged cells.
        broken: What an error cell shows (``#REF!``), by row and column from 0; ``""`` for a
            formula that no program has calculated.
        has_unnamed_cells: Whether cells leave out where they stand.
    """

    rows: int = 0
    columns: int = 0
    filled: int = 0
    merges: list[Range] = field(default_factory=list)
    broken: dict[int, dict[int, str]] = field(default_factory=dict)
    has_unnamed_cells: bool = False

    @property
    def is_sparse(self) -> bool:
        """Whether a grid of the sheet may be far larger than what it holds."""
        most = min(MOST_CELLS, max(_SMALL_GRID, _MOST_EMPTY * self.filled))
        return self.has_unnamed_cells or self.rows * self.columns > most


def place_of(reference: str) -> tuple[int, int] | None:
    """Return row and column from 0 of a cell's name such as ``K17``; ``None`` if it is none."""
    match = _REFERENCE.fullmatch(reference)
    return None if match is None else (int(match[2]) - 1, column_index(match[1]))


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell such as ``K17`` by its row and column from 0."""
    return f"{column_letters(column)}{row + 1}"


@cache
def column_letters(column: int) -> str:
    """Return a column's letters by its index from 0."""
    letters = ""
    while column >= 0:
        column, letter = divmod(column, 26)
        letters = chr(65 + letter) + letters
        column -= 1
    return letters


def column_index(letters: str) -> int:
    """Return a column's index from 0 by its letters."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


class SheetScan:
    """A sheet while it is read."""

    def __init__(self, file: str, parser: expat.XMLParserType) -> None:
        self.file = file
        self.parser = parser
        self.parts = SheetParts()
        self.columns: set[str] = set()
        self.row, self.digits = 0, ""
        self.column = -1
        self.broken = 0
        self.cell: dict[str, str] | None = None
        self.is_formula = self.is_open = False
        self.shown: list[str] = []
        self.by_name: dict[str, Callable[[dict[str, str]], None] | None] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take an element in."""
        try:
            act = self.by_name[name]
        except KeyError:
            act = getattr(self, "_start_" + name.rpartition(":")[2], None)
            self.by_name[name] = act
        if act is not None:
            act(attributes)

    def finish(self) -> None:
        """Note the last cell if it holds an error or a formula without a value."""
        cell = self.cell
        if not self.is_open or cell is None:
            return
        self.is_open = False
        self.parser.CharacterDataHandler = None
        shown, kind = "".join(self.shown).strip(), cell.get("t")
        if kind == "e" or (not shown and kind != "str"):
            row, column = self._place(cell)
            self.parts.broken.setdefault(row, {})[column] = shown
            self.broken += 1
            self._refuse(self.broken > _MOST_BROKEN)

    def _start_row(self, attributes: dict[str, str]) -> None:
        self.finish()
        number = attributes.get("r", "")
        self.row = int(number) - 1 if number.isdecimal() else self.row + 1
        self.column = -1

    def _start_c(self, attributes: dict[str, str]) -> None:
        if self.is_open:
            self.finish()
        self.cell = attributes
        self.column += 1
        if self.column == _MOST_COLUMNS:
            self._refuse(True)  # noqa: FBT003

    def _start_f(self, _: dict[str, str]) -> None:
        if self.cell is not None:
            self.is_open, self.shown = True, []

    def _start_v(self, _: dict[str, str]) -> None:
        cell = self.cell
        if cell is None:
            return
        parts = self.parts
        name = cell.get("r")
        if name is None:
            parts.has_unnamed_cells = True
        else:
            letters = name.rstrip(_DIGITS)
            digits = name[len(letters) :]
            if digits != self.digits or letters not in self.columns:
                self.digits = digits
                self._reach(*self._place(cell))
        parts.filled += 1
        if parts.filled > MOST_CELLS:
            self._refuse(True)  # noqa: FBT003
        if self.is_open or cell.get("t") == "e":
            self.is_open, self.shown = True, []
            self.parser.CharacterDataHandler = self.shown.append

    _start_is = _start_v

    def _start_extLst(self, _: dict[str, str]) -> None:  # noqa: N802 - an element's name
        self.finish()
        self.cell = None

    def _start_mergeCell(self, attributes: dict[str, str]) -> None:  # noqa: N802
        first, _, last = attributes.get("ref", "").partition(":")
        begin, end = place_of(first), place_of(last or first)
        if begin is not None and end is not None:
            self.parts.merges.append((*begin, *end))
            self._refuse(len(self.parts.merges) > _MOST_MERGES)

    def _reach(self, row: int, column: int) -> None:
        self.parts.rows = max(self.parts.rows, row + 1)
        self.parts.columns = max(self.parts.columns, column + 1)

    def _place(self, cell: dict[str, str]) -> tuple[int, int]:
        name = cell.get("r")
        if name is None:
            return self.row, self.column
        place = place_of(name)
        if place is None:
            raise DomainError("table.unreadable", file=self.file, reason=f"cell {name}")
        self.columns.add(name.rstrip(_DIGITS))
        return place

    def _refuse(self, is_too_much: bool) -> None:  # noqa: FBT001
        if is_too_much:
            raise DomainError("table.too_large", file=self.file, most_mb=MOST_UNPACKED_BYTES >> 20)
