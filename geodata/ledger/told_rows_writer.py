"""Write rows of the ledger with something told of each: the official columns, and more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from geodata.domain.site import SiteDraft
from geodata.ledger.form import COLUMNS, FormColumn
from geodata.ledger.form_writer import Value, form_value

_SAMPLE: Final = "(示例数据)"
_A3: Final = 8
_HEADER_ROW: Final = 3


@dataclass(frozen=True, slots=True)
class ToldRow:
    """One row of the ledger, and what is told of it in the further columns."""

    draft: SiteDraft
    told: Sequence[Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldSheet:
    """What a sheet is called and says.

    Attributes:
        name: Of the sheet.
        title: Above the rows.
        line: Under the title: whose it is, and of when.
        more: Header and width, in characters, of each column after the official ones.
        is_sample: Mark the title 示例数据.
    """

    name: str
    title: str
    line: str
    more: Sequence[tuple[str, float]]
    is_sample: bool = False


def write_told_rows(rows: Iterable[ToldRow], path: Path, wanted: ToldSheet) -> None:
    """Write the rows as a workbook; no text can become a formula whatever it begins with.

    Args:
        rows: In the order of the list.
        path: Where to write; an existing file is replaced.
        wanted: What it says.
    """
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(wanted.name)  # the stubs lack most of a write-only sheet
    headers = [(_header(one), one.width) for one in COLUMNS] + list(wanted.more)
    for index, (_, width) in enumerate(headers, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{_HEADER_ROW}:{_HEADER_ROW}"
    sheet.freeze_panes = f"E{_HEADER_ROW + 1}"
    title = wanted.title + (_SAMPLE if wanted.is_sample else "")
    sheet.append(_cells(sheet, [title], size=18))
    sheet.append(_cells(sheet, [wanted.line]))
    sheet.append(_cells(sheet, [name for name, _ in headers], bold=True))
    for number, row in enumerate(rows, start=1):
        values = [form_value(column, row.draft, number) for column in COLUMNS]
        sheet.append(_cells(sheet, [*values, *row.told]))
    book.save(path)


def _header(column: FormColumn) -> str:
    return column.header if column.option is None else f"{column.header}\n{column.option}"


def _cells(
    sheet: Any,  # noqa: ANN401 - see `write_told_rows`
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
