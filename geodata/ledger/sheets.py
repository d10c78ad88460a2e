"""A sheet of a table while it is open: its rows one after another, and what stands beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

Cell = str | float | bool | date | datetime | time | timedelta

Range = tuple[int, int, int, int]
"""First row, first column, last row, last column: from 0, both ends included."""


def _in_no_font(_row: int, _column: int) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """One sheet of a file.

    Attributes:
        name: ``None`` for a text file.
        height: How many rows there are.
        rows: Gives the rows; row 0 is what a spreadsheet program calls row 1, empty cells are
            ``""``, and a row may be shorter than others.
        is_hidden: Whether a spreadsheet program keeps the sheet out of sight.
        merges: Ranges of merged cells, ``None`` where the format does not tell.
        broken: What a cell with an error shows, by row and column from 0; ``""`` for a formula
            without a calculated value. Its value is ``""`` in ``rows``.
        fonts: Gives the names of a cell's fonts by row and column from 0.
    """

    name: str | None
    height: int
    rows: Callable[[], Iterator[list[Cell]]]
    is_hidden: bool = False
    merges: list[Range] | None = None
    broken: dict[int, dict[int, str]] = field(default_factory=dict)
    fonts: Callable[[int, int], tuple[str, ...]] = _in_no_font
