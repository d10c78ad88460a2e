"""A town plans the management of an unmanaged site, step by step (S24-S27)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from geodata.domain.errors import DomainError
from geodata.domain.management import ManagementType, is_covered
from geodata.domain.period import today
from geodata.domain.site_plan import (
    FALLBACK_CLAUSE,
    NOTICE_DAYS,
    TRANSITIONS,
    PlanEvent,
    PlanState,
    open_events,
)
from geodata.store.campaigns import gate_of
from geodata.store.entries import Entry, enter
from geodata.store.hanging import get_row
from geodata.store.plans import current_plan, facts_of, get_plan, vote_of, write_plan
from geodata.store.session import reading
from geodata.store.tables import Division, ManagementArrangement, Site, SiteEvidence, SitePlan
from server.actions.edit_site import change_beside
from server.auth import Actor

_COUNTS: Final = tuple(
    f"{who}_{what}"
    for who in ("owner", "participating", "agreeing")
    for what in ("heads", "area_m2")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happens to a plan.

    Attributes:
        event: What.
        facts: Columns that come with it: dates and photo of a notice, counts of a vote, a note.
    """

    event: PlanEvent
    facts: Mapping[str, Any] = field(default_factory=dict)


def start_plan(
    engine: Engine, actor: Actor, site_id: int, version: int, values: Mapping[str, Any]
) -> tuple[int, int]:
    """Begin the plan of a site; return its id and the site's new version.

    Raises:
        DomainError: ``site.not_found``, ``site.stale``; ``plan.exists``; ``plan.type_covers``.
    """
    _check_type(values["management_type"])

    def write(session: Session, site: Site) -> int:
        standing = current_plan(session, site.id)
        if standing is not None and standing.plan_state != PlanState.IN_FORCE:
            raise DomainError("plan.exists", plan=standing.id, name=site.name)
        if standing is not None:
            write_plan(session, standing, {"closed_on": today()})
        plan = SitePlan(
            site_id=site.id,
            plan_state=PlanState.DRAFT.value,
            created_by=actor.username,
            **values,
        )
        session.add(plan)
        session.flush()
        return plan.id

    return change_beside(engine, actor, site_id, version, "start_plan", write)


def edit_plan(
    engine: Engine, actor: Actor, plan_id: int, version: int, values: Mapping[str, Any]
) -> int:
    """Change a draft; return the site's new version.

    Raises:
        DomainError: ``plan.not_found``; ``plan.not_a_draft``; ``plan.type_covers``; as
            `change_beside`.
    """
    if "management_type" in values:
        _check_type(values["management_type"])

    def write(session: Session, plan: SitePlan, _: Site) -> None:
        if plan.plan_state != PlanState.DRAFT:
            raise DomainError("plan.not_a_draft", state=plan.plan_state)
        write_plan(session, plan, values)

    return _beside(engine, actor, plan_id, version, "edit_plan", write)


def move_plan(engine: Engine, actor: Actor, plan_id: int, version: int, step: Step) -> int:
    """Let something happen to a plan; return the site's new version.

    Raises:
        DomainError: ``plan.not_found``; ``plan.step_closed`` with what may happen now;
            ``plan.notice_needed``; ``plan.counts_wrong``; as `enter` and `change_beside`.
    """

    def write(session: Session, plan: SitePlan, site: Site) -> None:
        gate = gate_of(session, site.district_code, on=today())
        allowed = open_events(facts_of(plan, gate), today())
        if step.event not in allowed:
            raise DomainError(
                "plan.step_closed",
                state=plan.plan_state,
                event=step.event.value,
                allowed=[one.value for one in allowed],
            )
        values = _WRITERS[step.event](_Taken(session, actor, plan, site, step.facts))
        state = TRANSITIONS[PlanState(plan.plan_state), step.event]
        write_plan(session, plan, {**values, "plan_state": state.value})

    return _beside(engine, actor, plan_id, version, f"plan_{step.event.value}", write)


def _beside(
    engine: Engine,
    actor: Actor,
    plan_id: int,
    version: int,
    act: str,
    write: Callable[[Session, SitePlan, Site], None],
) -> int:
    with reading(engine, actor.scope) as session:
        site_id = get_plan(session, actor.scope, plan_id).site_id

    def written(session: Session, site: Site) -> None:
        write(session, get_plan(session, actor.scope, plan_id), site)

    return change_beside(engine, actor, site_id, version, act, written)[1]


def _check_type(management_type: str) -> None:
    if not is_covered([ManagementType(management_type)]):
        raise DomainError("plan.type_covers", value=management_type)


@dataclass(frozen=True, slots=True)
class _Taken:
    """A step while it is taken: the site is locked, the step allowed."""

    session: Session
    actor: Actor
    plan: SitePlan
    site: Site
    facts: Mapping[str, Any]


def _publicise(at: _Taken) -> dict[str, Any]:
    begins = at.facts.get("publicised_from") or today()
    ends = at.facts.get("publicised_until") or begins + timedelta(days=NOTICE_DAYS - 1)
    photo = at.facts.get("notice_evidence_id")
    if photo is None:
        raise DomainError("plan.notice_needed")
    if get_row(at.session, SiteEvidence, at.site.id, photo).withdrawn_on is not None:
        raise DomainError("evidence.not_found", evidence=photo)
    if ends < begins:
        raise DomainError("plan.notice_days", begins=begins.isoformat(), ends=ends.isoformat())
    return {
        "publicised_from": begins,
        "publicised_until": ends,
        "notice_evidence_id": photo,
        **dict.fromkeys(("voted_on", *_COUNTS)),
    }


def _vote(at: _Taken) -> dict[str, Any]:
    counts = {name: at.facts.get(name) for name in _COUNTS}
    entered = SitePlan(**counts)
    vote = vote_of(entered)
    if vote is None or not vote.is_consistent:
        raise DomainError("plan.counts_wrong")
    return {**counts, "voted_on": at.facts.get("voted_on") or today()}


def _decide(at: _Taken) -> dict[str, Any]:
    return {"decided_on": today(), "note": at.facts.get("note") or at.plan.note}


def _revise(_: _Taken) -> dict[str, Any]:
    return {"decided_on": None}


def _enforce(at: _Taken) -> dict[str, Any]:
    kind = ManagementType(at.plan.management_type)
    values = {} if at.plan.company is None else {"company": at.plan.company}
    _manage(at, kind, values)
    return {"in_force_on": today()}


def _fall_back(at: _Taken) -> dict[str, Any]:
    """Let the town organise simple management, backed by the government (S27, S17)."""
    committee = _name_of(at.session, at.site.neighbourhood_code)
    values = {} if at.site.responsible or committee is None else {"responsible": committee}
    _manage(at, ManagementType.SIMPLE, values)
    at.session.execute(
        update(ManagementArrangement)
        .where(
            ManagementArrangement.site_id == at.site.id,
            ManagementArrangement.management_type == ManagementType.SIMPLE.value,
            ManagementArrangement.ends_on.is_(None),
        )
        .values(is_backstop=True)
        .execution_options(synchronize_session=False)
    )
    return {
        "is_fallback": True,
        "management_type": ManagementType.SIMPLE.value,
        "organiser": _name_of(at.session, at.site.town_code),
        "in_force_on": today(),
        "note": at.facts.get("note") or FALLBACK_CLAUSE,
    }


def _manage(at: _Taken, kind: ManagementType, values: Mapping[str, Any]) -> None:
    entry = Entry(values=values, ticked_types=frozenset({kind}))
    enter(at.session, at.actor.scope, at.site, entry, on=today())


def _name_of(session: Session, code: str | None) -> str | None:
    return session.scalar(select(Division.name).where(Division.code == code))


_WRITERS: Final[dict[PlanEvent, Callable[[_Taken], dict[str, Any]]]] = {
    PlanEvent.PUBLICISE: _publicise,
    PlanEvent.VOTE: _vote,
    PlanEvent.ADOPT: _decide,
    PlanEvent.REJECT: _decide,
    PlanEvent.REVISE: _revise,
    PlanEvent.ENFORCE: _enforce,
    PlanEvent.FALL_BACK: _fall_back,
}
"""What each step writes; `TRANSITIONS` says where it leads."""
