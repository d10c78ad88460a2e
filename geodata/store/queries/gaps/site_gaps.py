"""Gaps that a site's own record shows: unmanaged, below policy, lapsing, lacking services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    ColumnClause,
    ColumnElement,
    Date,
    RowMapping,
    Select,
    TableValuedAlias,
    Text,
    and_,
    any_,
    column,
    func,
    not_,
    select,
)
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.category import Category
from geodata.domain.gap import GapKind
from geodata.domain.gap_rules import EMERGENCY_MONTHS
from geodata.domain.management import ManagementType
from geodata.domain.policy import POLICIES, Requirement
from geodata.store.queries.gaps.told import Gap, GapFilter, GapKey
from geodata.store.queries.sites import with_names
from geodata.store.queries.state import filtered, site_state
from geodata.store.tables import Site, SiteMilestone, SiteSeparation

SERVICES: Final = ("has_cleaning", "has_security", "has_order")
"""保洁, 保安, 保序, as the record calls them."""


class _Told:
    """Today's states of sites beside the facts that the checks look at."""

    def __init__(self, on: date, within_days: int) -> None:
        self.on = on
        self.state = site_state(on)
        self.ends = _cover_ends(on)
        self._milestones = _grouped(SiteMilestone, func.max(SiteMilestone.due_on), "until")
        leads = func.min(func.nullif(SiteSeparation.lead, ""))
        self._leads = _grouped(SiteSeparation, leads, "lead")
        self.held = self._held()
        c = self.state.c
        services = and_(*(getattr(Site, one).is_(True) for one in SERVICES))
        self.conditions: dict[GapKind, ColumnElement[bool]] = {
            GapKind.UNMANAGED: not_(c.is_covered),
            GapKind.BELOW_POLICY: and_(
                c.is_covered,
                c.category.is_not(None),
                not_(func.is_policy_met(c.category, self.held)),
            ),
            GapKind.BASIC_SERVICES: and_(
                any_(c.effective_types) == ManagementType.SIMPLE.value, not_(services)
            ),
            GapKind.ABOUT_TO_LAPSE: and_(
                c.is_covered,
                c.subsidised.is_not(True),
                self.ends.c.ends_on <= on + timedelta(days=within_days),
            ),
        }
        standalone = c.category == Category.STANDALONE_BUILDING.value
        self.order: dict[GapKind, tuple[Any, ...]] = {
            # Standalone buildings first: the notice asks for them by name, and nobody else does.
            GapKind.UNMANAGED: (func.coalesce(standalone, False).desc(), c.uncovered_since),
            GapKind.ABOUT_TO_LAPSE: (self.ends.c.ends_on,),
        }

    def selection(self) -> Select[Any]:
        """Return the selection of each site's place, state and facts."""
        more = (
            *(getattr(Site, one) for one in (*SERVICES, "responsible")),
            self.held.label("held"),
            self.ends.c.ends_on.label("cover_ends_on"),
            self.ends.c.company.label("ending_company"),
            self.ends.c.is_emergency,
        )
        selected: Select[Any] = self.joined(with_names(self.state).add_columns(*more))
        return selected

    def joined(self, statement: Any) -> Any:  # noqa: ANN401 - a Select over many columns
        """Return a selection over the state with what the conditions look at beside it."""
        site_id = self.state.c.site_id
        return (
            statement.join(Site, Site.id == site_id)
            .outerjoin(self.ends, self.ends.c.site_id == site_id)
            .outerjoin(self._milestones, self._milestones.c.site_id == site_id)
            .outerjoin(self._leads, self._leads.c.site_id == site_id)
        )

    def _held(self) -> Any:  # noqa: ANN401 - SQL expression
        return func.held_requirements(
            self.state.c.effective_types,
            func.is_starred(Site.service_star),
            Site.is_ready_for_star,
            *(getattr(Site, one) for one in SERVICES),
            Site.responsible,
            self._milestones.c.until,
            self._leads.c.lead,
        )


KINDS: Final = (
    GapKind.UNMANAGED,
    GapKind.ABOUT_TO_LAPSE,
    GapKind.BELOW_POLICY,
    GapKind.BASIC_SERVICES,
)
"""The kinds that this module knows."""


def site_gaps(
    session: Session,
    scope: Scope,
    wanted: GapFilter,
    kind: GapKind,
    *,
    on: date,
    limit: int | None = None,
    skip: int = 0,
) -> list[Gap]:
    """Return the sites in scope that have a gap of a kind, in the order of work.

    Args:
        session: A reading session.
        scope: The actor's.
        wanted: Which to tell.
        kind: One of `KINDS`.
        on: Today.
        limit: Rows at most.
        skip: Rows to leave out first.
    """
    told = _Told(on, wanted.within_days)
    statement = filtered(told.selection(), told.state, scope, wanted.sites).where(
        told.conditions[kind]
    )
    statement = statement.order_by(*told.order.get(kind, ()), told.state.c.site_id)
    rows = session.execute(statement.limit(limit).offset(skip)).mappings()
    return [_TELLERS[kind](row) for row in rows]


def count_site_gaps(
    session: Session,
    scope: Scope,
    wanted: GapFilter,
    *,
    on: date,
) -> dict[str, dict[GapKind, int]]:
    """Return the number of gaps of each of `KINDS` by the code of their town."""
    told = _Told(on, wanted.within_days)
    counts = [func.count().filter(told.conditions[kind]).label(kind.value) for kind in KINDS]
    town = told.state.c.town_code
    statement = told.joined(select(town, *counts).select_from(told.state)).group_by(town)
    rows = session.execute(filtered(statement, told.state, scope, wanted.sites)).mappings()
    return {row["town_code"]: {kind: row[kind.value] for kind in KINDS} for row in rows}


def _unmanaged(row: RowMapping) -> Gap:
    key = GapKey(GapKind.UNMANAGED, row["site_id"])
    return Gap(key=key, place=dict(row), since=row["uncovered_since"])


def _about_to_lapse(row: RowMapping) -> Gap:
    facts = {"company": row["ending_company"], "is_emergency": row["is_emergency"]}
    key = GapKey(GapKind.ABOUT_TO_LAPSE, row["site_id"])
    return Gap(key=key, place=dict(row), until=row["cover_ends_on"], facts=facts)


def _below_policy(row: RowMapping) -> Gap:
    policy = POLICIES[Category(row["category"])]
    lacks = policy.lacking([Requirement(one) for one in row["held"]])
    key = GapKey(GapKind.BELOW_POLICY, row["site_id"])
    facts = {"policy": policy.code}
    return Gap(key=key, place=dict(row), lacks=tuple(one.value for one in lacks), facts=facts)


def _basic_services(row: RowMapping) -> Gap:
    lacks = tuple(one for one in SERVICES if row[one] is not True)
    return Gap(key=GapKey(GapKind.BASIC_SERVICES, row["site_id"]), place=dict(row), lacks=lacks)


_TELLERS: Final[dict[GapKind, Callable[[RowMapping], Gap]]] = {
    GapKind.UNMANAGED: _unmanaged,
    GapKind.ABOUT_TO_LAPSE: _about_to_lapse,
    GapKind.BELOW_POLICY: _below_policy,
    GapKind.BASIC_SERVICES: _basic_services,
}


def _cover_ends(on: date) -> TableValuedAlias:
    columns: tuple[ColumnClause[Any], ...] = (
        column("site_id"),
        column("ends_on", Date()),
        column("company", Text()),
        column("management_type", Text()),
        column("is_emergency", Boolean()),
    )
    return func.cover_ends(on, EMERGENCY_MONTHS).table_valued(*columns).alias("ending")


def _grouped(table: Any, value: Any, name: str) -> Any:  # noqa: ANN401 - a table that hangs on sites
    return select(table.site_id, value.label(name)).group_by(table.site_id).subquery()
