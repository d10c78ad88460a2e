"""The difference of two days, for programs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from geodata.domain.change import ChangeKind, Standing
from geodata.domain.period import last_month_end, today
from geodata.store.queries.changed_shapes import changes_geojson
from geodata.store.queries.changes import ChangeRow, ChangeTable, SiteChange, ledger_changes
from server.api.parameters import Wanted
from server.api.sites import GEOJSON
from server.auth import CurrentActor, ReadingSession
from server.i18n import language_of

router = APIRouter(prefix="/api", tags=["history"])

_MOST_ROWS: Final = 5000


def two_days(
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> tuple[date, date]:
    """Return the days to compare: since the end of the last month, up to today by default."""
    day_to = last or today()
    return first or last_month_end(day_to), day_to


TwoDays = Annotated[tuple[date, date], Depends(two_days)]


@router.get("/changes")
def changes(  # noqa: PLR0913 - the filters of the interface
    request: Request,
    actor: CurrentActor,
    session: ReadingSession,
    days: TwoDays,
    wanted: Wanted,
    kind: ChangeKind | None = None,
    limit: Annotated[int, Query(ge=1, le=_MOST_ROWS)] = 1000,
    cursor: Annotated[int | None, Query(ge=0)] = None,
) -> dict[str, Any]:
    """Return what became of sites between the ends of two days: by town, in total, and by site.

    ``sites_to - sites_from = joined - left`` and ``covered_to - covered_from = gained +
    joined_covered - lost - left_covered`` in the total; for a town ``moved_in`` and ``moved_out``
    are added.
    """
    table = ledger_changes(
        session,
        actor.scope,
        wanted,
        day_from=days[0],
        day_to=days[1],
        language=language_of(request),
    )
    rows = [one for one in table.changes if kind is None or kind in one.kinds]
    page = [one for one in rows if cursor is None or one.site_id > cursor][: limit + 1]
    return {
        **summary_json(table),
        "total_changes": len(rows),
        "changes": [change_json(one) for one in page[:limit]],
        "next_cursor": page[limit - 1].site_id if len(page) > limit else None,
    }


@router.get("/changes.geojson", response_class=Response)
def changes_as_geojson(
    request: Request,
    actor: CurrentActor,
    session: ReadingSession,
    days: TwoDays,
    wanted: Wanted,
    kind: ChangeKind | None = None,
) -> Response:
    """Return the changed sites where they stand, or stood before they left (degrees, CGCS2000).

    A town keeps what lies in it on either day. ``mark`` is gain, loss or changed.
    """
    language, town = language_of(request), wanted.town
    table = ledger_changes(
        session,
        actor.scope,
        replace(wanted, town=None),
        day_from=days[0],
        day_to=days[1],
        language=language,
    )
    chosen = [
        one
        for one in table.changes
        if (kind is None or kind in one.kinds) and (town is None or town in one.towns)
    ]
    return Response(changes_geojson(session, table, chosen, language), media_type=GEOJSON)


def summary_json(table: ChangeTable) -> dict[str, Any]:
    """Return the figures of a difference as the interface tells them."""
    return {
        "from": table.day_from,
        "to": table.day_to,
        "rows": [_row_json(row) for row in table.rows],
        "total": _row_json(table.total),
    }


def change_json(one: SiteChange) -> dict[str, Any]:
    """Return what became of a site as the interface tells it."""
    return {
        "id": one.site_id,
        "name": one.name,
        "kinds": [kind.value for kind in one.kinds],
        "fields": one.fields,
        "before": _standing_json(one.before),
        "after": _standing_json(one.after),
    }


def _row_json(row: ChangeRow) -> dict[str, Any]:
    names = ("code", "label", "sites_from", "sites_to", "covered_from", "covered_to")
    return {**{name: getattr(row, name) for name in names}, **row.counts}


def _standing_json(one: Standing | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "town": one.town,
        "neighbourhood": one.neighbourhood,
        "category": one.category,
        "ticked_types": sorted(one.ticked),
        "effective_types": sorted(one.effective),
        "covered": one.is_covered,
    }
