"""Two days compared: figures by town, lists by kind of change, a map, a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from geodata.domain.change import ChangeKind
from geodata.domain.period import today
from geodata.store.queries.changes import ChangeTable, SiteChange, ledger_changes
from geodata.store.queries.state import SiteFilter
from maps.assets import served
from maps.pages import changes_map, map_files
from maps.symbology import CHANGE_COLOURS
from server.actions.export_map import map_subject
from server.actions.tell_changes import export_changes, told_changes
from server.api.changes import TwoDays
from server.auth import Actor, CurrentActor, ReadingSession
from server.i18n import language_of
from server.pages.context import Shown, basemap_of, ground_addresses, shown
from server.pages.render import page

router = APIRouter()

_ROWS: Final = 100
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/changes")
def changes_page(  # noqa: PLR0913 - the filters of the page
    request: Request,
    actor: CurrentActor,
    session: ReadingSession,
    days: TwoDays,
    district: str | None = None,
    town: str | None = None,
    kind: ChangeKind | None = None,
    skip: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Show what became of a district's sites between two days."""
    shows = shown(actor, session, today(), district)
    table = _table(request, session, actor, shows, days)
    chosen = _chosen(table, town, kind)
    rows = list(islice(chosen, skip, skip + _ROWS))
    language = language_of(request)
    pieces = changes_map(
        _map_config(request, shows, town, kind),
        map_subject(session, actor.scope, shows.district, days[1], below=basemap_of(request)),
        language,
    )
    return page(
        request,
        "changes.html",
        active="changes",
        table=table,
        town=town,
        kind=kind,
        ChangeKind=ChangeKind,
        rows=rows,
        chosen=len(chosen),
        what=told_changes(session, actor.scope, table, rows, language),
        towns={row.code: row.label for row in table.rows},
        more=_here(request, skip=skip + _ROWS) if len(chosen) > skip + _ROWS else None,
        link=lambda **facts: _here(request, skip=None, **facts),
        workbook=_here(request, "/changes.xlsx", skip=None),
        pieces=pieces,
        files=served(map_files(pieces)),
        change_colours=CHANGE_COLOURS,
        **{key: value for key, value in shows.head().items() if key != "on"},
    )


@router.get("/changes.xlsx", response_class=Response)
def changes_file(
    request: Request,
    actor: CurrentActor,
    session: ReadingSession,
    days: TwoDays,
    district: str | None = None,
    town: str | None = None,
    kind: ChangeKind | None = None,
) -> Response:
    """Return the changes as a workbook in the official order of columns."""
    shows = shown(actor, session, today(), district)
    table = _table(request, session, actor, shows, days)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "workbook.xlsx"
        name = export_changes(
            session,
            actor.scope,
            path,
            unit=town or actor.division_code or shows.district.code,
            wanted=SiteFilter(district=shows.district.code),
            table=table,
            changes=_chosen(table, town, kind),
        )
        content = path.read_bytes()
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type=_XLSX, headers=headers)


def _table(
    request: Request, session: Session, actor: Actor, shows: Shown, days: tuple[Any, Any]
) -> ChangeTable:
    return ledger_changes(
        session,
        actor.scope,
        SiteFilter(district=shows.district.code),
        day_from=days[0],
        day_to=days[1],
        language=language_of(request),
    )


def _chosen(table: ChangeTable, town: str | None, kind: ChangeKind | None) -> Sequence[SiteChange]:
    return [
        one
        for one in table.changes
        if (not town or town in one.towns) and (kind is None or kind in one.kinds)
    ]


def _here(request: Request, path: str | None = None, **facts: object) -> str:
    """Return this page's address with other questions; ``None`` takes one out."""
    asked = {**request.query_params, **facts}
    asked.pop("lang", None)
    kept = {key: str(value) for key, value in asked.items() if value is not None}
    return f"{path or request.url.path}?{urlencode(kept)}"


def _map_config(
    request: Request, shows: Shown, town: str | None, kind: ChangeKind | None
) -> dict[str, Any]:
    asked = {"district": shows.district.code, "town": town, "kind": kind}
    return {
        "sites": _here(request, "/api/changes.geojson", skip=None, **asked),
        "record": "/sites/{id}",
        "colours": CHANGE_COLOURS,
        **ground_addresses(shows.district.code),
    }
