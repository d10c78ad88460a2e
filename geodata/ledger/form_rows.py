"""Read one row of the official form, and check it by the rules of the notes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from geodata.domain.category import Category
from geodata.domain.errors import Fault, Severity
from geodata.domain.ledger_rules import LONGEST_NAME, breaches
from geodata.domain.management import ManagementType
from geodata.domain.site import Place, ServiceStar, SiteDraft
from geodata.domain.vocabulary import words
from geodata.ledger.form import FILLED_DOWN, NOTHING
from geodata.ledger.form_header import FormHeader
from geodata.ledger.sheets import Cell, OpenSheet, Range
from geodata.ledger.symbols import is_drawn_tick, may_be_drawn_tick
from geodata.ledger.values import READERS, TICKS, Reading, as_text, read_text, read_tick
from geodata.ledger.xlsx_sheet import cell_name

_FEE: Final = "fee_yuan_m2_month"


class FilledDown:
    """A column where an empty cell means the cell above, since clerks merge them.

    Args:
        column: The column from 0.
        from_row: The first row of data.
        merges: Merged ranges of the sheet.
    """

    def __init__(self, column: int, from_row: int, merges: Iterable[Range]) -> None:
        self.column = column
        self._ends = {
            first: last
            for first, left, last, right in merges
            if left <= column <= right and last > first >= from_row
        }
        self._merged_until = -1
        self._is_told = False
        self.above: Cell = ""

    def forget(self) -> None:
        """Start anew: what stood above belongs to another town."""
        self.above = ""

    def read(self, row: int, cell: Cell) -> tuple[Cell, bool]:
        """Return what an empty or filled cell means, and whether that is doubtful.

        Doubtful is an empty cell outside of any merge in a column that has merges; it is
        told once for each run of such cells.
        """
        self._merged_until = max(self._merged_until, self._ends.get(row, -1))
        if cell != "" and as_text(cell):
            self.above, self._is_told = cell, False
            return cell, False
        is_open = bool(self._ends) and row > self._merged_until and self.above != ""
        is_doubtful, self._is_told = is_open and not self._is_told, self._is_told or is_open
        return self.above, is_doubtful


@dataclass(slots=True)
class RowReader:
    """Reads the rows of one sheet.

    Attributes:
        file: The file's name, for places.
        sheet: The sheet.
        header: Its header.
        faults: Takes what is wrong.
    """

    file: str
    sheet: OpenSheet
    header: FormHeader
    faults: list[Fault]
    filled: dict[str, FilledDown] = field(init=False)
    readers: list[tuple[str, int, Callable[[Cell], Reading[Any]]]] = field(init=False)
    number: int = 0
    has_error: bool = False

    def __post_init__(self) -> None:
        """Look up once what each row needs."""
        plain = self.header.plain
        self.filled = {
            key: FilledDown(plain[key], self.header.first_data_row, self.sheet.merges or ())
            for key in FILLED_DOWN
            if key in plain
        }
        self.readers = [
            (key, index, READERS.get(key, read_text))
            for key, index in plain.items()
            if key != "name" and (key in SiteDraft.__slots__ or key == _FEE)
        ]

    def read(self, number: int, row: Sequence[Cell]) -> SiteDraft | None:
        """Return the site of a row, ``None`` where it has no name; `has_error` tells of others.

        Args:
            number: Of the row, from 0.
            row: Its cells.
        """
        self.number, self.has_error = number, False
        values = self._plain(row)
        values["name"] = self._name(row)
        values |= self._ticked(row)
        if values["name"] is None:
            return None
        draft = SiteDraft(place=Place(self.file, self.sheet.name, number + 1), **values)
        self._check(draft)
        return draft

    def pass_by(self, number: int, row: Sequence[Cell]) -> None:
        """Take in the place that a row without a site names: it may stand for the rows below."""
        for key, column in self.filled.items():
            self._stand_for(key, number, row[column.column] if column.column < len(row) else "")

    def _name(self, row: Sequence[Cell]) -> str | None:
        index = self.header.plain["name"]
        if self._is_broken(index):
            return None
        cell = row[index] if index < len(row) else ""
        name = as_text(cell)
        if name and len(name) <= LONGEST_NAME:
            if not isinstance(cell, str):
                reading = read_text(cell)
                if reading.code is not None:
                    self._fault_at(reading.severity, reading.code, index, name, read_as=name)
            return name
        code = "listing.name_too_long" if name else "listing.name_missing"
        self._fault_at(Severity.ERROR, code, index, name)
        return None

    def _plain(self, row: Sequence[Cell]) -> dict[str, Any]:
        width = len(row)
        values: dict[str, Any] = {}
        for key, index, read in self.readers:
            cell = row[index] if index < width else ""
            if key in self.filled:
                cell = self._fill(key, cell)
            if cell == "" or (cell == NOTHING and key in self.filled):
                values[key] = None
                if self.number in self.sheet.broken:
                    self._is_broken(index)
                continue
            reading = read(cell)
            values[key] = reading.value
            if reading.code is not None:
                severity = reading.severity
                if reading.value is None and severity is Severity.WARNING:
                    # The form empties what it leaves empty: what nobody can read is not empty.
                    severity = Severity.ERROR
                shown = as_text(cell)
                self._fault_at(severity, reading.code, index, shown, read_as=reading.value)
        fee = values.pop(_FEE, None)
        values["fee_min_yuan"], values["fee_max_yuan"] = fee or (None, None)
        return values

    def _fill(self, key: str, cell: Cell) -> Cell:
        value, is_doubtful = self._stand_for(key, self.number, cell)
        if is_doubtful:
            index, shown = self.filled[key].column, as_text(value)
            self._fault_at(Severity.WARNING, "ledger.filled_down", index, "", read_as=shown)
        return value

    def _stand_for(self, key: str, number: int, cell: Cell) -> tuple[Cell, bool]:
        if key == "town" and cell not in {"", self.filled[key].above}:
            below = self.filled.get("neighbourhood")
            if below is not None:
                below.forget()
        return self.filled[key].read(number, cell)

    def _ticked(self, row: Sequence[Cell]) -> dict[str, Any]:
        """Read the three groups of columns to tick."""
        found = {
            group: [key for key, index in columns.items() if self._is_ticked(row, index)]
            for group, columns in self.header.ticks.items()
        }
        category, star = found["category"], found["service_star"]
        if len(category) != 1:
            self._fault(
                Severity.ERROR, "ledger.category_count", "category", _labels("category", category)
            )
        if len(star) > 1:
            shown = _labels("service_star", star)
            self._fault(Severity.ERROR, "ledger.star_count", "service_star", shown)
        return {
            "category": Category(category[0]) if len(category) == 1 else None,
            "service_star": ServiceStar(star[0]) if len(star) == 1 else None,
            "ticked_types": frozenset(ManagementType(one) for one in found["management_type"]),
        }

    def _is_ticked(self, row: Sequence[Cell], index: int) -> bool:
        cell = row[index] if index < len(row) else ""
        if cell == "":
            if self.number in self.sheet.broken:
                self._is_broken(index)
            return False
        if isinstance(cell, str) and cell in TICKS:
            return True
        if isinstance(cell, str) and may_be_drawn_tick(cell):
            if is_drawn_tick(cell, self.sheet.fonts(self.number, index)):
                return True
            self._fault_at(Severity.ERROR, "value.not_a_tick", index, cell.strip())
            return False
        reading = read_tick(cell)
        if reading.code is not None:
            self._fault_at(reading.severity, reading.code, index, as_text(cell))
        return bool(reading.value)

    def _check(self, draft: SiteDraft) -> None:
        """Check the rules that look at more than one cell (LEDGER form, notes 1-3)."""
        for one in breaches(draft):
            if one.severity is Severity.WARNING and self.header.column_of(one.field) is None:
                continue  # a form without the column is silent about it
            value = one.value
            if one.code == "ledger.none_excludes":
                value = _labels("management_type", [kind.value for kind in draft.ticked_types])
            self._fault(one.severity, one.code, one.field, value)

    def _is_broken(self, index: int) -> bool:
        """Note a cell that holds an error, or a formula that nobody has calculated."""
        shown = self.sheet.broken.get(self.number, {}).get(index)
        if shown is None:
            return False
        code = "value.error_cell" if shown else "value.not_calculated"
        self._fault_at(Severity.ERROR, code, index, shown)
        return True

    def _fault(self, severity: Severity, code: str, key: str, value: str) -> None:
        """Note a fault in a field's column, or in a group of columns to tick."""
        index = self.header.column_of(key)
        shown = words("field")[key].zh
        if index is not None and key in self.header.plain:
            shown = self.header.shown[index]
        self._note(severity, code, index, shown, value, {})

    def _fault_at(
        self, severity: Severity, code: str, index: int, value: str, **facts: object
    ) -> None:
        """Note a fault in a column by its place."""
        self._note(severity, code, index, self.header.shown[index], value, facts)

    def _note(
        self,
        severity: Severity,
        code: str,
        index: int | None,
        column: str,
        value: str,
        facts: dict[str, object],
    ) -> None:
        self.has_error = self.has_error or severity is Severity.ERROR
        cell = None if index is None else cell_name(self.number, index)
        self.faults.append(
            Fault(
                severity,
                code,
                self.file,
                self.sheet.name,
                self.number + 1,
                column,
                value,
                facts,
                cell,
            )
        )


def _labels(group: str, keys: Sequence[str]) -> str:
    return "、".join(word.zh for key, word in words(group).items() if key in keys)
