"""What is due today, the board of nodes, monthly reports, and the rows behind a figure."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from geodata.domain.access import WRITING_ROLES, Role
from geodata.domain.campaign import NodeState, RecordKind
from geodata.domain.category import Category
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.domain.gap import GapKind
from geodata.domain.monthly import FIGURES, NARRATIVES, ReportState, ReportTiming, month_before
from geodata.domain.notice import NoticeKind
from geodata.domain.period import month_of, now, today
from geodata.store.campaigns import BoardCell, find_campaigns, node_board
from geodata.store.monthly import find_snapshot, get_snapshot, referred_rows
from geodata.store.queries.divisions import find_divisions, get_division
from geodata.store.queries.findings import FindingFilter, count_findings
from geodata.store.queries.gaps.listing import count_gaps
from geodata.store.queries.gaps.told import GapFilter
from geodata.store.queries.state import SiteFilter
from geodata.store.visit_plans import stops_on
from server.actions.campaign_records import find_records
from server.actions.run_campaign import filled_reports
from server.actions.tell_bulletin import TownScore, assess
from server.actions.tell_notices import find_notices
from server.api.campaigns import report_json
from server.auth import CurrentActor, ReadingSession
from server.pages.context import ShownDistrict, shown
from server.pages.render import page

router = APIRouter()

_NOTICES_SHOWN: Final = 10
_PRESSING: Final = (NodeState.OVERDUE, NodeState.OPEN)


@router.get("/")
def home_page(request: Request, shown: ShownDistrict, session: ReadingSession) -> Response:
    """Show what waits for whoever looks: deadlines, gaps, findings, visits."""
    scope, district, actor, on = shown.actor.scope, shown.district, shown.actor, today()
    cells = _pressing(session, shown)
    findings = count_findings(session, scope, FindingFilter(district=district.code), on=on)
    gaps = count_gaps(session, scope, GapFilter(sites=SiteFilter(district=district.code)), on=on)
    return page(
        request,
        "home.html",
        active="home",
        due=_grouped(cells),
        gaps={kind: sum(of.get(kind, 0) for of in gaps.values()) for kind in GapKind},
        findings=findings,
        notices=find_notices(session, scope, district.code, limit=_NOTICES_SHOWN),
        NoticeKind=NoticeKind,
        stops=len(stops_on(session, scope, actor.username, on)),
        month=f"{on:%Y-%m}",
        GapKind=GapKind,
        NodeState=NodeState,
        **_head(shown),
    )


def _pressing(session: Any, shows: Any) -> list[BoardCell]:  # noqa: ANN401 - as `home_page`
    """Return the open nodes of the newest campaign that lie in the actor's hands, first due."""
    campaigns = find_campaigns(session, shows.actor.scope, shows.district.code)
    if not campaigns:
        return []
    cells = node_board(session, shows.actor.scope, campaigns[0], now=now())
    held = [one for one in cells if one.state in _PRESSING and one.unit.lies_in(shows.actor.scope)]
    return sorted(held, key=lambda one: one.node.due_at)


def _grouped(cells: list[BoardCell]) -> list[tuple[BoardCell, list[str]]]:
    """Return one cell for all units that stand alike at a node, with their names."""
    found: dict[tuple[str, NodeState], tuple[BoardCell, list[str]]] = {}
    for one in cells:
        found.setdefault((one.node.key, one.state), (one, []))[1].append(one.unit.name)
    return list(found.values())


@router.get("/campaign")
def campaign_page(
    request: Request,
    shown: ShownDistrict,
    session: ReadingSession,
    campaign: int | None = None,
) -> Response:
    """Show the board: each unit at each node, on time, late or not done."""
    scope, moment = shown.actor.scope, now()
    campaigns = find_campaigns(session, scope, shown.district.code)
    loaded = next((one for one in campaigns if campaign in (None, one.id)), None)
    cells = [] if loaded is None else node_board(session, scope, loaded, now=moment)
    scores: list[TownScore] = []
    if loaded is not None:
        _, scores = assess(session, scope, shown.district.code, loaded.campaign.year, now=moment)
    board = {(one.node.key, one.unit.code): one for one in cells}
    towns = [
        one
        for one in find_divisions(session, scope, district=shown.district.code)
        if one.kind is DivisionKind.TOWN
    ]
    return page(
        request,
        "campaign.html",
        active="campaign",
        campaigns=campaigns,
        loaded=loaded,
        board=board,
        towns=towns,
        neighbourhoods=_by_town(cells),
        scores=scores,
        NodeState=NodeState,
        DivisionKind=DivisionKind,
        may_load=shown.actor.role in (Role.ADMINISTRATOR, Role.DISTRICT_LEAD),
        may_note=shown.actor.role in WRITING_ROLES,
        RecordKind=RecordKind,
        records=find_records(session, scope, shown.district.code, None),
        unit_names={
            one.code: one.name
            for one in find_divisions(session, scope, district=shown.district.code)
        },
        **_head(shown),
    )


def _by_town(cells: list[BoardCell]) -> dict[tuple[str, str], dict[str, int]]:
    """Return how many neighbourhoods of each town have done a node, and how many there are."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for one in cells:
        if one.unit.kind is DivisionKind.NEIGHBOURHOOD:
            key = (one.node.key, one.unit.parent_code or "")
            own = found.setdefault(key, {"done": 0, "all": 0})
            own["all"] += 1
            own["done"] += one.done_at is not None
    return found


@router.get("/reports")
def reports_page(
    request: Request,
    shown: ShownDistrict,
    session: ReadingSession,
    month: Annotated[str | None, Query(max_length=7)] = None,
    town: str | None = None,
) -> Response:
    """Show a month's reports: a town fills and sends its own, the district returns and closes."""
    actor = shown.actor
    asked = month_of(month) if month else today().replace(day=1)
    towns = find_divisions(
        session, actor.scope, kind=DivisionKind.TOWN, district=shown.district.code
    )
    chosen = town or (actor.scope.code if actor.scope.kind is DivisionKind.TOWN else None)
    filled = filled_reports(session, actor, shown.district.code, asked)
    reports = [report_json(session, one, asked, filled[one.code]) for one in towns]
    return page(
        request,
        "reports.html",
        active="reports",
        month=asked,
        before=month_before(asked),
        reports=reports,
        report=next((one for one in reports if one["town"] == chosen), None),
        snapshot=_snapshot(session, actor, shown.district.code, asked),
        figures=FIGURES,
        narratives=NARRATIVES,
        ReportState=ReportState,
        ReportTiming=ReportTiming,
        may_send=actor.role in (Role.ADMINISTRATOR, Role.TOWN),
        may_lead=actor.role in (Role.ADMINISTRATOR, Role.DISTRICT_LEAD),
        **_head(shown),
    )


def _snapshot(session: Any, actor: Any, district: str, month: date) -> Any:  # noqa: ANN401
    try:
        return find_snapshot(session, actor.scope, district, month)
    except DomainError:
        return None


@router.get("/snapshots/{snapshot_id}")
def snapshot_page(
    snapshot_id: int,
    request: Request,
    actor: CurrentActor,
    session: ReadingSession,
    ref: Annotated[str, Query(max_length=60)] = "total.sites",
) -> Response:
    """Show exactly the rows that a figure of a closed month counts."""
    snapshot = get_snapshot(session, actor.scope, snapshot_id)
    rows = referred_rows(session, snapshot_id, ref)
    town, _, figure = ref.partition(".")
    place = None if town == "total" else get_division(session, actor.scope, town)
    return page(
        request,
        "snapshot.html",
        active="reports",
        snapshot=snapshot,
        rows=rows,
        figure=figure,
        place=place,
        Category=Category,
        **_head(shown(actor, session, today(), snapshot.district_code)),
    )


def _head(shows: Any) -> dict[str, Any]:  # noqa: ANN401 - `Shown`
    return {key: value for key, value in shows.head().items() if key != "on"}
