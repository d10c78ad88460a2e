"""The bulletin as a Word document; its numbers are links to the rows behind them."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm

from server.reports.bulletin import Bulletin
from server.reports.official_docx import (
    HEADING,
    SECOND,
    TABLE,
    TITLE,
    OfficialWriter,
    official_document,
    saved,
)


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
    document = official_document(closed_at)
    writer = OfficialWriter(document, f"{address}/snapshots/{snapshot}?ref=")
    writer.paragraph(
        [bulletin.title], font=TITLE, size=SECOND, align=WD_ALIGN_PARAGRAPH.CENTER, indent=0
    )
    writer.paragraph([""])
    writer.paragraph([bulletin.to], indent=0)
    writer.paragraph(bulletin.opening)
    for section in bulletin.sections:
        writer.paragraph([section.heading], font=HEADING)
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
    writer.paragraph(["附件"], font=HEADING, indent=0)
    document.paragraphs[-1].paragraph_format.page_break_before = True
    writer.paragraph(
        ["各镇(街道)覆盖率排名"],
        font=TITLE,
        size=SECOND,
        align=WD_ALIGN_PARAGRAPH.CENTER,
        indent=0,
    )
    writer.table(bulletin.ranking)
    writer.paragraph(["排名规则: 先按覆盖率从高到低, 相同的按还差个数从少到多。"], size=TABLE)
    writer.paragraph([f"抄送: {bulletin.copies}"], size=14.0, indent=0)
    writer.paragraph(
        [f"{bulletin.issuer}                    {day.year}年{day.month}月{day.day}日印发"],
        size=14.0,
        indent=0,
    )
    return saved(document)
