"""A town's monthly report to stamp and to keep: Word in the official layout, and a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from docx.enum.text import WD_ALIGN_PARAGRAPH

from geodata.domain.monthly import FIGURES, NARRATIVES
from geodata.domain.vocabulary import Language
from geodata.ledger.list_writer import Value, write_list
from server.i18n import fill, word
from server.reports.official_docx import (
    HEADING,
    SECOND,
    TITLE,
    OfficialWriter,
    official_document,
    saved,
)

_ORDINALS: Final = ("一", "二", "三", "四")
_OFFICIAL: Final = "zh"
"""What is stamped is written in Chinese, whoever asks for it."""


def copy_title(report: Mapping[str, Any], language: Language = _OFFICIAL) -> str:
    """Return what a copy is called, also as a file."""
    year, month = report["month"].split("-")
    facts = {"name": report["name"], "year": year, "number": int(month), "month": report["month"]}
    return fill(word("reports.copy_title", language), facts)


def report_docx(report: Mapping[str, Any], made_at: datetime) -> bytes:
    """Return a report as .docx; made again of the same report it is the same.

    Args:
        report: As `GET /api/monthly-reports/{month}/{town}` tells it.
        made_at: When it was sent, or is written, for the document's properties.
    """
    document = official_document(made_at)
    writer = OfficialWriter(document)
    centred, right = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
    writer.paragraph([copy_title(report)], font=TITLE, size=SECOND, align=centred, indent=0)
    writer.paragraph([""])
    writer.paragraph([f"{_ORDINALS[0]}、{_said('copy_figures')}"], font=HEADING)
    head = [_said(f"copy_{one}") for one in ("figure", "now", "change")]
    writer.table([head, *([label, str(now), change] for label, now, change in _figures(report))])
    for ordinal, name in zip(_ORDINALS[1:], NARRATIVES, strict=True):
        writer.paragraph([f"{ordinal}、{_said(f'narrative_{name}')}"], font=HEADING)
        for line in (report["narrative"][name] or _said("copy_blank")).splitlines():
            writer.paragraph([line])
    writer.paragraph([""])
    for key in ("copy_unit", "copy_people"):
        writer.paragraph([fill(_said(key), {"name": report["name"]})], indent=0)
    writer.paragraph([_day(report["submitted_at"])], align=right)
    return saved(document)


def report_workbook(report: Mapping[str, Any], path: Path) -> None:
    """Write a report as a workbook: figures with their change, then what the town says."""
    rows: list[list[Value]] = [list(one) for one in _figures(report)]
    rows += [
        [_said(f"narrative_{name}"), report["narrative"][name] or None, None] for name in NARRATIVES
    ]
    rows.append([_said("copy_sent"), _day(report["submitted_at"]), None])
    head = [_said(f"copy_{one}") for one in ("figure", "now", "change")]
    write_list(path, f"{report['month']} {report['name']}"[:31], head, rows)


def _figures(report: Mapping[str, Any]) -> list[tuple[str, int, str]]:
    change = report["change"]
    return [
        (
            _said(f"figure_{key}"),
            int(report["figures"][key]),
            f"{int(change[key]):+d}" if key in change else "—",
        )
        for key in FIGURES
    ]


def _said(key: str) -> str:
    return word(f"reports.{key}", _OFFICIAL)


def _day(sent_at: datetime | None) -> str:
    if sent_at is None:
        return _said("copy_not_sent")
    return f"{sent_at.year}年{sent_at.month}月{sent_at.day}日"
