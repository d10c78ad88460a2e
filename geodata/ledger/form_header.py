"""Find the header of the official form in a sheet, and tell rows of sites from other rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from geodata.domain.category import Category
from geodata.domain.management import ManagementType
from geodata.domain.site import ServiceStar, SiteDraft
from geodata.domain.vocabulary import lookup, squeeze
from geodata.ledger.form import FILLED_DOWN, TOTAL
from geodata.ledger.sheets import Cell, Range
from geodata.ledger.values import as_text, narrow, read_tick

HEADER_WITHIN_ROWS: Final = 10
HEADER_HEIGHTS: Final = (2, 3, 4)
GROUPS: Final[dict[str, type[Any]]] = {
    "category": Category,
    "management_type": ManagementType,
    "service_star": ServiceStar,
}
_WIDEST: Final = 1024
_TOTAL: Final = re.compile(
    rf"(?:本页|本表|全部|全[区镇街县市]|[^(]*(?:镇|街道|社区|村|开发区))?(?:{TOTAL}|小计|总计|累计)"
    r"(?:\(.*\))?:?"
)
_FOOT: Final = re.compile(
    r"(?:填写人|填表人|填报人|制表人|审核人|负责人|联系电话|备注|注|说明)(?::.*)?"
)
_LEAST_NUMBERED: Final = 5
_SPREAD: Final = {
    "fee_yuan_m2_month": ("fee_min_yuan", "fee_max_yuan"),
    "management_type": ("ticked_types",),
}
"""Fields that one column of the form fills."""


@dataclass(frozen=True, slots=True)
class FormHeader:
    """Where the columns of one sheet are: plain fields, and ticks by group and key.

    Attributes:
        first_data_row: From 0.
        plain: Column by field.
        ticks: Columns by group and value.
        shown: What each column is headed with: the option of a column to tick, else the header.
    """

    first_data_row: int
    plain: dict[str, int]
    ticks: dict[str, dict[str, int]]
    shown: list[str]

    def fields(self) -> frozenset[str]:
        """Return the fields of `SiteDraft` that the sheet has a column for."""
        found = {*self.plain, *(group for group, columns in self.ticks.items() if columns)}
        for column, fields in _SPREAD.items():
            found |= set(fields) if column in found else set()
        return frozenset(found & set(SiteDraft.__slots__))

    def width(self) -> int:
        """Return how many columns are understood."""
        return len(self.plain) + sum(map(len, self.ticks.values()))

    def column_of(self, key: str) -> int | None:
        """Return the column of a field, the first one of a group to tick."""
        if key in self.ticks:
            return min(self.ticks[key].values(), default=None)
        return self.plain.get(key)

    def holds_site(self, row: Sequence[Cell]) -> bool:
        """Tell whether a row is one of a site: no sum, no signature, no note, no header again."""
        has_tick = self._has_drawn_tick(row)
        if not has_tick and (self._is_sum(row) or is_foot(row)):
            return False
        return not self._is_header_again(row) and not _is_numbering(row)

    def says_nothing(self, row: Sequence[Cell]) -> bool:
        """Tell whether a row holds no more than its number and its place."""
        plain = [index for key, index in self.plain.items() if key not in FILLED_DOWN]
        ticks = [index for columns in self.ticks.values() for index in columns.values()]
        return not any(row[i] != "" and as_text(row[i]) for i in (*plain, *ticks) if i < len(row))

    def _has_drawn_tick(self, row: Sequence[Cell]) -> bool:
        """Tell whether a row has a tick that is no number: sums count ticks in their columns."""
        cells = (
            row[i] for columns in self.ticks.values() for i in columns.values() if i < len(row)
        )
        return any(
            isinstance(cell, str) and cell and not cell.isdecimal() and read_tick(cell).value
            for cell in cells
        )

    def _is_sum(self, row: Sequence[Cell]) -> bool:
        until = self.plain["name"] + 1
        texts = (narrow(cell) for cell in row[:until] if isinstance(cell, str) and cell)
        return any(_TOTAL.fullmatch(text) for text in texts)

    def _is_header_again(self, row: Sequence[Cell]) -> bool:
        options = [index for columns in self.ticks.values() for index in columns.values()]
        return any(
            row[i] and narrow(row[i]) == narrow(self.shown[i])
            for i in (self.plain["name"], *options[:2])
            if i < len(row)
        )


def is_foot(row: Sequence[Cell]) -> bool:
    """Tell whether a row without ticks begins as the lines below the table do."""
    first = next((text for text in map(as_text, row) if text), "")
    return _FOOT.fullmatch(squeeze(first)) is not None


def find_header(rows: Sequence[Sequence[Cell]], merges: Iterable[Range]) -> FormHeader | None:
    """Find the header: two rows, or more where merged cells stand above or between them.

    Args:
        rows: The first rows of a sheet.
        merges: Its merged ranges.
    """
    spread = _spread(rows, merges)
    found = [
        header
        for top in range(HEADER_WITHIN_ROWS)
        for height in HEADER_HEIGHTS
        if (header := _read_band(spread[top : top + height], top + height)) is not None
    ]
    # Rows above and below belong to some of the bands; most columns have their name in one.
    return max(found, key=FormHeader.width, default=None)


def _spread(rows: Sequence[Sequence[Cell]], merges: Iterable[Range]) -> list[list[str]]:
    """Return the texts of rows, those of merged cells in each cell of their range."""
    width = min(max(map(len, rows), default=0), _WIDEST)
    texts = [[as_text(cell) for cell in row[:width]] for row in rows]
    for row in texts:
        row.extend([""] * (width - len(row)))
    for first, left, last, right in merges:
        if first >= len(texts) or left >= width:
            continue
        for row in texts[first : last + 1]:
            row[left : right + 1] = [texts[first][left]] * (min(right + 1, width) - left)
    return texts


def _read_band(band: list[list[str]], first_data_row: int) -> FormHeader | None:
    fields = lookup("field")
    plain: dict[str, int] = {}
    ticks: dict[str, dict[str, int]] = {group: {} for group in GROUPS}
    group: str | None = None
    for index, texts in enumerate(zip(*band, strict=True)):
        keys = [fields.get(squeeze(text)) for text in texts]
        if any(texts[:-1]):
            group = next((key for key in reversed(keys[:-1]) if key in GROUPS), None)
        if group is not None:
            value = lookup(group).get(squeeze(texts[-1]))
            if value is not None:
                ticks[group].setdefault(value, index)
            continue
        key = next((key for key in reversed(keys) if key is not None), None)
        if key is not None:
            plain.setdefault(key, index)
    if "name" not in plain or not ticks["category"] or not ticks["management_type"]:
        return None
    shown = [next(filter(None, reversed(texts)), "") for texts in zip(*band, strict=True)]
    return FormHeader(first_data_row, plain, ticks, shown)


def _is_numbering(row: Sequence[Cell]) -> bool:
    """Tell whether a row numbers the columns: 1, 2, 3 and so on."""
    numbers: list[int] = []
    for cell in row[:_WIDEST]:
        text = "" if cell == "" else as_text(cell)
        if not text:
            continue
        if not text.isdecimal() or (numbers and int(text) != numbers[-1] + 1):
            return False
        numbers.append(int(text))
    return len(numbers) >= _LEAST_NUMBERED
