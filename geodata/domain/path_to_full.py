"""The path to full coverage: what is missing, when the pace gets there, what could be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import ceil
from typing import Final

from geodata.domain.category import Category
from geodata.domain.indicator import Denominator
from geodata.domain.site_plan import PlanFacts, PlanState, is_late

PACE_WEEKS: Final = 8
"""How many of the last weeks the pace is taken from."""
_WEEK: Final = 7


class PathAction(StrEnum):
    """What makes an unmanaged site managed."""

    BACKSTOP = "backstop"
    SIMPLE = "simple"
    MERGE = "merge"
    CONTRACT = "contract"


ACTION_CLAUSES: Final[dict[PathAction, str]] = {
    PathAction.BACKSTOP: "S27",
    PathAction.SIMPLE: "S17",
    PathAction.MERGE: "S17",
    PathAction.CONTRACT: "S11",
}
"""Rows of the notice that ask for it; for an old community simple management is S12."""

_SIMPLE_CLAUSES: Final = {
    Category.OLD_COMMUNITY: "S12",
    Category.NEW_RURAL: "S14",
    Category.STANDALONE_BUILDING: "S17",
}


@dataclass(frozen=True, slots=True)
class ActionCost:
    """What an action costs in yuan a year: once for the site, and for each household."""

    once: int
    per_household: int


ACTION_COSTS: Final[dict[PathAction, ActionCost]] = {
    PathAction.BACKSTOP: ActionCost(6_000, 120),
    PathAction.SIMPLE: ActionCost(4_000, 90),
    PathAction.MERGE: ActionCost(1_000, 60),
    PathAction.CONTRACT: ActionCost(3_000, 40),
}
"""A first guess to plan with; the district puts its own figures in their place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmanagedFacts:
    """What the choice of an action looks at.

    Attributes:
        category: The site's, ``None`` for not reported.
        amounts: What the site brings to each denominator.
        plan: Its current plan.
        has_managed_neighbour: Whether a managed community is near enough to take it in.
    """

    category: Category | None
    amounts: Mapping[Denominator, float]
    plan: PlanFacts | None = None
    has_managed_neighbour: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One action that would cover a site.

    Attributes:
        action: What.
        clause: The row of the notice.
        cost_yuan: A year.
    """

    action: PathAction
    clause: str
    cost_yuan: int


def options_for(
    facts: UnmanagedFacts,
    on: date,
    costs: Mapping[PathAction, ActionCost] = ACTION_COSTS,
) -> list[Option]:
    """Return what could be done about a site, the one to propose first.

    A plan that was rejected or is late leads to the backstop, in place of what it could not bring
    about; a lone building, an old or rural community to simple management by the neighbourhood;
    what stands beside a managed community may go into it; the others need a contract.
    """
    households = round(facts.amounts.get(Denominator.HOUSEHOLDS) or 0)

    def option(action: PathAction, clause: str | None = None) -> Option:
        cost = costs[action]
        yuan = cost.once + cost.per_household * households
        return Option(action, clause or ACTION_CLAUSES[action], yuan)

    found: list[Option] = []
    if facts.plan is not None and (
        facts.plan.state is PlanState.REJECTED or is_late(facts.plan, on)
    ):
        found.append(option(PathAction.BACKSTOP))
    elif facts.category in _SIMPLE_CLAUSES:
        found.append(option(PathAction.SIMPLE, _SIMPLE_CLAUSES[facts.category]))
    if facts.has_managed_neighbour:
        found.append(option(PathAction.MERGE))
    if facts.category is not Category.STANDALONE_BUILDING:
        found.append(option(PathAction.CONTRACT))
    return found


@dataclass(frozen=True, slots=True)
class Forecast:
    """Where the present pace leads.

    Attributes:
        missing: How much is not covered.
        per_week: Newly covered each week, on average of the last weeks; may be less than none.
        full_on: The day on which all is covered at that pace, ``None`` if never.
        is_on_time: Whether that is by the deadline.
        needed_per_week: The pace that would be; ``None`` once the deadline is past.
    """

    missing: float
    per_week: float
    full_on: date | None
    is_on_time: bool
    needed_per_week: float | None


def forecast(covered: Sequence[tuple[date, float]], whole: float, deadline: date) -> Forecast:
    """Return where the pace of the last weeks leads.

    Args:
        covered: The part that was covered on days in order, the last one today.
        whole: What there is today.
        deadline: The day by which all should be covered.
    """
    (first_on, first), (on, last) = covered[0], covered[-1]
    weeks = (on - first_on).days / _WEEK
    per_week = (last - first) / weeks if weeks else 0.0
    missing = max(0.0, whole - last)
    full_on = _full_on(on, missing, per_week)
    left = (deadline - on).days / _WEEK
    needed = missing / left if left > 0 else (0.0 if not missing else None)
    is_on_time = full_on is not None and full_on <= deadline
    return Forecast(missing, per_week, full_on, is_on_time, needed)


def _full_on(on: date, missing: float, per_week: float) -> date | None:
    if not missing:
        return on
    if per_week <= 0:
        return None
    # Rounded first: 0.1 a week must not take a day more because of binary fractions.
    days = ceil(round(missing / per_week * _WEEK, 6))
    return on + timedelta(days=days) if days < (date.max - on).days else None
