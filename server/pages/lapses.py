"""新增失管: the page, and the number beside its name on every page."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from geodata.domain.category import Category
from geodata.domain.division import DivisionKind
from geodata.domain.management import ManagementType
from geodata.domain.period import today
from geodata.store.queries.divisions import find_divisions
from geodata.store.queries.lapses import count_lapses, find_lapses
from geodata.store.queries.state import SiteFilter
from maps.symbology import COLOURS
from server.api.lapses import CLAUSE
from server.auth import CurrentActor, ReadingSession
from server.pages.context import ShownDistrict
from server.pages.render import page

router = APIRouter()

_ROWS: Final = 100


@router.get("/lapses")
def lapses_page(
    request: Request,
    shown: ShownDistrict,
    session: ReadingSession,
    town: str | None = None,
    skip: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Show the sites that lost their cover, the latest first."""
    scope, district = shown.actor.scope, shown.district.code
    wanted = SiteFilter(district=district, town=town or None)
    found = find_lapses(session, scope, wanted, on=shown.on, limit=_ROWS + 1, skip=skip)
    return page(
        request,
        "lapses.html",
        active="lapses",
        lapses=found[:_ROWS],
        total=count_lapses(session, scope, wanted, on=shown.on),
        more=str(request.url.include_query_params(skip=skip + _ROWS))
        if len(found) > _ROWS
        else None,
        town=town,
        towns=find_divisions(session, scope, kind=DivisionKind.TOWN, district=district),
        clause=CLAUSE,
        Category=Category,
        ManagementType=ManagementType,
        colours={one.value: colour for one, colour in COLOURS.items()},
        **shown.head(),
    )


@router.get("/lapses/count")
def lapses_count(request: Request, actor: CurrentActor, session: ReadingSession) -> Response:
    """Show the number of sites in scope that have lost their cover by today."""
    count = count_lapses(session, actor.scope, SiteFilter(), on=today())
    return page(request, "_lapses_count.html", actor=actor, count=count)
