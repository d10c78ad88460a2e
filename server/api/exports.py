"""Exports: the map as one file, the ledger in the official form."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from geodata.ledger.form_writer import SheetsBy
from server.actions.export_ledger import export_ledger
from server.actions.export_map import export_map
from server.api.drawn import District
from server.api.parameters import Day, Wanted
from server.auth import CurrentActor, ReadingSession
from server.i18n import language_of

router = APIRouter(tags=["exports"])

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/map/export.html", response_class=Response)
def map_file(
    request: Request, district: District, actor: CurrentActor, session: ReadingSession, on: Day
) -> Response:
    """Return the coverage map of a district as one HTML file that needs no network."""
    exported = export_map(session, actor.scope, district, on=on, language=language_of(request))
    headers = _download(f"{exported.title}_{on.isoformat()}.html")
    return Response(exported.html, media_type="text/html; charset=utf-8", headers=headers)


@router.get("/ledger.xlsx", response_class=Response)
def ledger_file(
    district: District,
    actor: CurrentActor,
    session: ReadingSession,
    on: Day,
    wanted: Wanted,
    sheets: SheetsBy = SheetsBy.NONE,
) -> Response:
    """Return the ledger of a district, town or neighbourhood in the official form.

    Phones are masked; importing the file again leaves them as they are.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "workbook.xlsx"
        exported = export_ledger(
            session,
            actor.scope,
            path,
            unit=wanted.neighbourhood or wanted.town or actor.division_code or district,
            wanted=wanted,
            on=on,
            with_phones=False,
            sheets=sheets,
        )
        content = path.read_bytes()
    return Response(content, media_type=_XLSX, headers=_download(exported.name))


def _download(name: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
