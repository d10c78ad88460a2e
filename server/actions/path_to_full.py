"""The path to full coverage of a scope: figures, forecast, and actions chosen to the optimum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

from sqlalchemy.orm import Session

from geodata.choosing import Choice, fewest_for, most_within
from geodata.domain.access import Scope
from geodata.domain.indicator import Denominator
from geodata.domain.path_to_full import (
    ACTION_COSTS,
    ActionCost,
    Forecast,
    Option,
    PathAction,
    forecast,
    options_for,
)
from geodata.store.campaigns import current_campaign
from geodata.store.queries.coverage_table import CoverageRow, CoverageTable
from geodata.store.queries.path import Unmanaged, unmanaged_sites, weekly_coverage
from geodata.store.queries.state import SiteFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class PathWish:
    """What is asked for.

    Attributes:
        by: The deadline.
        denominator: What the target, or the use of a budget, is counted in.
        target: Share to be reached, 0-1.
        budget_yuan: What may be spent a year; ``None``: the fewest actions that reach the target.
    """

    by: date
    denominator: Denominator = Denominator.SITES
    target: float = 1.0
    budget_yuan: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One action at one site."""

    site: Unmanaged
    option: Option
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Path:
    """Where a scope stands and how it gets to the target.

    Attributes:
        rows: Towns and, last, the total: figures with the forecast by denominator.
        steps: The proposed action at each unmanaged site; other options follow it where one of
            them was chosen.
        cost_yuan: Of those chosen, a year.
        after: The total's covered part by denominator once they are done.
        is_reached: Whether the target is reached by them.
    """

    rows: list[tuple[CoverageRow, dict[Denominator, Forecast]]]
    steps: list[Step]
    cost_yuan: int
    after: dict[Denominator, float]
    is_reached: bool


def path_to_full(
    session: Session, scope: Scope, wanted: SiteFilter, wish: PathWish, *, on: date
) -> Path:
    """Return the path of what a filter keeps; nothing is decided by it.

    Args:
        session: A reading session.
        scope: The actor's.
        wanted: Where.
        wish: What is asked for.
        on: Today.
    """
    tables = weekly_coverage(session, scope, wanted, on=on)
    sites = unmanaged_sites(session, scope, wanted, on=on)
    costs = costs_of(session, wanted.district, on=on)
    offered = [(site, option) for site in sites for option in options_for(site.facts, on, costs)]
    total = tables[-1].total
    needed = (
        ceil(round(wish.target * total.amounts[wish.denominator], 6))
        - total.covered[wish.denominator]
    )
    chosen = _chosen(offered, wish, ceil(round(needed, 6)))
    steps = _steps(offered, set(chosen))
    done = [one for one in steps if one.is_chosen]
    after = {
        one: total.covered[one] + sum(step.site.facts.amounts[one] for step in done)
        for one in Denominator
    }
    return Path(
        rows=[*_forecasts(tables, wish.by)],
        steps=steps,
        cost_yuan=sum(one.option.cost_yuan for one in done),
        after=after,
        is_reached=after[wish.denominator] >= wish.target * total.amounts[wish.denominator] - 1e-6,
    )


def costs_of(
    session: Session, district: str | None, *, on: date
) -> Mapping[PathAction, ActionCost]:
    """Return what actions cost: as the district's campaign says, else a first guess."""
    campaign = None if district is None else current_campaign(session, district, on=on)
    return ACTION_COSTS if campaign is None else campaign.costs


def _chosen(offered: Sequence[tuple[Unmanaged, Option]], wish: PathWish, needed: int) -> list[int]:
    """Return the places of the chosen actions; all first proposals where none are enough."""
    choices = [
        Choice(site.site_id, int(site.facts.amounts[wish.denominator]), option.cost_yuan)
        for site, option in offered
    ]
    if wish.budget_yuan is not None:
        return most_within(choices, wish.budget_yuan)
    found = fewest_for(choices, needed)
    return _first_of_each(offered) if found is None else found


def _first_of_each(offered: Sequence[tuple[Unmanaged, Option]]) -> list[int]:
    seen: dict[int, int] = {}
    for place, (site, _) in enumerate(offered):
        seen.setdefault(site.site_id, place)
    return list(seen.values())


def _steps(offered: Sequence[tuple[Unmanaged, Option]], chosen: set[int]) -> list[Step]:
    """Tell one action a site: the chosen one, else the one to propose."""
    told: dict[int, Step] = {}
    for place, (site, option) in enumerate(offered):
        if place in chosen or site.site_id not in told:
            told[site.site_id] = Step(site, option, place in chosen)
    return sorted(told.values(), key=lambda one: not one.is_chosen)


def _forecasts(
    tables: Sequence[CoverageTable], by: date
) -> list[tuple[CoverageRow, dict[Denominator, Forecast]]]:
    latest = tables[-1]
    found = []
    for row in [*latest.rows, latest.total]:
        past: list[tuple[date, Any]] = []
        for table in tables:
            rows = {one.code: one for one in [*table.rows, table.total]}
            if row.code in rows:
                past.append((table.on, rows[row.code].covered))
        by_denominator = {
            one: forecast([(day, covered[one]) for day, covered in past], row.amounts[one], by)
            for one in Denominator
        }
        found.append((row, by_denominator))
    return found
