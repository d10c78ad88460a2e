"""Read a plain list of communities, one row each, with coordinates of a declared datum.

What is not plain is reported row by row with the way it was read; a row's cells are all kept
in ``source_row``, so that nothing of a file is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from geodata.domain.errors import DomainError, Fault, Severity
from geodata.domain.site import Place, SiteDraft
from geodata.domain.vocabulary import lookup, squeeze
from geodata.ledger.duplicates import find_duplicates
from geodata.ledger.listing_management import read_management
from geodata.ledger.mapping import ColumnMapping, map_columns
from geodata.ledger.tables import Cell, Sheet, read_table
from geodata.ledger.values import READERS, Reading, as_text, read_text

_HEADER_WITHIN_ROWS: Final = 10
_COORDINATES: Final = frozenset({"longitude", "latitude", "coordinates"})
_LONGEST_NAME: Final = 200


@dataclass(slots=True)
class ListingReading:
    """What a list says.

    Attributes:
        drafts: Rows that can be taken; ``longitude`` and ``latitude`` still in the file's datum.
        faults: In the order of the file.
        columns: Field by header.
        unknown_columns: Headers that no field answers to.
        joined: Rows that found their partner in the joined file.
    """

    drafts: list[SiteDraft] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    unknown_columns: list[str] = field(default_factory=list)
    joined: int = 0


@dataclass(frozen=True, slots=True)
class _Table:
    file: str
    sheet: str | None
    headers: list[str]
    first_row: int
    rows: list[list[Cell]]
    mapping: ColumnMapping

    def cell(self, row: list[Cell], key: str) -> Cell:
        index = self.mapping.fields.get(key)
        return "" if index is None or index >= len(row) else row[index]

    def header(self, key: str) -> str | None:
        index = self.mapping.fields.get(key)
        return None if index is None else self.headers[index]


def read_listing(
    path: Path, *, overrides: Mapping[str, str] | None = None, join: Path | None = None
) -> ListingReading:
    """Read a list, and fill what it does not have from a second one with the same codes.

    Args:
        path: CSV or workbook; the first sheet with rows counts.
        overrides: Header by field, for columns that are not recognised.
        join: A second list; rows are joined by code, and the first file's values win.

    Raises:
        DomainError: As `read_table` and `map_columns`; ``listing.join_code_missing``.
    """
    table = _open(path, overrides)
    reading = ListingReading(
        columns={table.headers[index]: key for key, index in table.mapping.fields.items()},
        unknown_columns=[table.headers[index] for index in table.mapping.unknown],
    )
    other = _partners(table, join, reading) if join else {}
    for offset, row in enumerate(table.rows):
        if any(as_text(cell) for cell in row):
            place = Place(table.file, table.sheet, table.first_row + offset)
            _read_row(table, row, place, reading, other)
    find_duplicates(reading.drafts, reading.faults)
    return reading


def _open(path: Path, overrides: Mapping[str, str] | None) -> _Table:
    sheet = next(one for one in read_table(path) if one.rows)
    top = _header_row(sheet)
    headers = [as_text(cell) for cell in sheet.rows[top]]
    mapping = map_columns(path.name, headers, overrides)
    return _Table(path.name, sheet.name, headers, top + 2, sheet.rows[top + 1 :], mapping)


def _header_row(sheet: Sheet) -> int:
    """Return the index of the row, near the top, that names most fields."""
    known = lookup("field")
    scores = [
        sum(squeeze(as_text(cell)) in known for cell in row)
        for row in sheet.rows[:_HEADER_WITHIN_ROWS]
    ]
    return scores.index(max(scores))


def _partners(table: _Table, join: Path, reading: ListingReading) -> dict[str, dict[str, Any]]:
    """Return the joined file's values, and its cells as they stood, by code."""
    other = _open(join, None)
    for one in (table, other):
        if "external_id" not in one.mapping.fields:
            raise DomainError("listing.join_code_missing", file=one.file, columns=one.headers)
    found: dict[str, dict[str, Any]] = {}
    for offset, row in enumerate(other.rows):
        code = as_text(other.cell(row, "external_id"))
        place = Place(other.file, other.sheet, other.first_row + offset)
        if code:
            values = _values(other, row, place, reading.faults)
            found.setdefault(code, values | {"source_row": _verbatim(other, row)})
    return found


def _read_row(
    table: _Table,
    row: list[Cell],
    place: Place,
    reading: ListingReading,
    partners: Mapping[str, dict[str, Any]],
) -> None:
    name = as_text(table.cell(row, "name"))
    if not name or len(name) > _LONGEST_NAME:
        code = "listing.name_too_long" if name else "listing.name_missing"
        fault = _fault(place, Severity.ERROR, code, table.header("name"), name)
        reading.faults.append(fault)
        return
    values = _values(table, row, place, reading.faults)
    source_row = _verbatim(table, row)
    partner = partners.get(values.get("external_id") or "")
    if partner is not None:
        reading.joined += 1
        source_row = {**partner["source_row"], **source_row}
        values = {
            key: partner.get(key) if value in (None, frozenset()) else value
            for key, value in {**dict.fromkeys(partner), **values}.items()
        }
    values |= {"name": name, "source_row": source_row}
    reading.drafts.append(SiteDraft(place=place, **values))


def _values(table: _Table, row: list[Cell], place: Place, faults: list[Fault]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key in table.mapping.fields:
        if key in _COORDINATES or key in ("name", "company", "category", "management_type"):
            continue
        cell = table.cell(row, key)
        reading = READERS.get(key, read_text)(cell)
        _mention(table, place, key, cell, reading, faults)
        if key == "fee_yuan_m2_month":
            values["fee_min_yuan"], values["fee_max_yuan"] = reading.value or (None, None)
        elif key != "service_star":
            values[key] = reading.value
    values |= _coordinates(table, row, place, faults)
    texts = {
        key: as_text(table.cell(row, key))
        for key in ("company", "category", "management_type", "service_star")
        if key in table.mapping.fields
    }
    managed, mentions = read_management(texts)
    for key, text, reading in mentions:
        _mention(table, place, key, text, reading, faults)
    return values | managed


def _coordinates(
    table: _Table, row: list[Cell], place: Place, faults: list[Fault]
) -> dict[str, float | None]:
    if "coordinates" in table.mapping.fields and "longitude" not in table.mapping.fields:
        key, text = "coordinates", as_text(table.cell(row, "coordinates"))
        parts = text.replace("，", ",").split(",")
    else:
        key = "longitude"
        parts = [str(table.cell(row, one)).strip() for one in ("longitude", "latitude")]
        text = ",".join(parts)
    if not any(parts):
        return {"longitude": None, "latitude": None}
    try:
        longitude, latitude = (float(part) for part in parts)
    except ValueError:
        code = "listing.coordinates_unreadable"
        faults.append(_fault(place, Severity.WARNING, code, table.header(key), text))
        return {"longitude": None, "latitude": None}
    return {"longitude": longitude, "latitude": latitude}


def _mention(  # noqa: PLR0913 - a cell, its place and what was read
    table: _Table,
    place: Place,
    key: str,
    cell: Cell,
    reading: Reading[Any],
    faults: list[Fault],
) -> None:
    if reading.code is None:
        return
    value = reading.value
    read_as = sorted(value) if isinstance(value, frozenset) else value
    fault = _fault(place, reading.severity, reading.code, table.header(key), str(cell))
    fault.facts["read_as"] = read_as
    faults.append(fault)


def _verbatim(table: _Table, row: list[Cell]) -> dict[str, str]:
    return {
        header: as_text(cell)
        for header, cell in zip(table.headers, row, strict=False)
        if header and as_text(cell)
    }


def _fault(
    place: Place, severity: Severity, code: str, column: str | None, value: str
) -> Fault:
    return Fault(severity, code, place.file, place.sheet, place.row, column, value)
