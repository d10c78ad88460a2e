"""Where things stand on the printed sheet of visits, in millimetres from the upper left of A4.

One table for who prints (`visit_sheet`) and who reads a photographed sheet back (`paper`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PAGE_MM: Final = (210.0, 297.0)
LEFT_MM: Final = 12.0
RIGHT_MM: Final = 198.0
HEAD_MM: Final = 26.0
MAP_MM: Final = 88.0
"""Height of the map on the first page."""
ROW_MM: Final = 26.0
FOOT_MM: Final = 284.0
QR_MM: Final = 19.0
BOX_MM: Final = 4.2
PAGE_MARK_MM: Final = (12.0, 272.0, 11.0)
"""The code of the page itself, lower left: x, y, size."""

TICKS: Final = (
    ("passed", "problems", "not_seen"),
    ("covered", "cleaning", "security", "order"),
)
"""Boxes by line: the result, and what was found in force."""
_FIRST_BOX_MM: Final = (98.0, 6.0)
_BOX_STEP_MM: Final = (19.0, 9.0)


@dataclass(frozen=True, slots=True)
class Box:
    """A square: upper left corner and side, millimetres."""

    x: float
    y: float
    side: float


def rows_on(page: int) -> int:
    """Return how many stops fit on a page, counted from 1."""
    return int((_last_row_ends() - _rows_begin(page)) // ROW_MM)


def row_top(page: int, row: int) -> float:
    """Return where a row begins, both counted from 1 and 0."""
    return _rows_begin(page) + row * ROW_MM


def qr_box(page: int, row: int) -> Box:
    """Return where the code of a stop stands."""
    return Box(RIGHT_MM - QR_MM, row_top(page, row) + 3.0, QR_MM)


def page_mark() -> Box:
    """Return where the code of the page stands."""
    return Box(*PAGE_MARK_MM)


def tick_boxes(page: int, row: int) -> dict[str, Box]:
    """Return the boxes of a stop by what they say."""
    top = row_top(page, row)
    return {
        key: Box(
            _FIRST_BOX_MM[0] + column * _BOX_STEP_MM[0],
            top + _FIRST_BOX_MM[1] + line * _BOX_STEP_MM[1],
            BOX_MM,
        )
        for line, keys in enumerate(TICKS)
        for column, key in enumerate(keys)
    }


def placed(count: int) -> list[tuple[int, int]]:
    """Return page and row of each of so many stops."""
    places: list[tuple[int, int]] = []
    page = 1
    while len(places) < count:
        places += [(page, row) for row in range(rows_on(page))]
        page += 1
    return places[:count]


def _rows_begin(page: int) -> float:
    return HEAD_MM + (MAP_MM + 4.0 if page == 1 else 0.0)


def _last_row_ends() -> float:
    return PAGE_MARK_MM[1] - 1.0
