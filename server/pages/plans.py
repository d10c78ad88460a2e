"""One community, one plan: the list of a district or town, and the plan of a site."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from geodata.domain.category import Category
from geodata.domain.division import DivisionKind
from geodata.domain.management import ManagementType, is_covered
from geodata.domain.period import today
from geodata.domain.roadmap import is_overdue
from geodata.domain.site_plan import FALLBACK_CLAUSE, NOTICE_DAYS, PlanEvent, PlanState
from geodata.domain.voting import VotingRule
from geodata.store.plans import find_plans, group_of_plan, plans_of
from geodata.store.queries.divisions import find_divisions
from geodata.store.queries.sites import get_site
from geodata.store.queries.state import SiteFilter
from server.api.plans import gate_of_site, plan_json
from server.auth import CurrentActor, ReadingSession
from server.pages.context import ShownDistrict, shown
from server.pages.ledger import is_writer
from server.pages.render import page

router = APIRouter()

GROUPS: Final = ("none", "late", *(one.value for one in PlanState))
_ROWS: Final = 300


@router.get("/plans")
def plans_page(
    request: Request,
    shown: ShownDistrict,
    session: ReadingSession,
    town: str | None = None,
    state: Annotated[str | None, Query(max_length=20)] = None,
) -> Response:
    """Show which unmanaged sites have a plan, how far each is, and which have none."""
    scope, on = shown.actor.scope, today()
    wanted = SiteFilter(district=shown.district.code, town=town or None)
    rows = [(group_of_plan(row, on), row) for row in find_plans(session, scope, wanted, on=on)]
    rows.sort(key=lambda one: GROUPS.index(one[0]))
    counts = {group: len(list(some)) for group, some in groupby(rows, key=lambda one: one[0])}
    kept = [one for one in rows if state in (None, "", one[0])]
    return page(
        request,
        "plans.html",
        active="plans",
        rows=kept[:_ROWS],
        total=len(kept),
        counts=counts,
        groups=GROUPS,
        group=state,
        town=town,
        towns=find_divisions(session, scope, kind=DivisionKind.TOWN, district=shown.district.code),
        Category=Category,
        ManagementType=ManagementType,
        PlanState=PlanState,
        **{key: value for key, value in shown.head().items() if key != "on"},
    )


@router.get("/sites/{site_id}/plan")
def plan_page(
    site_id: int, request: Request, actor: CurrentActor, session: ReadingSession
) -> Response:
    """Show the plan of a site: where it stands, what may happen next, how its vote is read."""
    on = today()
    record = get_site(session, actor.scope, site_id, on=on)
    shows = shown(actor, session, on, record.state["district_code"])
    gate = gate_of_site(session, site_id)
    plans = [plan_json(one, gate) for one in plans_of(session, site_id)]
    current = next((one for one in plans if one["closed_on"] is None), None)
    may_write = is_writer(actor) and record.left_on is None
    is_done = current is None or current["state"] == PlanState.IN_FORCE
    return page(
        request,
        "site_plan.html",
        active="plans",
        state=record.state,
        plan=current,
        earlier=[one for one in plans if one is not current],
        may_write=may_write,
        may_start=may_write and is_done and not record.state["is_covered"],
        overdue=[
            one
            for one in record.hanging.milestones
            if is_overdue(one.due_on, one.done_on, on) and not record.state["is_market_covered"]
        ],
        config={
            "site": site_id,
            "version": record.site.row_version,
            "plan": current and current["id"],
        },
        types=[one for one in ManagementType if is_covered([one])],
        notice_days=NOTICE_DAYS,
        clause=FALLBACK_CLAUSE,
        PlanState=PlanState,
        PlanEvent=PlanEvent,
        VotingRule=VotingRule,
        ManagementType=ManagementType,
        **_head(shows),
    )


def _head(shows: Any) -> dict[str, Any]:  # noqa: ANN401 - `Shown`
    return {key: value for key, value in shows.head().items() if key != "on"}
