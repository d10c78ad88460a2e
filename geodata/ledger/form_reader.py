"""Read the official form as people return it, and check each row by the notes' rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from geodata.domain.category import Category
from geodata.domain.errors import DomainError, Fault, Severity
from geodata.domain.management import ManagementType, are_consistent
from geodata.domain.site import Place, ServiceStar, SiteDraft
from geodata.domain.vocabulary import lookup, squeeze
from geodata.ledger.form import COLUMNS, FILLED_DOWN, TOTAL
from geodata.ledger.tables import Cell, Sheet, read_table
from geodata.ledger.values import READERS, Reading, as_text, read_text, read_tick

_HEADER_WITHIN_ROWS: Final = 10
_NEEDED: Final = ("name", "category", "management_type")
_ENDS: Final = ("填写人", "备注:", "备注：", "负责人:")
_SUBTOTALS: Final = (TOTAL, "小计", "总计")
_GROUPS: Final[dict[str, type[Any]]] = {
    "category": Category,
    "management_type": ManagementType,
    "service_star": ServiceStar,
}
_LONGEST_NAME: Final = 60
_SPREAD: Final = {
    "fee_yuan_m2_month": ("fee_min_yuan", "fee_max_yuan"),
    "management_type": ("ticked_types",),
}
"""Fields that one column of the form fills."""


@dataclass(slots=True)
class FormReading:
    """What a workbook of the form says.

    Attributes:
        drafts: Rows without errors.
        faults: In the order of the workbook.
        sheets: Names of the sheets that hold the form.
        stated: Fields of `SiteDraft` that every sheet has a column for: only there does an
            empty cell say that there is nothing.
    """

    drafts: list[SiteDraft] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    stated: frozenset[str] = frozenset(SiteDraft.__slots__)


@dataclass(frozen=True, slots=True)
class _Header:
    """Where the columns of one sheet are: plain fields, and ticks by group and key."""

    first_data_row: int
    plain: dict[str, int]
    ticks: dict[str, dict[str, int]]
    shown: list[str]

    def fields(self) -> frozenset[str]:
        """Return the fields of `SiteDraft` that the sheet has a column for."""
        found = {*self.plain, *(group for group, columns in self.ticks.items() if columns)}
        for column, fields in _SPREAD.items():
            found |= set(fields) if column in found else set()
        return frozenset(found)

    def says_nothing(self, row: Sequence[Cell]) -> bool:
        """Tell whether a row holds no more than its number and its place."""
        plain = [index for key, index in self.plain.items() if key not in FILLED_DOWN]
        ticks = [index for columns in self.ticks.values() for index in columns.values()]
        return not any(as_text(row[i]) for i in (*plain, *ticks) if i < len(row))


def read_form(path: Path) -> FormReading:
    """Read every sheet of a workbook that holds the form.

    Raises:
        DomainError: As `read_table`; ``ledger.header_missing`` when no sheet holds the form.
    """
    reading = FormReading()
    for sheet in read_table(path):
        header = _find_header(sheet)
        if header is not None:
            reading.sheets.append(sheet.name or "")
            reading.stated &= header.fields()
            _read_sheet(path.name, sheet, header, reading)
    if not reading.sheets:
        needed = [column.header for column in COLUMNS if column.field in _NEEDED]
        raise DomainError(
            "ledger.header_missing", file=path.name, needed=list(dict.fromkeys(needed))
        )
    return reading


def _find_header(sheet: Sheet) -> _Header | None:
    for top in range(min(_HEADER_WITHIN_ROWS, len(sheet.rows) - 1)):
        upper, lower = sheet.rows[top], sheet.rows[top + 1]
        plain, ticks = _columns(upper, lower)
        if "name" in plain and ticks["category"] and ticks["management_type"]:
            shown = [
                as_text(lower[i]) if i < len(lower) and as_text(lower[i]) else as_text(cell)
                for i, cell in enumerate(upper)
            ]
            return _Header(top + 2, plain, ticks, shown)
    return None


def _columns(
    upper: Sequence[Cell], lower: Sequence[Cell]
) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    fields = lookup("field")
    plain: dict[str, int] = {}
    ticks: dict[str, dict[str, int]] = {group: {} for group in _GROUPS}
    group: str | None = None
    for index, cell in enumerate(upper):
        key = fields.get(squeeze(as_text(cell)))
        option = squeeze(as_text(lower[index])) if index < len(lower) else ""
        if as_text(cell):
            group = key if key in _GROUPS else None
        if group is not None:
            value = lookup(group).get(option)
            if value is not None:
                ticks[group][value] = index
        elif key is not None:
            plain.setdefault(key, index)
    return plain, ticks


def _read_sheet(file: str, sheet: Sheet, header: _Header, reading: FormReading) -> None:
    above: dict[str, Cell] = {}
    for index in range(header.first_data_row, len(sheet.rows)):
        row = sheet.rows[index]
        first = next((text for text in map(as_text, row) if text), "")
        if first.startswith(_ENDS):
            break
        if not first or squeeze(first) in _SUBTOTALS:
            continue
        cells = {key: row[i] if i < len(row) else "" for key, i in header.plain.items()}
        for key in FILLED_DOWN:
            if as_text(cells.get(key, "")):
                above[key] = cells[key]
            cells[key] = above.get(key, "")
        if squeeze(as_text(cells["name"])) in _SUBTOTALS or header.says_nothing(row):
            continue
        _Row(Place(file, sheet.name, index + 1), header, row, cells, reading).read()


@dataclass(slots=True)
class _Row:
    """One row while it is read."""

    place: Place
    header: _Header
    row: list[Cell]
    cells: dict[str, Cell]
    reading: FormReading
    has_error: bool = False

    def read(self) -> None:
        """Add the row to the reading, or what keeps it out."""
        name = as_text(self.cells["name"])
        if not name or len(name) > _LONGEST_NAME:
            code = "listing.name_too_long" if name else "listing.name_missing"
            self.fault(Severity.ERROR, code, "name", name)
            return
        values: dict[str, Any] = {"name": name}
        for key in self.header.plain:
            if (key != "name" and key in SiteDraft.__slots__) or key == "fee_yuan_m2_month":
                values[key] = self.plain(key)
        fee = values.pop("fee_yuan_m2_month", None)
        values["fee_min_yuan"], values["fee_max_yuan"] = fee or (None, None)
        values |= self.ticked()
        draft = SiteDraft(place=self.place, **values)
        self.check(draft)
        if not self.has_error:
            self.reading.drafts.append(draft)

    def plain(self, key: str) -> Any:  # noqa: ANN401 - what a field holds
        """Read one cell."""
        cell = self.cells[key]
        reading: Reading[Any] = READERS.get(key, read_text)(cell)
        if reading.code is not None:
            self.fault(reading.severity, reading.code, key, as_text(cell), read_as=reading.value)
        return reading.value

    def ticked(self) -> dict[str, Any]:
        """Read the three groups of columns to tick."""
        found: dict[str, list[str]] = {}
        for group, columns in self.header.ticks.items():
            found[group] = []
            for key, index in columns.items():
                cell = self.row[index] if index < len(self.row) else ""
                reading = read_tick(cell)
                if reading.code is not None:
                    self.fault_at(Severity.ERROR, reading.code, index, as_text(cell))
                if reading.value:
                    found[group].append(key)
        category, star = found["category"], found["service_star"]
        if len(category) != 1:
            self.fault(Severity.ERROR, "ledger.category_count", "category", "、".join(category))
        if len(star) > 1:
            self.fault(Severity.ERROR, "ledger.star_count", "service_star", "、".join(star))
        return {
            "category": Category(category[0]) if len(category) == 1 else None,
            "service_star": ServiceStar(star[0]) if len(star) == 1 else None,
            "ticked_types": frozenset(ManagementType(one) for one in found["management_type"]),
        }

    def check(self, draft: SiteDraft) -> None:
        """Check the rules that look at more than one cell (LEDGER form, notes 1-3)."""
        types = draft.ticked_types
        if not types:
            self.fault(Severity.WARNING, "ledger.management_missing", "management_type", "")
        if not are_consistent(types, subsidised=False):
            self.fault(Severity.ERROR, "ledger.none_excludes", "management_type", "")
        elif not are_consistent(types, subsidised=bool(draft.subsidised)):
            self.fault(Severity.ERROR, "ledger.none_subsidised", "subsidised", "是")
        if ManagementType.PROFESSIONAL in types and draft.service_star is None:
            self.fault(Severity.WARNING, "ledger.star_missing", "service_star", "")
        if draft.category is Category.STANDALONE_BUILDING and draft.buildings not in (None, 1):
            self.fault(
                Severity.ERROR, "ledger.standalone_buildings", "buildings", str(draft.buildings)
            )
        households = draft.households
        if households is not None and (draft.occupied_households or 0) > households:
            value = str(draft.occupied_households)
            self.fault(Severity.ERROR, "ledger.occupied_exceeds", "occupied_households", value)

    def fault(self, severity: Severity, code: str, key: str, value: str, **facts: object) -> None:
        """Note a fault in a field's column."""
        index = self.header.plain.get(key)
        header = next((one.header for one in COLUMNS if one.field == key), key)
        shown = header if index is None else self.header.shown[index]
        self.note(severity, code, shown, value, facts)

    def fault_at(self, severity: Severity, code: str, index: int, value: str) -> None:
        """Note a fault in a column by its place."""
        self.note(severity, code, self.header.shown[index], value, {})

    def note(
        self, severity: Severity, code: str, column: str, value: str, facts: dict[str, object]
    ) -> None:
        """Add a fault to the reading."""
        self.has_error = self.has_error or severity is Severity.ERROR
        place = self.place
        self.reading.faults.append(
            Fault(severity, code, place.file, place.sheet, place.row, column, value, facts)
        )
