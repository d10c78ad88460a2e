"""Coverage by town: the district's table, and a page for each town."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.domain.inspection import VERIFIED_WITHIN_DAYS
from geodata.store.queries.coverage_table import Breakdown, CoverageTable, coverage_table
from geodata.store.queries.divisions import get_division
from geodata.store.queries.sites import find_sites
from geodata.store.queries.state import SiteFilter
from server.api.parameters import Day
from server.auth import CurrentActor, ReadingSession
from server.i18n import language_of
from server.pages.buildings import building_rows
from server.pages.context import ShownDistrict, shown
from server.pages.render import page

router = APIRouter()

_GAPS_SHOWN: Final = 12
_CUTS: Final = (Breakdown.CATEGORY, Breakdown.MANAGEMENT_TYPE, Breakdown.INSPECTION_STATUS)


@router.get("/towns")
def towns_page(request: Request, shown: ShownDistrict, session: ReadingSession) -> Response:
    """Show a district's figures, town by town."""
    wanted = SiteFilter(district=shown.district.code)
    tables = _tables(request, session, shown.actor.scope, wanted, shown.on, Breakdown.TOWN)
    return page(
        request,
        "towns.html",
        active="towns",
        tables=tables,
        buildings=building_rows(
            session, shown.actor.scope, wanted, on=shown.on, language=language_of(request)
        ),
        trend=f"/api/trend?district={shown.district.code}&on={shown.on.isoformat()}",
        verified_days=VERIFIED_WITHIN_DAYS,
        **shown.head(),
    )


@router.get("/towns/{code}")
def town_page(
    code: str, request: Request, actor: CurrentActor, session: ReadingSession, on: Day
) -> Response:
    """Show one town: figures by neighbourhood and otherwise, its course, its gaps."""
    town = get_division(session, actor.scope, code)
    if town.kind is DivisionKind.DISTRICT:
        return RedirectResponse(f"/towns?district={code}", HTTPStatus.SEE_OTHER)
    if town.kind is not DivisionKind.TOWN:
        raise DomainError("division.not_found", division=code)
    wanted = SiteFilter(district=town.district_code, town=code)
    gaps = SiteFilter(district=town.district_code, town=code, covered=False)
    return page(
        request,
        "town.html",
        active="towns",
        town=town,
        tables=_tables(request, session, actor.scope, wanted, on, Breakdown.NEIGHBOURHOOD),
        buildings=building_rows(session, actor.scope, wanted, on=on, language=language_of(request)),
        gaps=find_sites(session, actor.scope, gaps, on=on, limit=_GAPS_SHOWN),
        trend=f"/api/trend?district={town.district_code}&town={code}&on={on.isoformat()}",
        verified_days=VERIFIED_WITHIN_DAYS,
        **shown(actor, session, on, town.district_code).head(),
    )


def _tables(
    request: Request,
    session: Session,
    scope: Scope,
    wanted: SiteFilter,
    on: date,
    first: Breakdown,
) -> dict[str, CoverageTable]:
    def count(by: Breakdown, **more: Any) -> CoverageTable:  # noqa: ANN401
        language = language_of(request)
        return coverage_table(
            session, scope, by=by, on=on, language=language, wanted=wanted, **more
        )

    tables = {"first": count(first, with_change=True)}
    return tables | {by.value: count(by) for by in _CUTS}
