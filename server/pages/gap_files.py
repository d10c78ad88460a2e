"""Gaps to take along: a workbook, and sheets with a small map of each for A4."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response

from geodata.domain.gap import GapKind
from geodata.domain.period import today
from geodata.store.queries.divisions import get_division
from geodata.store.queries.gaps.listing import find_gaps
from geodata.store.queries.gaps.surroundings import surroundings
from maps.symbology import GAP_COLOURS
from server.actions.export_gaps import export_gaps
from server.api.gaps import Wanted, gap_json
from server.auth import CurrentActor, ReadingSession
from server.i18n import language_of
from server.pages.context import ShownDistrict
from server.pages.gaps import reasons_of
from server.pages.render import page
from server.pages.small_map import small_map

router = APIRouter()

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHEETS: Final = 60
"""Gaps of one print: with a map each, ten pages of A4."""


@router.get("/gaps.xlsx", response_class=Response)
def gaps_file(
    actor: CurrentActor,
    session: ReadingSession,
    shown: ShownDistrict,
    wanted: Wanted,
    kind: GapKind = GapKind.UNMANAGED,
) -> Response:
    """Return the open gaps of a kind as a workbook in the official order of columns."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "workbook.xlsx"
        name = export_gaps(
            session,
            actor.scope,
            path,
            unit=wanted.sites.town or actor.division_code or shown.district.code,
            wanted=wanted,
            kind=kind,
            on=today(),
            reasons=reasons_of("zh"),
        )
        content = path.read_bytes()
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type=_XLSX, headers=headers)


@router.get("/gaps/print")
def gaps_sheets(
    request: Request,
    session: ReadingSession,
    shown: ShownDistrict,
    wanted: Wanted,
    kind: GapKind = GapKind.UNMANAGED,
    skip: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Show gaps for print: facts, a small map, and room for what is found on the spot."""
    scope, language = shown.actor.scope, language_of(request)
    found = find_gaps(session, scope, wanted, kind, on=today(), limit=_SHEETS, skip=skip)
    around = surroundings(session, scope, found.gaps)
    town = wanted.sites.town
    return page(
        request,
        "gaps_print.html",
        place=shown.district.name if town is None else get_division(session, scope, town).name,
        is_sample=shown.district.is_sample,
        kind=kind,
        gaps=[gap_json(one) for one in found.gaps],
        maps=[small_map(around[one.key]) for one in found.gaps],
        colour=GAP_COLOURS[kind],
        reasons=reasons_of(language),
        first=skip + 1,
        total=found.total,
        next_page=None
        if found.next_cursor is None
        else str(request.url.include_query_params(skip=found.next_cursor)),
    )
