"""Official documents as Word in the layout of GB/T 9704: margins, type, 22 lines a page.

East Asian fonts are named in every run. The same content gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from server.reports.bulletin import Number, Run

BODY: Final = "仿宋_GB2312"
TITLE: Final = "方正小标宋简体"
HEADING: Final = "黑体"
SECOND: Final = 22.0
"""二号, in points."""
TABLE: Final = 12.0
_LATIN: Final = "Times New Roman"
_THIRD: Final = 16.0
_LINE: Final = 28.95
"""Points a line: 22 of them on 225 mm."""
_WIDE: Final = 156.0
_FIRST_COLUMN: Final = 30.0
"""Millimetres of a table, and of its first column."""
_INDENT: Final = 2 * _THIRD
_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)
"""The day that all parts of the archive carry: when it was made is no part of it."""


def official_document(made_at: datetime) -> Any:  # noqa: ANN401 - python-docx's own class
    """Return an empty document of the layout, with a moment as its properties tell it."""
    document: Any = Document()
    _set_up(document, made_at)
    return document


def saved(document: Any) -> bytes:  # noqa: ANN401
    """Return a document as .docx, the same bytes whenever it is made."""
    target = BytesIO()
    document.save(target)
    return _timeless(target.getvalue())


def _set_up(document: Any, made_at: datetime) -> None:  # noqa: ANN401
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(round(_LINE * 20)))
    for old in section._sectPr.findall(qn("w:docGrid")):  # noqa: SLF001 - no public way
        section._sectPr.remove(old)  # noqa: SLF001
    section._sectPr.append(grid)  # noqa: SLF001
    _page_number(section.footer.paragraphs[0])
    properties = document.core_properties
    properties.author = properties.last_modified_by = ""
    moment = made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    properties.created = properties.modified = moment
    properties.revision = 1


def _page_number(paragraph: Any) -> None:  # noqa: ANN401
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        run = paragraph.add_run()
        _fonts(run, "宋体", 14.0)
        if kind is not None:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)  # noqa: SLF001
        else:
            field = OxmlElement("w:instrText")
            field.text = text
            run._r.append(field)  # noqa: SLF001


class OfficialWriter:
    """Writes paragraphs and tables with fonts, and numbers as links."""

    def __init__(self, document: Any, target: str = "") -> None:  # noqa: ANN401
        """Keep the document, and what the links of numbers begin with."""
        self._document = document
        self._target = target

    def paragraph(
        self,
        runs: Sequence[Run],
        *,
        font: str = BODY,
        size: float = _THIRD,
        align: Any = WD_ALIGN_PARAGRAPH.JUSTIFY,  # noqa: ANN401 - an enumeration there
        indent: float = _INDENT,
    ) -> None:
        """Add a paragraph of text and numbers."""
        paragraph = self._document.add_paragraph()
        shape = paragraph.paragraph_format
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(_LINE)
        shape.space_before = shape.space_after = Pt(0)
        shape.keep_with_next = font == HEADING
        paragraph.alignment = align
        if indent and align is WD_ALIGN_PARAGRAPH.JUSTIFY:
            shape.first_line_indent = Pt(indent)
        for one in runs:
            self._run(paragraph, one, font, size)

    def table(self, rows: Sequence[Sequence[Run]]) -> None:
        """Add a table whose first row is its head, repeated on each page."""
        table = self._document.add_table(rows=0, cols=len(rows[0]))
        table.style, table.autofit = "Table Grid", False
        others = (_WIDE - _FIRST_COLUMN) / (len(rows[0]) - 1)
        for at, column in enumerate(table.columns):
            column.width = Mm(others if at else _FIRST_COLUMN)
        for number, row in enumerate(rows):
            for at, (cell, one) in enumerate(zip(table.add_row().cells, row, strict=True)):
                cell.width = Mm(others if at else _FIRST_COLUMN)
                paragraph = cell.paragraphs[0]
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
                # Rows of a table are as high as their text, not as the lines of the page.
                grid = OxmlElement("w:snapToGrid")
                grid.set(qn("w:val"), "0")
                paragraph._p.get_or_add_pPr().append(grid)  # noqa: SLF001
                self._run(paragraph, one, HEADING if not number else BODY, TABLE)
        repeated = OxmlElement("w:tblHeader")
        table.rows[0]._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001

    def _run(self, paragraph: Any, one: Run, font: str, size: float) -> None:  # noqa: ANN401
        run = paragraph.add_run(one.text if isinstance(one, Number) else one)
        _fonts(run, font, size)
        if not isinstance(one, Number):
            return
        target = self._target + one.ref
        link = OxmlElement("w:hyperlink")
        known = paragraph.part.relate_to(target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        link.set(qn("r:id"), known)
        run._r.getparent().replace(run._r, link)  # noqa: SLF001
        link.append(run._r)  # noqa: SLF001


def _fonts(run: Any, font: str, size: float) -> None:  # noqa: ANN401
    run.font.name, run.font.size = _LATIN, Pt(size)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)  # noqa: SLF001


def _timeless(content: bytes) -> bytes:
    """Return an archive with the same parts, in order and without the time of their making."""
    target = BytesIO()
    with ZipFile(BytesIO(content)) as made, ZipFile(target, "w", ZIP_DEFLATED) as kept:
        for name in sorted(made.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            entry = ZipInfo(name, _FIRST_DAY)
            entry.compress_type = ZIP_DEFLATED
            kept.writestr(entry, made.read(name))
    return target.getvalue()
