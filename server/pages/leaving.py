"""Sites that left the ledger: the list, and the forms by which one leaves or returns."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from geodata.domain.leaving import LeavingKind
from geodata.store.queries.departures import find_departures
from geodata.store.queries.state import SiteFilter
from server.actions.leaving import ListingOrder, delist, relist
from server.auth import ReadingSession, WritingActor
from server.pages.context import ShownDistrict
from server.pages.render import page

router = APIRouter()

Reason = Annotated[str, Form(min_length=1, max_length=500)]


@router.get("/departures")
def departures_page(request: Request, shown: ShownDistrict, session: ReadingSession) -> Response:
    """Show the sites of a district that had left the ledger by a day."""
    wanted = SiteFilter(district=shown.district.code)
    found = find_departures(session, shown.actor.scope, wanted, on=shown.on)
    return page(request, "departures.html", active="sites", found=found, **shown.head())


@router.post("/sites/{site_id}/delist")
def delist_page(
    site_id: int,
    request: Request,
    actor: WritingActor,
    on: Annotated[date, Form()],
    kind: Annotated[LeavingKind, Form()],
    reason: Reason,
    seen: Annotated[int, Form()],
) -> Response:
    """Take a site out of the ledger, and show its record."""
    order = ListingOrder(reason=reason, on=on, version=seen)
    delist(request.app.state.engine, actor, site_id, kind, order)
    return RedirectResponse(f"/sites/{site_id}", HTTPStatus.SEE_OTHER)


@router.post("/sites/{site_id}/relist")
def relist_page(
    site_id: int,
    request: Request,
    actor: WritingActor,
    on: Annotated[date, Form()],
    reason: Reason,
    seen: Annotated[int, Form()],
    resumes: Annotated[bool, Form()] = False,  # noqa: FBT002 - a tick box
) -> Response:
    """Take a site back into the ledger, and show its record."""
    order = ListingOrder(reason=reason, on=on, version=seen)
    relist(request.app.state.engine, actor, site_id, order, resumes=resumes)
    return RedirectResponse(f"/sites/{site_id}", HTTPStatus.SEE_OTHER)
