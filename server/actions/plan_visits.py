"""Plans of visits: asked for, made by the worker, stopped when somebody is satisfied."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic
from typing import Any, Final

from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from geodata.domain.access import Role, Scope
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.domain.period import today
from geodata.domain.visiting import VisitPlanStatus
from geodata.routing.fewest import fewest_shifts
from geodata.routing.solver import Solution, solve, usual_effort
from geodata.store.audit import audit
from geodata.store.queries.divisions import find_divisions
from geodata.store.queries.visitors import find_visitors
from geodata.store.session import Change, reading, writing
from geodata.store.tables import VisitPlan
from geodata.store.visit_plans import get_visit_plan, write_stops
from server.actions.shown import pick_district
from server.actions.visit_problem import Prepared, prepare
from server.actions.visit_result import found_of, stops_of_solution
from server.actions.visit_wish import VisitWish
from server.auth import Actor
from server.jobs import Job, enqueue

PLANNING_ROLES: Final = frozenset(
    {Role.ADMINISTRATOR, Role.DISTRICT_LEAD, Role.INSPECTOR, Role.TOWN}
)
"""A town plans its own self-checks."""
_WRITES_EVERY_S: Final = 0.5
_ACT: Final = "plan_visits"
_BY_WORKER: Final = Change("worker", _ACT, scope=Scope.everything())
_Found = tuple[dict[str, Any], list[dict[str, Any]]]
"""What is kept of a plan, and its stops."""


def request_visit_plan(engine: Engine, actor: Actor, wish: VisitWish) -> int:
    """Keep a wish and put its making in the queue; return the plan's id.

    Raises:
        DomainError: ``auth.forbidden``; ``division.not_found``;
            ``visit_plan.inspector_unknown``.
    """
    if actor.role not in PLANNING_ROLES:
        raise DomainError("auth.forbidden", role=actor.role.value)
    with writing(engine, actor.change(_ACT)) as session:
        districts = find_divisions(session, actor.scope, kind=DivisionKind.DISTRICT)
        district = pick_district(districts, wish.district).code
        _check_inspectors(session, actor, wish, district)
        own_town = actor.scope.code if actor.scope.kind is DivisionKind.TOWN else None
        asked = wish.model_copy(update={"district": district, "town": own_town or wish.town})
        plan = VisitPlan(
            district_code=district,
            town_code=own_town,
            first_on=min(wish.days),
            last_on=max(wish.days),
            status=VisitPlanStatus.QUEUED.value,
            seed=wish.seed,
            asked=asked.model_dump(mode="json"),
            created_by=actor.username,
        )
        session.add(plan)
        session.flush()
        enqueue(session, Job.PLAN_VISITS, plan_id=plan.id)
        audit(session, actor.username, _ACT, str(plan.id), district=district)
        return plan.id


def _check_inspectors(session: Session, actor: Actor, wish: VisitWish, district: str) -> None:
    known = {one.username for one in find_visitors(session, actor.scope, district=district)}
    unknown = [one.username for one in wish.inspectors if one.username not in known]
    if unknown:
        raise DomainError("visit_plan.inspector_unknown", names=unknown, known=sorted(known))


def stop_visit_plan(engine: Engine, actor: Actor, plan_id: int) -> None:
    """Let the search end with the best plan it has.

    Raises:
        DomainError: ``auth.forbidden``; ``visit_plan.not_found``.
    """
    if actor.role not in PLANNING_ROLES:
        raise DomainError("auth.forbidden", role=actor.role.value)
    with writing(engine, actor.change(_ACT)) as session:
        get_visit_plan(session, actor.scope, plan_id, locks=True).is_stopping = True
        audit(session, actor.username, "stop_visit_plan", str(plan_id))


def make_visit_plan(engine: Engine, plan_id: int) -> None:
    """Make a plan that was asked for; done again it makes the same one.

    A refusal is kept with the plan, for its page to tell.
    """
    with reading(engine, Scope.everything()) as session:
        plan = get_visit_plan(session, Scope.everything(), plan_id)
        wish = VisitWish.model_validate(plan.asked)
        scope = scope_of(plan)
        prepared = prepare(session, scope, wish, on=min(wish.days[0], today()))
    hearing = _Hearing(engine, plan_id, wish)
    try:
        found = _fewest(prepared, hearing) if wish.fewest else _best(prepared, wish, hearing)
    except DomainError as refusal:
        _fail(engine, plan_id, refusal, prepared)
        return
    _keep(engine, plan_id, found)


def _best(prepared: Prepared, wish: VisitWish, hearing: _Hearing) -> _Found:
    effort = usual_effort(prepared.problem, seconds=wish.seconds, seed=wish.seed)
    heard, is_stopped = hearing.hear, hearing.is_stopped
    solution = solve(prepared.problem, effort, heard=heard, is_stopped=is_stopped)
    told = found_of(prepared, solution, hearing.seconds)
    return told, stops_of_solution(prepared, solution)


def _fewest(prepared: Prepared, hearing: _Hearing) -> _Found:
    """Find how many inspector-days see everything (M7): nothing may be left, nobody is spared."""
    asked = prepared.problem
    visits = tuple(replace(one, is_required=True) for one in asked.visits)
    problem = replace(asked, visits=visits, balance_s=0)
    fewest = fewest_shifts(problem, heard=hearing.hear, is_stopped=hearing.is_stopped)
    cut = replace(prepared, problem=fewest.problem)
    told = found_of(cut, fewest.solution, hearing.seconds)
    told["fewest"] = {
        "visits": len(visits) - len(fewest.solution.left_out(fewest.problem)),
        "shifts": fewest.shifts,
        "until": fewest.problem.shifts[-1].on.isoformat(),
    }
    if fewest.shifts is None:
        told["fewest"] |= {"visits": len(visits), "until": None}
    return told, stops_of_solution(cut, fewest.solution)


def scope_of(plan: VisitPlan) -> Scope:
    """Return the ground that a plan may send somebody to: its town's or its district's."""
    if plan.town_code is not None:
        return Scope(DivisionKind.TOWN, plan.town_code)
    return Scope(DivisionKind.DISTRICT, plan.district_code)


def _keep(engine: Engine, plan_id: int, made: _Found) -> None:
    """Write a plan's routes; what was done of an earlier one stays."""
    found, stops = made
    with writing(engine, _BY_WORKER) as session:
        plan = get_visit_plan(session, Scope.everything(), plan_id, locks=True)
        write_stops(session, plan_id, stops)
        plan.found = found
        plan.status = VisitPlanStatus.READY.value
        plan.progress = {"share": 1.0}
        plan.row_version += 1
        audit(session, "worker", "visit_plan_made", str(plan_id), stops=len(stops))


def fail_visit_plan(engine: Engine, plan_id: int) -> None:
    """Let a plan say that its making broke down, so that nobody waits for it."""
    with writing(engine, _BY_WORKER) as session:
        plan = get_visit_plan(session, Scope.everything(), plan_id, locks=True)
        plan.status = VisitPlanStatus.FAILED.value
        plan.found = {"refusal": {"code": "request.failed", "facts": {}}}
        audit(session, "worker", "visit_plan_made", str(plan_id), outcome="request.failed")


def _fail(engine: Engine, plan_id: int, refusal: DomainError, prepared: Prepared) -> None:
    facts: dict[str, Any] = dict(refusal.facts)
    if "visits" in facts:
        facts["visits"] = [prepared.sites[one].row["name"] for one in facts["visits"]]
    with writing(engine, _BY_WORKER) as session:
        plan = get_visit_plan(session, Scope.everything(), plan_id, locks=True)
        plan.status = VisitPlanStatus.FAILED.value
        plan.found = {"refusal": {"code": refusal.code, "facts": facts}}
        audit(session, "worker", "visit_plan_made", str(plan_id), outcome=refusal.code)


class _Hearing:
    """Writes how the search gets on, not too often, and asks whether somebody is satisfied."""

    def __init__(self, engine: Engine, plan_id: int, wish: VisitWish) -> None:
        self._engine, self._plan_id, self._wish = engine, plan_id, wish
        self._began = self._written = monotonic()
        self._is_stopping = False
        self._best: dict[str, Any] = {}

    @property
    def seconds(self) -> float:
        """Since the search began."""
        return monotonic() - self._began

    def hear(self, solution: Solution) -> None:
        """Take note of a better plan."""
        made = [one for order in solution.orders for one in order]
        self._best = {"visits": len(made), "score": solution.score}

    def is_stopped(self) -> bool:
        """Tell whether to stop, from time to time by asking."""
        if monotonic() - self._written > _WRITES_EVERY_S:
            self._written = monotonic()
            self._is_stopping = self._write()
        return self._is_stopping

    def _write(self) -> bool:
        share = min(0.99, self.seconds / self._wish.seconds)
        with writing(self._engine, _BY_WORKER) as session:
            return bool(
                session.scalar(
                    update(VisitPlan)
                    .where(VisitPlan.id == self._plan_id)
                    .values(
                        status=VisitPlanStatus.RUNNING.value,
                        progress={"share": share, **self._best},
                    )
                    .returning(VisitPlan.is_stopping)
                )
            )
