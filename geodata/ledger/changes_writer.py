"""Write the changes between two days as a workbook: the official columns, and what changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from geodata.domain.site import SiteDraft
from geodata.ledger.form import COLUMNS, TITLE, FormColumn
from geodata.ledger.form_writer import Value, form_value

CHANGES_TITLE: Final = f"{TITLE}变化清单"
_SAMPLE: Final = "(示例数据)"
_MORE: Final = (("变化", 18.0), ("变化内容", 60.0))
_A3: Final = 8
_HEADER_ROW: Final = 3


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """One site: its row of the ledger, what became of it, and the values that changed."""

    draft: SiteDraft
    kinds: str
    what: str


def write_changes(
    rows: Iterable[ChangedRow],
    path: Path,
    *,
    unit: str,
    day_from: date,
    day_to: date,
    is_sample: bool = False,
) -> None:
    """Write the list of changes; no text can become a formula whatever it begins with.

    Args:
        rows: In the order of the list; the row of a site that left is its last one.
        path: Where to write; an existing file is replaced.
        unit: Whose ledger it is.
        day_from: The earlier day.
        day_to: The later day.
        is_sample: Mark the title 示例数据.
    """
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet("变化清单")  # the stubs lack most of a write-only sheet
    headers = [(_header(one), one.width) for one in COLUMNS] + list(_MORE)
    for index, (_, width) in enumerate(headers, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{_HEADER_ROW}:{_HEADER_ROW}"
    sheet.freeze_panes = f"E{_HEADER_ROW + 1}"
    sheet.append(_cells(sheet, [CHANGES_TITLE + (_SAMPLE if is_sample else "")], size=18))
    period = f"{day_from.isoformat()} 至 {day_to.isoformat()}"
    sheet.append(_cells(sheet, [f"单位:{unit}    期间:{period}"]))
    sheet.append(_cells(sheet, [name for name, _ in headers], bold=True))
    for number, row in enumerate(rows, start=1):
        values = [form_value(column, row.draft, number) for column in COLUMNS]
        sheet.append(_cells(sheet, [*values, row.kinds, row.what]))
    book.save(path)


def _header(column: FormColumn) -> str:
    return column.header if column.option is None else f"{column.header}\n{column.option}"


def _cells(
    sheet: Any,  # noqa: ANN401 - see `write_changes`
    values: Iterable[Value],
    *,
    bold: bool = False,
    size: int | None = None,
) -> list[Any]:
    cells = []
    for value in values:
        cell = WriteOnlyCell(sheet, value)
        if isinstance(value, str):
            cell.data_type, cell.number_format = "s", "@"
        if bold or size:
            cell.font = Font(bold=True, size=size or 11)
            cell.alignment = Alignment(horizontal="center" if bold else None, wrap_text=bold)
        cells.append(cell)
    return cells
