"""Plans of sites: written beside their site, told with what may happen next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.domain.site_plan import PlanFacts, PlanState, is_late
from geodata.domain.voting import READINGS, Tally, Vote, VotingRule
from geodata.store.queries.state import SiteFilter, filtered, site_state, within
from geodata.store.tables import Division, Site, SitePlan


def current_plan(session: Session, site_id: int) -> SitePlan | None:
    """Return the plan of a site that is not closed."""
    return session.scalar(
        select(SitePlan).where(SitePlan.site_id == site_id, SitePlan.closed_on.is_(None))
    )


def get_plan(session: Session, scope: Scope, plan_id: int) -> SitePlan:
    """Return a plan of a listed site in scope.

    Raises:
        DomainError: ``plan.not_found``.
    """
    plan = session.scalar(
        select(SitePlan)
        .join(Site, Site.id == SitePlan.site_id)
        .where(SitePlan.id == plan_id, Site.delisted_on.is_(None), within(scope, Site))
    )
    if plan is None:
        raise DomainError("plan.not_found", plan=plan_id)
    return plan


def plans_of(session: Session, site_id: int) -> Sequence[SitePlan]:
    """Return all plans of a site, the latest first."""
    wanted = select(SitePlan).where(SitePlan.site_id == site_id).order_by(SitePlan.id.desc())
    return session.scalars(wanted).all()


def vote_of(plan: SitePlan) -> Vote | None:
    """Return the vote that was entered, ``None`` before."""
    counts = [
        (getattr(plan, f"{one}_heads"), getattr(plan, f"{one}_area_m2"))
        for one in ("owner", "participating", "agreeing")
    ]
    if any(heads is None or area is None for heads, area in counts):
        return None
    owners, participating, agreeing = (Tally(heads, area) for heads, area in counts)
    return Vote(owners, participating, agreeing)


def facts_of(plan: SitePlan, gate: VotingRule) -> PlanFacts:
    """Return what the steps of a plan look at, its vote read as the district has chosen."""
    vote = vote_of(plan)
    return PlanFacts(
        state=PlanState(plan.plan_state),
        due_on=plan.due_on,
        publicised_until=plan.publicised_until,
        passes=None if vote is None else READINGS[gate].passes(vote),
    )


def write_plan(session: Session, plan: SitePlan, values: Mapping[str, Any]) -> None:
    """Write columns of a plan; its site is locked."""
    session.execute(
        update(SitePlan)
        .where(SitePlan.id == plan.id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    session.expire(plan)


def find_plans(
    session: Session, scope: Scope, wanted: SiteFilter, *, on: date
) -> Sequence[Row[Any]]:
    """Return each site that is unmanaged today, or has a current plan, with that plan.

    Each row: ``site_id``, ``name``, ``category``, codes and names of town and neighbourhood,
    ``is_covered``, ``uncovered_since``, ``households``, and the columns of `SitePlan` as
    ``plan_id``, ``state``, ``due_on``, ``management_type``, ``is_fallback``, ``in_force_on``
    (empty where there is none). Those without a plan come first.
    """
    state, p = site_state(on), SitePlan
    town, neighbourhood = Division.__table__.alias("t"), Division.__table__.alias("n")
    c = state.c
    statement = (
        select(
            *(c.site_id, c.name, c.category, c.town_code, c.neighbourhood_code, c.households),
            *(c.is_covered, c.uncovered_since),
            town.c.name.label("town_name"),
            neighbourhood.c.name.label("neighbourhood_name"),
            p.id.label("plan_id"),
            p.plan_state.label("state"),
            *(p.due_on, p.management_type, p.is_fallback, p.in_force_on),
        )
        .select_from(state)
        .join(town, town.c.code == c.town_code)
        .outerjoin(neighbourhood, neighbourhood.c.code == c.neighbourhood_code)
        .outerjoin(p, (p.site_id == c.site_id) & p.closed_on.is_(None))
        .where(~c.is_covered | p.id.is_not(None))
        .order_by(p.id.is_not(None), town.c.sort_order, c.uncovered_since, c.site_id)
    )
    rows: Sequence[Row[Any]] = session.execute(filtered(statement, state, scope, wanted)).all()
    return rows


def group_of_plan(row: Row[Any], on: date) -> str:
    """Return where a row of `find_plans` belongs: ``none``, ``late``, or the plan's state."""
    if row.plan_id is None:
        return "none"
    return "late" if is_late(PlanFacts(PlanState(row.state), row.due_on), on) else str(row.state)
