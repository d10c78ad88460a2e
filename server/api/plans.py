"""One community, one plan: begun, publicised, voted on, put into force (S24-S27)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from geodata.domain.management import ManagementType
from geodata.domain.period import today
from geodata.domain.site_plan import FALLBACK_CLAUSE, PlanEvent, PlanState, is_late, open_events
from geodata.domain.vocabulary import label
from geodata.domain.voting import READINGS, VotingRule, outcomes
from geodata.store.campaigns import gate_of
from geodata.store.plans import facts_of, find_plans, get_plan, group_of_plan, vote_of
from geodata.store.queries.sites import get_site
from geodata.store.queries.state import SiteFilter
from geodata.store.tables import Site, SitePlan
from server.actions.plan_site import Step, edit_plan, move_plan, start_plan
from server.api.preconditions import VersionSeen, mark_version
from server.auth import CurrentActor, ReadingSession, WritingActor
from server.i18n import language_of, word
from server.reports.consultation_notice import ConsultationNotice, notice_pdf
from server.settings import address_of

router = APIRouter(prefix="/api", tags=["plans"])

Heads = Annotated[int | None, Field(ge=0, le=1_000_000)]
Area = Annotated[Decimal | None, Field(ge=0, le=Decimal(100_000_000), decimal_places=2)]


class PlanIn(BaseModel):
    """What is to be done, and by when."""

    model_config = ConfigDict(extra="forbid")

    measures: str = Field(min_length=1, max_length=2000)
    management_type: ManagementType
    company: str | None = Field(default=None, max_length=200)
    due_on: date | None = None


class PlanChange(BaseModel):
    """What changes of a draft; what is not sent stays."""

    model_config = ConfigDict(extra="forbid")

    measures: str | None = Field(default=None, min_length=1, max_length=2000)
    management_type: ManagementType | None = None
    company: str | None = Field(default=None, max_length=200)
    due_on: date | None = None


class PlanStep(BaseModel):
    """What happens to a plan, with what comes with it."""

    model_config = ConfigDict(extra="forbid")

    event: PlanEvent
    publicised_from: date | None = None
    publicised_until: date | None = None
    notice_evidence_id: int | None = None
    voted_on: date | None = None
    owner_heads: Heads = None
    owner_area_m2: Area = None
    participating_heads: Heads = None
    participating_area_m2: Area = None
    agreeing_heads: Heads = None
    agreeing_area_m2: Area = None
    note: str | None = Field(default=None, max_length=500)


@router.get("/plans")
def plans_route(
    actor: CurrentActor,
    session: ReadingSession,
    district: str | None = None,
    town: str | None = None,
    state: Annotated[str | None, Query(max_length=20)] = None,
) -> dict[str, Any]:
    """Return sites that are unmanaged or have a plan; ``state`` also ``none`` and ``late``."""
    on, wanted = today(), SiteFilter(district=district or None, town=town or None)
    rows = find_plans(session, actor.scope, wanted, on=on)
    grouped = [(group_of_plan(row, on), row) for row in rows]
    counts: dict[str, int] = {}
    for group, _ in grouped:
        counts[group] = counts.get(group, 0) + 1
    kept = [(group, row) for group, row in grouped if state in (None, group)]
    return {
        "on": on,
        "counts": counts,
        "plans": [{"group": group, **row._mapping} for group, row in kept],  # noqa: SLF001
    }


@router.post("/sites/{site_id}/plans", status_code=201)
def start_route(
    site_id: int,
    asked: PlanIn,
    actor: WritingActor,
    version: VersionSeen,
    request: Request,
    response: Response,
) -> dict[str, Any]:
    """Begin the plan of a site."""
    values = asked.model_dump()
    made, standing = start_plan(request.app.state.engine, actor, site_id, version, values)
    mark_version(response, standing)
    return {"id": made, "row_version": standing}


@router.get("/plans/{plan_id}")
def plan_route(plan_id: int, actor: CurrentActor, session: ReadingSession) -> dict[str, Any]:
    """Return a plan, what may happen next, and how its vote is read by each law."""
    plan = get_plan(session, actor.scope, plan_id)
    return plan_json(plan, gate_of_site(session, plan.site_id))


@router.get("/plans/{plan_id}/notice.pdf", response_class=Response)
def notice_route(
    plan_id: int, request: Request, actor: CurrentActor, session: ReadingSession
) -> Response:
    """Return the notice of a plan for the community's board, with a code where owners may look."""
    plan = get_plan(session, actor.scope, plan_id)
    site = get_site(session, actor.scope, plan.site_id, on=today()).state
    settings, language = request.app.state.settings, language_of(request)
    base = address_of(request)
    days = (plan.publicised_from, plan.publicised_until)
    kind = label(ManagementType(plan.management_type), language)
    notice = ConsultationNotice(
        name=site["name"],
        place="".join(filter(None, (site["town_name"], site["neighbourhood_name"]))),
        measures=plan.measures,
        leads_to=" · ".join(filter(None, (kind, plan.company))),
        period=None if days[0] is None else f"{days[0]} – {days[1]}",
        issuer=site["town_name"],
        address=f"{base}/public/plans/{plan_id}" if settings.is_public else None,
    )
    name = quote(f"{site['name']}_{word('notice.file', language)}.pdf")
    headers = {"Content-Disposition": f"inline; filename*=UTF-8''{name}"}
    content = notice_pdf(notice, language)
    return Response(content, media_type="application/pdf", headers=headers)


@router.patch("/plans/{plan_id}")
def edit_route(
    plan_id: int,
    asked: PlanChange,
    actor: WritingActor,
    version: VersionSeen,
    request: Request,
    response: Response,
) -> dict[str, Any]:
    """Change a draft."""
    sent = asked.model_dump(exclude_unset=True)
    values = {
        name: value
        for name, value in sent.items()
        if value is not None or name in ("company", "due_on")
    }
    standing = edit_plan(request.app.state.engine, actor, plan_id, version, values)
    mark_version(response, standing)
    return {"id": plan_id, "row_version": standing}


@router.post("/plans/{plan_id}/events")
def step_route(
    plan_id: int,
    asked: PlanStep,
    actor: WritingActor,
    version: VersionSeen,
    request: Request,
    response: Response,
) -> dict[str, Any]:
    """Let something happen to a plan."""
    step = Step(event=asked.event, facts=asked.model_dump(exclude={"event"}))
    standing = move_plan(request.app.state.engine, actor, plan_id, version, step)
    mark_version(response, standing)
    return {"id": plan_id, "row_version": standing}


def gate_of_site(session: Session, site_id: int) -> VotingRule:
    """Return the reading of a vote that counts where a site lies."""
    return gate_of(session, session.get_one(Site, site_id).district_code, on=today())


def plan_json(plan: SitePlan, gate: VotingRule) -> dict[str, Any]:
    """Return a plan as the interface tells it."""
    facts, vote, on = facts_of(plan, gate), vote_of(plan), today()
    columns = {one.name: getattr(plan, one.name) for one in SitePlan.__table__.columns}
    columns["state"] = columns.pop("plan_state")
    late = is_late(facts, on)
    return {
        **columns,
        "is_late": late,
        "events": [] if plan.closed_on else open_events(facts, on),
        "fallback_clause": FALLBACK_CLAUSE
        if late or plan.plan_state == PlanState.REJECTED
        else None,
        "readings": None
        if vote is None
        else [
            {
                "rule": rule,
                "passes": passes,
                "citation": READINGS[rule].citation,
                "since": READINGS[rule].since,
                "until": READINGS[rule].until,
                "holds": READINGS[rule].holds_on(plan.voted_on or on),
                "gates": rule is gate,
            }
            for rule, passes in outcomes(vote).items()
        ],
        "just_half": vote is not None and vote.is_just_half,
    }
