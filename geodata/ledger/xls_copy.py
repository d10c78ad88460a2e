"""Copy an Excel 97 workbook into one that openpyxl can write, with its look."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from geodata.ledger.put import put
from geodata.ledger.xls_book import cell_value, open_book

_SIDES: Final = (
    None,
    *("thin", "medium", "dashed", "dotted", "thick", "double", "hair"),
    *("mediumDashed", "dashDot", "mediumDashDot", "dashDotDot", "mediumDashDotDot", "slantDashDot"),
)
_ACROSS: Final = (
    None,
    "left",
    "center",
    "right",
    "fill",
    "justify",
    "centerContinuous",
    "distributed",
)
_DOWN: Final = ("top", "center", "bottom", "justify", "distributed")
_PATTERN_SOLID: Final = 1
_WIDTH_UNIT: Final = 256
_TWIPS: Final = 20
_BOLD: Final = 600


def copy_xls(file: str, content: bytes) -> Workbook:
    """Return a copy with values, merges, widths, heights, fonts, fills, borders and formats.

    Formulas come as their results, since the old format keeps them compiled.

    Raises:
        DomainError: As `open_xls`.
    """
    old = open_book(file, content)
    book = Workbook()
    book.remove(book.worksheets[0])
    pens = _Pens(old)
    for index in range(old.nsheets):
        sheet = old.sheet_by_index(index)
        written: Any = book.create_sheet(sheet.name)
        written.sheet_state = ("visible", "hidden", "veryHidden")[min(sheet.visibility, 2)]
        _copy_cells(old, sheet, written, pens)
        _copy_layout(sheet, written)
    return book


def _copy_cells(old: Any, sheet: Any, written: Any, pens: _Pens) -> None:  # noqa: ANN401
    for row in range(sheet.nrows):
        for column, cell in enumerate(sheet.row(row)):
            value = cell_value(old, cell)
            target = written.cell(row + 1, column + 1)
            if value != "":
                put(target, value)
            if cell.xf_index is not None and cell.xf_index < len(old.xf_list):
                pens.draw(target, cell.xf_index)


def _copy_layout(sheet: Any, written: Any) -> None:  # noqa: ANN401
    for column, look in sheet.colinfo_map.items():
        size = written.column_dimensions[get_column_letter(column + 1)]
        size.width, size.hidden = look.width / _WIDTH_UNIT, bool(look.hidden)
    for row, look in sheet.rowinfo_map.items():
        size = written.row_dimensions[row + 1]
        size.height, size.hidden = look.height / _TWIPS, bool(look.hidden)
    for first, last, left, right in sheet.merged_cells:
        written.merge_cells(
            start_row=first + 1, end_row=last, start_column=left + 1, end_column=right
        )
    for (row, column), note in sheet.cell_note_map.items():
        _copy_note(written.cell(row + 1, column + 1), note)


def _copy_note(cell: Any, note: Any) -> None:  # noqa: ANN401
    cell.comment = Comment(note.text, note.author or "")


class _Pens:
    """The looks of an old workbook, each translated once.

    Args:
        old: xlrd's workbook.
    """

    def __init__(self, old: Any) -> None:  # noqa: ANN401
        self._old = old
        self._look = cache(self._translated)

    def draw(self, cell: Any, index: int) -> None:  # noqa: ANN401
        """Give a cell the look of an entry of the old table."""
        cell.font, cell.fill, cell.border, cell.alignment, cell.number_format = self._look(index)

    def _translated(self, index: int) -> tuple[Font, PatternFill, Border, Alignment, str]:
        look = self._old.xf_list[index]
        font = self._old.font_list[look.font_index]
        fill = PatternFill()
        if look.background.fill_pattern == _PATTERN_SOLID:
            colour = self._colour(look.background.pattern_colour_index)
            fill = PatternFill("solid", fgColor=colour or "00000000")
        lines = look.border
        border = Border(
            left=self._side(lines.left_line_style),
            right=self._side(lines.right_line_style),
            top=self._side(lines.top_line_style),
            bottom=self._side(lines.bottom_line_style),
        )
        place = look.alignment
        alignment = Alignment(
            horizontal=_ACROSS[place.hor_align] if place.hor_align < len(_ACROSS) else None,
            vertical=_DOWN[place.vert_align] if place.vert_align < len(_DOWN) else None,
            wrap_text=bool(place.text_wrapped),
        )
        shown = Font(
            name=font.name,
            size=font.height / _TWIPS,
            bold=font.weight >= _BOLD,
            italic=bool(font.italic),
            underline="single" if font.underlined else None,
            color=self._colour(font.colour_index),
        )
        pattern = self._old.format_map[look.format_key].format_str
        return shown, fill, border, alignment, pattern

    def _side(self, style: int) -> Side:
        return Side(style=_SIDES[style] if style < len(_SIDES) else None)

    def _colour(self, index: int) -> str | None:
        rgb = self._old.colour_map.get(index)
        return None if rgb is None else "FF{:02X}{:02X}{:02X}".format(*rgb)
