"""Findings: what has to be put right, by whom, until when; and one finding on its way."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from geodata.domain.division import DivisionKind
from geodata.domain.finding_steps import DEADLINE_DAYS, FindingEvent, Slip, open_steps
from geodata.domain.inspection import FindingStatus, InspectionKind
from geodata.domain.period import today
from geodata.store.batches import find_batches
from geodata.store.inspecting import (
    get_finding,
    get_inspection,
    photos_of,
    status_of,
    steps_of,
)
from geodata.store.queries.divisions import find_divisions
from geodata.store.queries.findings import FindingFilter, count_findings, find_findings
from geodata.store.queries.sites import get_site
from server.api.batches import batch_json, truth_json
from server.api.findings import finding_filter
from server.auth import CurrentActor, ReadingSession
from server.i18n import catalogue, language_of
from server.pages.context import ShownDistrict, shown
from server.pages.render import page

router = APIRouter()

_ROWS: Final = 200
_BATCHES: Final = 20
_DRAWN_FOR: Final = (
    *(InspectionKind.SUPERVISION, InspectionKind.INSPECTION),
    *(InspectionKind.SELF_CHECK, InspectionKind.ACCEPTANCE),
)
"""What a batch may be for; a reinspection follows from a finding."""


@router.get("/findings")
def findings_page(
    request: Request,
    shown: ShownDistrict,
    session: ReadingSession,
    wanted: Annotated[FindingFilter, Depends(finding_filter)],
    skip: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Show findings, the most pressing first, with the slip each carries."""
    scope, district, on = shown.actor.scope, shown.district, today()
    kept = FindingFilter(
        district=district.code,
        town=wanted.town,
        site=wanted.site,
        status=wanted.status,
        slip=wanted.slip,
        is_open=wanted.status is None,
    )
    every = FindingFilter(district=district.code, town=wanted.town, site=wanted.site)
    rows = find_findings(session, scope, kept, on=on, limit=_ROWS + 1, skip=skip)
    return page(
        request,
        "findings.html",
        active="findings",
        rows=rows[:_ROWS],
        more=skip + _ROWS if len(rows) > _ROWS else None,
        counts=count_findings(session, scope, every, on=on),
        wanted=kept,
        towns=find_divisions(session, scope, kind=DivisionKind.TOWN, district=district.code),
        FindingStatus=FindingStatus,
        Slip=Slip,
        **_head(shown),
    )


@router.get("/findings/{finding_id}")
def finding_page(
    finding_id: int, request: Request, actor: CurrentActor, session: ReadingSession
) -> Response:
    """Show one finding, what happened to it, and what may happen next."""
    finding, on = get_finding(session, actor.scope, finding_id), today()
    site = get_site(session, actor.scope, finding.site_id, on=on)
    shows = shown(actor, session, on, site.state["district_code"])
    status = status_of(finding, on)
    rows = find_findings(
        session, actor.scope, FindingFilter(site=finding.site_id), on=on, limit=1000
    )
    row = next(one for one in rows if one.id == finding_id)
    return page(
        request,
        "finding.html",
        active="findings",
        finding=row,
        state=site.state,
        standing=status,
        steps=steps_of(session, finding_id),
        photos=photos_of(session, finding=finding_id),
        inspection=get_inspection(session, actor.scope, finding.inspection_id),
        events=open_steps(status, actor.role),
        FindingEvent=FindingEvent,
        FindingStatus=FindingStatus,
        InspectionKind=InspectionKind,
        Slip=Slip,
        deadline_days=DEADLINE_DAYS,
        config={"finding": finding_id, "version": finding.row_version},
        **_head(shows),
    )


@router.get("/truth")
def truth_page(request: Request, shown: ShownDistrict, session: ReadingSession) -> Response:
    """Show what is claimed, approved and verified, and what a random sample says of it."""
    scope, code = shown.actor.scope, shown.district.code
    truth = truth_json(session, scope, code)
    batches = [batch_json(session, one) for one in find_batches(session, scope, code)[:_BATCHES]]
    return page(
        request,
        "truth.html",
        active="truth",
        truth=truth,
        names={one["town"]: one["name"] for one in truth["rows"]},
        kinds=_DRAWN_FOR,
        batches=[{**one, "kind": InspectionKind(one["kind"])} for one in batches],
        **_head(shown),
    )


@router.get("/paper")
def paper_page(request: Request, shown: ShownDistrict) -> Response:
    """Show where sheets on paper are read back, draft by draft."""
    language = language_of(request)
    spoken = {
        key.removeprefix("paper."): told[language]
        for key, told in catalogue("words").items()
        if key.startswith("paper.")
    }
    return page(request, "paper.html", active="paper", config={"words": spoken}, **_head(shown))


def _head(shows: Any) -> dict[str, Any]:  # noqa: ANN401 - `Shown`
    return {key: value for key, value in shows.head().items() if key != "on"}
