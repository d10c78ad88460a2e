"""Copies of a town's monthly report, to stamp and to keep."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Response

from geodata.domain.period import SHANGHAI, now
from server.api.campaigns import Month, report_route
from server.auth import CurrentActor, ReadingSession
from server.reports.monthly_copy import copy_title, report_docx, report_workbook

router = APIRouter(prefix="/api/monthly-reports", tags=["campaign"])

_DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def report_told(
    month: Month, town: str, actor: CurrentActor, session: ReadingSession
) -> dict[str, Any]:
    """Return the report that a copy is asked of, its moments as seen in Shanghai."""
    told = report_route(month, town, actor, session)
    if told["submitted_at"] is not None:
        told["submitted_at"] = told["submitted_at"].astimezone(SHANGHAI)
    return told


Told = Annotated[dict[str, Any], Depends(report_told)]


@router.get("/{month}/{town}.docx", response_class=Response)  # noqa: FAST003 - `report_told`
def word_route(told: Told) -> Response:
    """Return a town's report as Word."""
    return _sent(told, report_docx(told, told["submitted_at"] or now()), "docx", _DOCX)


@router.get("/{month}/{town}.xlsx", response_class=Response)  # noqa: FAST003 - `report_told`
def workbook_route(told: Told) -> Response:
    """Return a town's report as a workbook."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "report.xlsx"
        report_workbook(told, path)
        return _sent(told, path.read_bytes(), "xlsx", _XLSX)


def _sent(told: dict[str, Any], content: bytes, suffix: str, kind: str) -> Response:
    name = quote(f"{copy_title(told)}.{suffix}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(content, media_type=kind, headers=headers)
