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
from geodata.ledger.coordinates import read_coordinates
from geodata.ledger.duplicates import find_duplicates
from geodata.ledger.listing_management import read_management
from geodata.ledger.listing_tables import ListingTable, open_listing
from geodata.ledger.sheets import Cell
from geodata.ledger.values import READERS, Reading, as_text, read_text

_COORDINATES: Final = ("longitude", "latitude", "coordinates")
_MANAGED: Final[tuple[str, ...]] = ("company", "category", "management_type", "service_star")
_LONGEST_NAME: Final = 200


@dataclass(slots=True)
class ListingReading:
    """What a list says.

    Attributes:
        drafts: Rows that can be taken; ``longitude`` and ``latitude`` still in the file's datum.
        faults: In the order of the file.
        columns: Field by header.
        unknown_columns: Headers that no field answers to.
        headers: Of all columns, by sheet.
        fields: Index of the column by field, by sheet.
        rows: Rows of the file that are not blank.
        repeated: Rows that repeat an earlier one word for word.
        joined: Rows that found their partner in the joined file.
        not_joined: Rows of the joined file that are nobody's partner.
    """

    drafts: list[SiteDraft] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    unknown_columns: list[str] = field(default_factory=list)
    headers: dict[str | None, list[str]] = field(default_factory=dict)
    fields: dict[str | None, dict[str, int]] = field(default_factory=dict)
    rows: int = 0
    repeated: int = 0
    joined: int = 0
    not_joined: int = 0


@dataclass(slots=True)
class _Partner:
    """A row of the joined file."""

    place: Place
    values: dict[str, Any]
    source_row: dict[str, str]
    faults: list[Fault]
    is_taken: bool = False


def read_listing(
    path: Path,
    *,
    overrides: Mapping[str, str] | None = None,
    columns: Mapping[str, int] | None = None,
    join: Path | None = None,
) -> ListingReading:
    """Read a list, and fill what it does not have from a second one with the same codes.

    Args:
        path: CSV or workbook; every sheet with a column of names counts.
        overrides: Header by field, for columns that are not recognised.
        columns: Index by field, instead of what headers tell; see `open_listing`.
        join: A second list; rows are joined by code, and the first file's values win.

    Raises:
        DomainError: As `open_listing`; ``listing.join_code_missing``.
    """
    tables, skipped = open_listing(path, overrides, columns)
    reading = ListingReading(faults=skipped)
    for table in tables:
        reading.headers[table.sheet] = table.headers
        reading.fields[table.sheet] = table.mapping.fields
        reading.columns |= {table.headers[i]: key for key, i in table.mapping.fields.items()}
        reading.unknown_columns += [table.headers[i] for i in table.mapping.unknown]
    reading.unknown_columns = list(dict.fromkeys(reading.unknown_columns))
    partners = _partners(tables, join, reading) if join else {}
    for table in tables:
        for place, row in table.filled_rows():
            reading.rows += 1
            _read_row(table, row, place, reading, partners)
    _tell_of_single(path, partners, reading)
    reading.repeated = find_duplicates(reading.drafts, reading.faults)
    return reading


def _partners(
    tables: list[ListingTable], join: Path, reading: ListingReading
) -> dict[str, _Partner]:
    """Return the rows of the joined file by code."""
    others, skipped = open_listing(join, None)
    reading.faults += skipped
    for table in (*tables, *others):
        if "external_id" not in table.mapping.fields:
            raise DomainError("listing.join_code_missing", file=table.file, columns=table.headers)
    found: dict[str, _Partner] = {}
    for other in others:
        for place, row in other.filled_rows():
            code = as_text(other.cell(row, "external_id"))
            if code in found:
                fault = _fault(place, "listing.join_repeated", other.header("external_id"), code)
                fault.facts["first_row"] = found[code].place.row
                reading.faults.append(fault)
                reading.not_joined += 1
                continue
            faults: list[Fault] = []
            values = read_values(other, row, place, faults)
            found[code] = _Partner(place, values, other.verbatim(row), faults)
    return found


def _tell_of_single(path: Path, partners: Mapping[str, _Partner], reading: ListingReading) -> None:
    for code, partner in partners.items():
        if not partner.is_taken:
            fault = _fault(partner.place, "listing.join_unmatched", None, code)
            fault.facts["list"] = path.name
            reading.faults.append(fault)
            reading.not_joined += 1


def _read_row(
    table: ListingTable,
    row: list[Cell],
    place: Place,
    reading: ListingReading,
    partners: Mapping[str, _Partner],
) -> None:
    name = as_text(table.cell(row, "name"))
    if not name or len(name) > _LONGEST_NAME:
        code = "listing.name_too_long" if name else "listing.name_missing"
        fault = _fault(place, code, table.header("name"), name, Severity.ERROR)
        reading.faults.append(fault)
        return
    values = read_values(table, row, place, reading.faults)
    source_row = table.verbatim(row)
    partner = partners.get(values.get("external_id") or "")
    if partner is not None:
        values = _filled(values, partner.values)
        source_row = _both_rows(source_row, partner)
        if not partner.is_taken:
            reading.joined += 1
            reading.faults += partner.faults
        partner.is_taken = True
    values |= {"name": name, "source_row": source_row}
    reading.drafts.append(SiteDraft(place=place, **values))


def _filled(values: dict[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row's values, those that say nothing taken from its partner."""
    keys = {**dict.fromkeys(others), **values}
    return {
        key: others.get(key) if value in (None, frozenset()) else value
        for key, value in keys.items()
    }


def _both_rows(source_row: dict[str, str], partner: _Partner) -> dict[str, str]:
    """Return the cells of both rows; one that contradicts the first row names its file."""
    others = {
        header if source_row.get(header, cell) == cell else f"{partner.place.file}: {header}": cell
        for header, cell in partner.source_row.items()
    }
    return others | source_row


def read_values(
    table: ListingTable, row: list[Cell], place: Place, faults: list[Fault]
) -> dict[str, Any]:
    """Read the cells of a row, all but its name, as values of `SiteDraft`.

    Args:
        table: The row's.
        row: Its cells.
        place: Where it stands.
        faults: Takes what the report should mention.
    """
    values: dict[str, Any] = {}
    for key in table.mapping.fields:
        if key in (*_COORDINATES, *_MANAGED, "name"):
            continue
        cell = table.cell(row, key)
        reading = READERS.get(key, read_text)(cell)
        _mention(table, place, key, cell, reading, faults)
        if key == "fee_yuan_m2_month":
            values["fee_min_yuan"], values["fee_max_yuan"] = reading.value or (None, None)
        else:
            values[key] = reading.value
    cells = [table.cell(row, key) for key in _COORDINATES]
    position = read_coordinates(*cells)
    key = next((one for one in _COORDINATES if one in table.mapping.fields), "coordinates")
    text = ",".join(filter(None, map(as_text, cells)))
    _mention(table, place, key, text, position, faults)
    values["longitude"], values["latitude"] = position.value or (None, None)
    texts: dict[str, str] = {
        one: as_text(table.cell(row, one)) for one in _MANAGED if one in table.mapping.fields
    }
    managed, mentions = read_management(texts)
    for key, text, managing in mentions:
        _mention(table, place, key, text, managing, faults)
    return values | managed


def _mention(
    table: ListingTable,
    place: Place,
    key: str,
    cell: Cell,
    reading: Reading[Any],
    faults: list[Fault],
) -> None:
    if reading.code is None:
        return
    # Only the official form is strict: a list's cell that says nothing clear costs no row.
    severity = Severity.WARNING if reading.severity is Severity.ERROR else reading.severity
    fault = _fault(place, reading.code, table.header(key), as_text(cell)[:_LONGEST_NAME], severity)
    fault.facts["read_as"] = _shown(reading.value)
    faults.append(fault)


def _shown(value: Any) -> Any:  # noqa: ANN401 - what a field holds
    if isinstance(value, frozenset):
        return sorted(value)
    # A fee that is no range is one number.
    return value[0] if isinstance(value, tuple) and value[0] == value[1] else value


def _fault(
    place: Place,
    code: str,
    column: str | None,
    value: str,
    severity: Severity = Severity.WARNING,
) -> Fault:
    return Fault(severity, code, place.file, place.sheet, place.row, column, value)
