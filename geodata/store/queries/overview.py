"""What a district is on one screen: sites nobody manages as spots, and the course to a deadline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import RowMapping, func, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.campaign import NodeEvidence
from geodata.domain.indicator import Denominator
from geodata.domain.path_to_full import Forecast, forecast
from geodata.domain.period import Period
from geodata.store.campaigns import current_campaign
from geodata.store.queries.coverage_table import Breakdown, coverage_table
from geodata.store.queries.path import weekly_coverage
from geodata.store.queries.state import SiteFilter, filtered, site_state
from geodata.store.tables import Division

_WEEK: Final = timedelta(days=7)
_MOST_POINTS: Final = 27
"""Of a course; where the weeks are more, some are left out."""


def uncovered_spots(
    session: Session, scope: Scope, wanted: SiteFilter, *, on: date
) -> Sequence[RowMapping]:
    """Return the sites that nobody manages on a day, the largest first.

    Each row: ``site_id``, ``name``, ``category``, ``town_code``, ``town_name``, ``households``,
    and ``longitude``, ``latitude`` in EPSG:4490, ``None`` where it has no place.
    """
    state, town = site_state(on), Division.__table__.alias("t")
    c = state.c
    place = func.coalesce(func.st_pointonsurface(c.geom), c.point)
    statement = (
        select(
            *(c.site_id, c.name, c.category, c.town_code, c.households),
            town.c.name.label("town_name"),
            func.st_x(place).label("longitude"),
            func.st_y(place).label("latitude"),
        )
        .join(town, town.c.code == c.town_code)
        .where(~c.is_covered)
        .order_by(c.households.desc().nulls_last(), c.site_id)
    )
    return session.execute(filtered(statement, state, scope, wanted)).mappings().all()


@dataclass(frozen=True, slots=True)
class Course:
    """How many sites were left by days, and where the pace leads.

    Attributes:
        period: From when to the deadline.
        is_campaign: Whether a campaign of the year sets it; else the year does.
        left: Days in order with the sites that nobody managed then, and all sites.
        forecast: From the last weeks before the day asked for.
    """

    period: Period
    is_campaign: bool
    left: list[tuple[date, float, float]]
    forecast: Forecast


def course_to_deadline(session: Session, scope: Scope, district: str, *, on: date) -> Course:
    """Return the burn-down of a district's sites that nobody manages, up to a day.

    The deadline is that of the campaign of the day's year for full coverage, else the year's end.
    """
    period = _campaign_period(session, district, on)
    wanted = SiteFilter(district=district)
    chosen = period or Period(on.replace(month=1, day=1), on.replace(month=12, day=31))
    left = []
    for day in _days(chosen, on):
        total = coverage_table(session, scope, by=Breakdown.CATEGORY, on=day, wanted=wanted).total
        whole = total.amounts[Denominator.SITES]
        left.append((day, whole - total.covered[Denominator.SITES], whole))
    tables = weekly_coverage(session, scope, wanted, on=on)
    covered = [(one.on, one.total.covered[Denominator.SITES]) for one in tables]
    whole = tables[-1].total.amounts[Denominator.SITES]
    return Course(chosen, period is not None, left, forecast(covered, whole, chosen.last_on))


def _campaign_period(session: Session, district: str, on: date) -> Period | None:
    campaign = current_campaign(session, district, on=on)
    if campaign is None or campaign.year != on.year:
        return None
    ends = [one.period.last_on for one in campaign.nodes if one.evidence is NodeEvidence.COVERAGE]
    return Period(campaign.period.first_on, max(ends, default=campaign.period.last_on))


def _days(period: Period, on: date) -> list[date]:
    """Return the weeks of a period up to a day, few enough to count each, and the day itself."""
    weeks = max(0, (on - period.first_on).days // _WEEK.days)
    step = _WEEK * max(1, weeks // _MOST_POINTS + 1)
    days = []
    day = period.first_on
    while day < on:
        days.append(day)
        day += step
    return [*days, on]
