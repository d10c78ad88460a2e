"""What owners may see without an account, where the operator allows it (S20, S25).

Totals of towns, and plans that are put before a community's owners; nobody's name or number.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.domain.management import ManagementType
from geodata.domain.period import today
from geodata.domain.site_plan import PlanState
from geodata.store.plans import get_plan
from geodata.store.queries.coverage_table import Breakdown, coverage_table
from geodata.store.queries.divisions import find_divisions
from geodata.store.queries.sites import get_site
from geodata.store.queries.state import SiteFilter
from geodata.store.session import reading
from server.actions.shown import pick_district
from server.i18n import language_of
from server.pages.render import page

_ALL: Final = Scope.everything()


def allowed(request: Request) -> None:
    """Let a request through where the operator has opened these pages.

    Raises:
        DomainError: ``public.closed``.
    """
    if not request.app.state.settings.is_public:
        raise DomainError("public.closed")


def everything(request: Request) -> Iterator[Session]:
    """Yield a session that sees all: nobody asks in a name, and the pages say what they show."""
    with reading(request.app.state.engine, _ALL) as session:
        yield session


Everything = Annotated[Session, Depends(everything, scope="function")]

router = APIRouter(prefix="/public", dependencies=[Depends(allowed)])

_SHOWN: Final = (PlanState.PUBLICISED, PlanState.VOTED, PlanState.ADOPTED)


@router.get("")
def totals_page(request: Request, session: Everything, district: str | None = None) -> Response:
    """Show the totals of a district's towns today."""
    districts = find_divisions(session, _ALL, kind=DivisionKind.DISTRICT)
    shown, on = pick_district(districts, district), today()
    table = coverage_table(
        session,
        _ALL,
        by=Breakdown.TOWN,
        on=on,
        wanted=SiteFilter(district=shown.code),
        language=language_of(request),
    )
    return page(request, "public.html", district=shown, table=table, day_shown=on)


@router.get("/plans/{plan_id}")
def plan_page(plan_id: int, request: Request, session: Everything) -> Response:
    """Show a plan that is put before the owners of a community."""
    plan = get_plan(session, _ALL, plan_id)
    if plan.plan_state not in _SHOWN:
        raise DomainError("plan.not_found", plan=plan_id)
    site = get_site(session, _ALL, plan.site_id, on=today()).state
    return page(
        request,
        "public_plan.html",
        plan=plan,
        kind=ManagementType(plan.management_type),
        site=site,
    )
