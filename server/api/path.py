"""The path to full coverage, for programs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from geodata.domain.indicator import Denominator
from geodata.domain.path_to_full import PACE_WEEKS
from geodata.domain.period import today
from geodata.store.queries.state import SiteFilter
from server.actions.path_to_full import Path, PathWish, path_to_full
from server.auth import CurrentActor, ReadingSession

router = APIRouter(prefix="/api", tags=["coverage"])

_LAST_MONTH, _LAST_DAY = 12, 31


def path_wish(
    by: Annotated[date | None, Query(description="The deadline; the year's end by default")] = None,
    denominator: Denominator = Denominator.SITES,
    target: Annotated[float, Query(ge=0, le=1)] = 1.0,
    budget: Annotated[int | None, Query(ge=0, le=10**12, description="Yuan a year")] = None,
) -> PathWish:
    """Return what a request's query asks for."""
    ends = by or today().replace(month=_LAST_MONTH, day=_LAST_DAY)
    return PathWish(by=ends, denominator=denominator, target=target, budget_yuan=budget)


Wish = Annotated[PathWish, Depends(path_wish)]


@router.get("/path-to-full")
def path_route(
    actor: CurrentActor,
    session: ReadingSession,
    wish: Wish,
    district: str | None = None,
    town: str | None = None,
) -> dict[str, Any]:
    """Return what is missing, where the pace leads, and the actions that reach the target.

    Without ``budget`` the fewest actions, and of those the cheapest; with it those that bring
    most. Nothing is decided by asking.
    """
    wanted, on = SiteFilter(district=district or None, town=town or None), today()
    path = path_to_full(session, actor.scope, wanted, wish, on=on)
    return {"on": on, "pace_weeks": PACE_WEEKS, **asdict(wish), **path_json(path)}


def path_json(path: Path) -> dict[str, Any]:
    """Return a path as the interface tells it."""
    total = path.rows[-1][0]
    return {
        "rows": [
            {
                "code": row.code,
                "label": row.label,
                "denominators": {
                    one.value: {
                        "whole": row.amounts[one],
                        "covered": row.covered[one],
                        **asdict(forecasts[one]),
                    }
                    for one in Denominator
                },
            }
            for row, forecasts in path.rows
        ],
        "actions": [
            {
                "site": step.site.site_id,
                "name": step.site.name,
                "town": step.site.town_code,
                "town_name": step.site.town_name,
                "neighbourhood_name": step.site.neighbourhood_name,
                "category": step.site.facts.category,
                "action": step.option.action,
                "clause": step.option.clause,
                "cost_yuan": step.option.cost_yuan,
                "gains": {one.value: step.site.facts.amounts[one] for one in Denominator},
                "chosen": step.is_chosen,
            }
            for step in path.steps
        ],
        "cost_yuan": path.cost_yuan,
        "after": {
            one.value: {
                "covered": path.after[one],
                "rate": path.after[one] / total.amounts[one] if total.amounts[one] else None,
            }
            for one in Denominator
        },
        "reached": path.is_reached,
    }
