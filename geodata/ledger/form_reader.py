"""Read the official form as people return it, and check each row by the notes' rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Final

from geodata.domain.errors import DomainError, Fault, Severity
from geodata.domain.site import SiteDraft
from geodata.ledger.form import COLUMNS
from geodata.ledger.form_header import (
    HEADER_HEIGHTS,
    HEADER_WITHIN_ROWS,
    FormHeader,
    find_header,
    is_foot,
)
from geodata.ledger.form_rows import RowReader
from geodata.ledger.report_sheet import REPORT_SHEET
from geodata.ledger.sheets import Cell, OpenSheet
from geodata.ledger.signature import Signature, read_signature
from geodata.ledger.tables import open_table

_NEEDED: Final = ("name", "category", "management_type")
_TOP: Final = HEADER_WITHIN_ROWS + max(HEADER_HEIGHTS)
_STEPS: Final = 100
_OPENED: Final = 0.25
"""The share of the time that goes by before the first row."""

Progress = Callable[[float], None]


@dataclass(slots=True)
class FormReading:
    """What a workbook of the form says.

    Attributes:
        drafts: Rows without errors.
        faulty: Rows with errors that have a name: they are there, though they cannot be taken.
        columns: Index of the column by field, for each of the sheets.
        faults: In the order of the workbook, each with the name of its cell.
        sheets: Names of the sheets that hold the form.
        stated: Fields of `SiteDraft` that every sheet has a column for: only there does an
            empty cell say that there is nothing.
        signatures: What each of these sheets states once (S41).
        rows: How many rows of sites there are, those with errors included.
    """

    drafts: list[SiteDraft] = field(default_factory=list)
    faulty: list[SiteDraft] = field(default_factory=list)
    columns: dict[str | None, dict[str, int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    stated: frozenset[str] = frozenset(SiteDraft.__slots__)
    signatures: list[Signature] = field(default_factory=list)
    rows: int = 0


def read_form(path: Path, *, progress: Progress | None = None) -> FormReading:
    """Read every sheet of a workbook that holds the form.

    Hidden rows and columns are read like others; a hidden sheet is read and mentioned.

    Args:
        path: The file.
        progress: Told the share that is done, 0 to 1, about a hundred times at most.

    Raises:
        DomainError: As `open_table`; ``ledger.header_missing`` when no sheet holds the form.
    """
    reading = FormReading()
    steps = _Steps(progress)
    sheets = [sheet for sheet in open_table(path) if sheet.name != REPORT_SHEET]
    steps.start(sum(sheet.height for sheet in sheets))
    for sheet in sheets:
        rows = steps.count(sheet.rows())
        top = list(islice(rows, _TOP))
        header = find_header(top, sheet.merges or ())
        if header is not None:
            _read_sheet(path.name, sheet, header, chain(top, rows), reading)
        elif any(cell != "" for row in top for cell in row):
            code = "ledger.sheet_without_form"
            reading.faults.append(
                Fault(Severity.NOTE, code, path.name, sheet.name, value=sheet.name)
            )
    if not reading.sheets:
        needed = [column.header for column in COLUMNS if column.field in _NEEDED]
        raise DomainError(
            "ledger.header_missing", file=path.name, needed=list(dict.fromkeys(needed))
        )
    steps.finish()
    return reading


def _read_sheet(
    file: str,
    sheet: OpenSheet,
    header: FormHeader,
    rows: Iterator[list[Cell]],
    reading: FormReading,
) -> None:
    reading.sheets.append(sheet.name or "")
    reading.stated &= header.fields()
    reading.columns[sheet.name] = header.plain
    if sheet.is_hidden:
        code = "ledger.hidden_sheet"
        reading.faults.append(Fault(Severity.NOTE, code, file, sheet.name, value=sheet.name))
    reader = RowReader(file, sheet, header, reading.faults)
    above = list(islice(rows, header.first_data_row))
    below: list[Sequence[Cell]] = []
    for number, row in enumerate(rows, start=header.first_data_row):
        if not any(row) and number not in sheet.broken:
            continue
        if not header.holds_site(row):
            if is_foot(row):
                below.append(row)
            continue
        if header.says_nothing(row) and number not in sheet.broken:
            reader.pass_by(number, row)
            continue
        reading.rows += 1
        draft = reader.read(number, row)
        if draft is not None:
            (reading.faulty if reader.has_error else reading.drafts).append(draft)
    reading.signatures.append(read_signature(sheet.name, above, below))


class _Steps:
    """Tells how far a reading has come."""

    def __init__(self, progress: Progress | None) -> None:
        self._tell = progress or (lambda _: None)
        self._all, self._done, self._every = 1, 0, 1
        self._tell(0.0)

    def start(self, rows: int) -> None:
        """Say how many rows will be read."""
        self._all, self._every = max(rows, 1), max(rows // _STEPS, 1)
        self._tell(_OPENED)

    def count(self, rows: Iterator[list[Cell]]) -> Iterator[list[Cell]]:
        """Yield rows, and tell now and then how many there were."""
        for row in rows:
            self._done += 1
            if self._done % self._every == 0:
                self._tell(min(1.0, _OPENED + (1 - _OPENED) * self._done / self._all))
            yield row

    def finish(self) -> None:
        """Say that nothing is left."""
        self._tell(1.0)
