"""The bulletin as a Word document in the layout of GB/T 9704: margins, type, 22 lines a page.

East Asian fonts are named in every run, numbers are links to the rows behind them. The same
snapshot gives the same bytes.
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

from server.reports.bulletin import Bulletin, Number, Run

_BODY: Final = "仿宋_GB2312"
_TITLE: Final = "方正小标宋简体"
_HEADING: Final = "黑体"
_LATIN: Final = "Times New Roman"
_THIRD: Final = 16.0
"""三号, in points."""
_SECOND: Final = 22.0
_TABLE: Final = 12.0
_LINE: Final = 28.95
"""Points a line: 22 of them on 225 mm."""
_WIDE: Final = 156.0
_FIRST_COLUMN: Final = 30.0
"""Millimetres of a table, and of its first column."""
_INDENT: Final = 2 * _THIRD
_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)
"""The day that all parts of the archive carry: when it was made is no part of it."""


def bulletin_docx(
    bulletin: Bulletin, *, address: str, snapshot: int, picture: bytes | None, closed_at: datetime
) -> bytes:
    """Return a bulletin as .docx.

    Args:
        bulletin: What it says.
        address: Of the server, for the links of numbers.
        snapshot: Whose rows they open.
        picture: Map of the towns as PNG, ``None`` for none.
        closed_at: When the month was closed, for the document's properties.
    """
    document: Any = Document()
    writer = _Writer(document, f"{address}/snapshots/{snapshot}?ref=")
    _set_up(document, closed_at)
    writer.paragraph(
        [bulletin.title], font=_TITLE, size=_SECOND, align=WD_ALIGN_PARAGRAPH.CENTER, indent=0
    )
    writer.paragraph([""])
    writer.paragraph([bulletin.to], indent=0)
    writer.paragraph(bulletin.opening)
    for section in bulletin.sections:
        writer.paragraph([section.heading], font=_HEADING)
        for one in section.paragraphs:
            writer.paragraph(one)
        if section.rows:
            writer.table([section.header, *section.rows])
    if picture is not None:
        document.add_picture(BytesIO(picture), width=Mm(150))
        document.paragraphs[-1].alignment = WD_ALIGN_PARAGRAPH.CENTER
    writer.paragraph(["附件: 各镇(街道)覆盖率排名"])
    writer.paragraph([bulletin.issuer], align=WD_ALIGN_PARAGRAPH.RIGHT)
    day = bulletin.issued_on
    writer.paragraph([f"{day.year}年{day.month}月{day.day}日"], align=WD_ALIGN_PARAGRAPH.RIGHT)
    writer.paragraph(["附件"], font=_HEADING, indent=0)
    document.paragraphs[-1].paragraph_format.page_break_before = True
    writer.paragraph(
        ["各镇(街道)覆盖率排名"],
        font=_TITLE,
        size=_SECOND,
        align=WD_ALIGN_PARAGRAPH.CENTER,
        indent=0,
    )
    writer.table(bulletin.ranking)
    writer.paragraph(["排名规则: 先按覆盖率从高到低, 相同的按还差个数从少到多。"], size=_TABLE)
    writer.paragraph([f"抄送: {bulletin.copies}"], size=14.0, indent=0)
    writer.paragraph(
        [f"{bulletin.issuer}                    {day.year}年{day.month}月{day.day}日印发"],
        size=14.0,
        indent=0,
    )
    target = BytesIO()
    document.save(target)
    return _timeless(target.getvalue())


def _set_up(document: Any, closed_at: datetime) -> None:  # noqa: ANN401 - python-docx's own class
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
    moment = closed_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
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


class _Writer:
    """Writes paragraphs and tables with fonts, and numbers as links."""

    def __init__(self, document: Any, target: str) -> None:  # noqa: ANN401
        self._document = document
        self._target = target

    def paragraph(
        self,
        runs: Sequence[Run],
        *,
        font: str = _BODY,
        size: float = _THIRD,
        align: Any = WD_ALIGN_PARAGRAPH.JUSTIFY,  # noqa: ANN401 - an enumeration there
        indent: float = _INDENT,
    ) -> None:
        paragraph = self._document.add_paragraph()
        shape = paragraph.paragraph_format
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(_LINE)
        shape.space_before = shape.space_after = Pt(0)
        shape.keep_with_next = font == _HEADING
        paragraph.alignment = align
        if indent and align is WD_ALIGN_PARAGRAPH.JUSTIFY:
            shape.first_line_indent = Pt(indent)
        for one in runs:
            self._run(paragraph, one, font, size)

    def table(self, rows: Sequence[Sequence[Run]]) -> None:
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
                self._run(paragraph, one, _HEADING if not number else _BODY, _TABLE)
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
