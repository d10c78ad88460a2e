"""The places of a list as its file writes them, before anybody knows what the numbers mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from geodata.domain.errors import DomainError
from geodata.domain.vocabulary import squeeze, words
from geodata.ledger.coordinates import read_coordinates
from geodata.ledger.mapping import without_unit
from geodata.ledger.sheets import Cell
from geodata.ledger.tables import Sheet, read_table
from geodata.ledger.values import as_text

_EAST: Final = ("横坐标", "东坐标", "东", "东向", "e", "east", "easting", "x坐标", "坐标x", "x")
_NORTH: Final = ("纵坐标", "北坐标", "北", "北向", "n", "north", "northing", "y坐标", "坐标y", "y")
_NUMBER: Final = re.compile(r"^[-+]?\d+(?:\.\d+)?$")
_KINDS: Final = (
    ("degrees_east", 72.0, 138.0),
    ("degrees_north", 0.8, 56.0),
    ("metres_east", 1e5, 9e5),
    ("metres_east", 25e6, 46e6),
    ("metres_north", 9.5e5, 6.3e6),
)
_PAIRS: Final = (("degrees_east", "degrees_north"), ("metres_east", "metres_north"))
_MOSTLY: Final = 0.8
_HEADER_WITHIN_ROWS: Final = 10


@dataclass(frozen=True, slots=True)
class RawPoint:
    """One row: the number that the file calls east first, as it stands."""

    x: float
    y: float
    name: str
    town: str


@dataclass(frozen=True, slots=True)
class RawPoints:
    """The places of a list.

    Attributes:
        points: Of the rows that have two numbers.
        columns: The headers that were taken for the two numbers; one where a cell holds both.
    """

    points: list[RawPoint]
    columns: list[str]


def read_points(path: Path) -> RawPoints:
    """Read the places of the first sheet that has any.

    The columns are told by their headers (经度/纬度, 坐标, X/Y, 横坐标/纵坐标, 东/北), else by
    their numbers. Nothing is exchanged or converted.

    Raises:
        DomainError: As `read_table`; ``doctor.columns_missing`` with the headers.
    """
    headers: list[str] = []
    for sheet in read_table(path):
        for top in range(min(_HEADER_WITHIN_ROWS, len(sheet.rows))):
            found = _of_header(sheet, top)
            if found is not None and found.points:
                return found
        found = _of_numbers(sheet)
        if found is not None and found.points:
            return found
        headers += [as_text(cell) for cell in (sheet.rows[0] if sheet.rows else [])]
    raise DomainError(
        "doctor.columns_missing", file=path.name, columns=[one for one in headers if one]
    )


def _of_header(sheet: Sheet, top: int) -> RawPoints | None:
    squeezed = [squeeze(as_text(cell)) for cell in sheet.rows[top]]
    longitude, latitude = _field(squeezed, "longitude"), _field(squeezed, "latitude")
    if longitude is None or latitude is None:
        longitude, latitude = _first(squeezed, _EAST), _first(squeezed, _NORTH)
    both = _field(squeezed, "coordinates")
    if longitude is not None and latitude is not None:
        return _points(sheet, top, squeezed, (longitude, latitude))
    return None if both is None else _points(sheet, top, squeezed, (both,))


def _of_numbers(sheet: Sheet) -> RawPoints | None:
    """Take the first two columns whose numbers can be an east and a north."""
    width = max((len(row) for row in sheet.rows), default=0)
    kinds = [_kind([_number(_cell(row, one)) for row in sheet.rows[1:]]) for one in range(width)]
    for east, north in _PAIRS:
        if east in kinds and north in kinds:
            squeezed = [squeeze(as_text(cell)) for cell in sheet.rows[0]]
            return _points(sheet, 0, squeezed, (kinds.index(east), kinds.index(north)))
    return None


def _kind(numbers: Sequence[float | None]) -> str | None:
    known = [one for one in numbers if one is not None]
    # Whole numbers are counts and codes.
    if len(known) < _MOSTLY * len(numbers) or not any(one % 1 for one in known):
        return None
    for kind, least, most in _KINDS:
        if sum(least < one < most for one in known) > _MOSTLY * len(known):
            return kind
    return None


def _points(sheet: Sheet, top: int, squeezed: list[str], columns: tuple[int, ...]) -> RawPoints:
    name, town = _field(squeezed, "name"), _field(squeezed, "town")
    points = []
    for row in sheet.rows[top + 1 :]:
        pair = _pair([_cell(row, one) for one in columns])
        if pair is not None:
            texts = ["" if one is None else as_text(_cell(row, one)) for one in (name, town)]
            points.append(RawPoint(*pair, *texts))
    return RawPoints(points, [as_text(_cell(sheet.rows[top], one)) for one in columns])


def _pair(cells: list[Cell]) -> tuple[float, float] | None:
    if len(cells) == 1:
        return _both(cells[0])
    x, y = (_number(cell) for cell in cells)
    if x is None or y is None:
        return read_coordinates(cells[0], cells[1], "").value
    return x, y


def _both(cell: Cell) -> tuple[float, float] | None:
    numbers = re.findall(r"[-+]?\d+(?:\.\d+)?", as_text(cell))
    return (float(numbers[0]), float(numbers[1])) if len(numbers) == len(_PAIRS[0]) else None


def _number(cell: Cell) -> float | None:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return float(cell)
    text = squeeze(str(cell))
    return float(text) if _NUMBER.match(text) else None


def _field(squeezed: list[str], key: str) -> int | None:
    word = words("field")[key]
    return _first(squeezed, [squeeze(one) for one in (word.zh, *word.aliases, key)])


def _first(squeezed: list[str], names: Sequence[str]) -> int | None:
    for headers in (squeezed, [without_unit(one) for one in squeezed]):
        for name in names:
            if name in headers:
                return headers.index(name)
    return None


def _cell(row: list[Cell], index: int) -> Cell:
    return row[index] if index < len(row) else ""
