"""What the path to full coverage is made of: unmanaged sites, and how coverage went by weeks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import RowMapping, exists, func, select
from sqlalchemy.orm import Session, aliased

from geodata.domain.access import Scope
from geodata.domain.category import Category
from geodata.domain.indicator import Denominator
from geodata.domain.path_to_full import PACE_WEEKS, UnmanagedFacts
from geodata.domain.site_plan import PlanFacts, PlanState
from geodata.store.queries.coverage_table import Breakdown, CoverageTable, coverage_table
from geodata.store.queries.gaps.merge_proposals import NEAR_M
from geodata.store.queries.state import SiteFilter, filtered, site_state
from geodata.store.tables import Division, DrawnSite, Site, SitePlan


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """A site that nobody manages today, with what may be done about it."""

    site_id: int
    name: str
    town_code: str
    town_name: str
    neighbourhood_name: str | None
    facts: UnmanagedFacts


def weekly_coverage(
    session: Session, scope: Scope, wanted: SiteFilter, *, on: date
) -> list[CoverageTable]:
    """Return coverage by town at the start, and in the middle, of the pace's weeks, and today."""
    days = [on - timedelta(weeks=PACE_WEEKS), on - timedelta(weeks=PACE_WEEKS // 2), on]
    return [
        coverage_table(session, scope, by=Breakdown.TOWN, on=day, wanted=wanted) for day in days
    ]


def unmanaged_sites(
    session: Session, scope: Scope, wanted: SiteFilter, *, on: date
) -> list[Unmanaged]:
    """Return the sites in scope that no effective type covers today, in official order."""
    state, p, here = site_state(on), SitePlan, Site
    town, neighbourhood = Division.__table__.alias("t"), Division.__table__.alias("n")
    c = state.c
    statement = (
        select(
            *(c.site_id, c.name, c.category, c.town_code),
            *(c[one.value] for one in Denominator if one is not Denominator.SITES),
            town.c.name.label("town_name"),
            neighbourhood.c.name.label("neighbourhood_name"),
            *(p.plan_state, p.due_on, p.publicised_until),
            _has_managed_neighbour().label("has_neighbour"),
        )
        .select_from(state)
        .join(here, here.id == c.site_id)
        .join(town, town.c.code == c.town_code)
        .outerjoin(neighbourhood, neighbourhood.c.code == c.neighbourhood_code)
        .outerjoin(p, (p.site_id == c.site_id) & p.closed_on.is_(None))
        .where(~c.is_covered)
        .order_by(town.c.sort_order, c.site_id)
    )
    rows = session.execute(filtered(statement, state, scope, wanted)).mappings()
    return list(_told(rows))


def _has_managed_neighbour() -> Any:  # noqa: ANN401 - SQL expression
    """Tell whether a covered site has its border near that of `Site`.

    In web mercator, longer than the ground by 1 / cos(latitude).
    """
    # As maps draw them: kept in the transaction of every change, and known to an index.
    near, covered = aliased(Site), DrawnSite.__table__.alias("drawn")
    reach = NEAR_M / func.cos(func.radians(func.st_y(func.st_centroid(Site.geom))))
    return exists(
        select(near.id)
        .join(covered, covered.c.site_id == near.id)
        .where(
            near.id != Site.id,
            near.district_code == Site.district_code,
            covered.c.covered,
            # Said as well: behind a policy PostgreSQL looks into an index for `&&` alone.
            near.geom_3857.op("&&")(func.st_expand(Site.geom_3857, reach)),
            func.st_dwithin(near.geom_3857, Site.geom_3857, reach),
        )
    ).correlate(Site)


def _told(rows: Any) -> Iterator[Unmanaged]:  # noqa: ANN401 - mappings
    for row in rows:
        plan = None
        if row["plan_state"] is not None:
            state = PlanState(row["plan_state"])
            plan = PlanFacts(state, row["due_on"], row["publicised_until"])
        yield Unmanaged(
            row["site_id"],
            row["name"],
            row["town_code"],
            row["town_name"],
            row["neighbourhood_name"],
            UnmanagedFacts(
                category=None if row["category"] is None else Category(row["category"]),
                amounts=_amounts(row),
                plan=plan,
                has_managed_neighbour=bool(row["has_neighbour"]),
            ),
        )


def _amounts(row: RowMapping) -> dict[Denominator, float]:
    counted = {one: row.get(one.value) for one in Denominator}
    return {
        one: 1.0 if one is Denominator.SITES else float(value or 0)
        for one, value in counted.items()
    }
