"""Coverage figures: counts by town, neighbourhood, category, management type or status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    FromClause,
    TableValuedAlias,
    Text,
    case,
    cast,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.category import Category
from geodata.domain.division import DivisionKind
from geodata.domain.indicator import CoverageKind, Denominator, Rate
from geodata.domain.inspection import InspectionStatus
from geodata.domain.management import ManagementType
from geodata.domain.vocabulary import UNREPORTED, UNREPORTED_KEY, Language, label
from geodata.store.queries.divisions import find_divisions
from geodata.store.queries.state import SiteFilter, filtered, site_state

_AMOUNTS = tuple(one.value for one in Denominator if one is not Denominator.SITES)


class Breakdown(StrEnum):
    """What the rows of a coverage table stand for."""

    TOWN = "town"
    NEIGHBOURHOOD = "neighbourhood"
    CATEGORY = "category"
    MANAGEMENT_TYPE = "management_type"
    INSPECTION_STATUS = "inspection_status"


_LABELLED: dict[Breakdown, type[StrEnum]] = {
    Breakdown.CATEGORY: Category,
    Breakdown.MANAGEMENT_TYPE: ManagementType,
    Breakdown.INSPECTION_STATUS: InspectionStatus,
}


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """Counts of one group.

    Attributes:
        code: Division code or key; ``unreported`` for sites without the value.
        label: For people, in the language asked for.
        amounts: Whole, by denominator.
        covered: Part with any effective type in force, by denominator.
        market: Part with a professional company, by denominator.
        verified: Part confirmed by a recent inspection, by denominator.
        unreported: Number of sites that did not report the denominator.
        sites_change: Change of the site count since the end of the last month, if asked for.
    """

    code: str
    label: str
    amounts: Mapping[Denominator, float]
    covered: Mapping[Denominator, float]
    market: Mapping[Denominator, float]
    verified: Mapping[Denominator, float]
    unreported: Mapping[Denominator, int]
    sites_change: int | None = None

    def rate(
        self,
        denominator: Denominator = Denominator.SITES,
        kind: CoverageKind = CoverageKind.CLAIMED,
    ) -> Rate:
        """Return a rate with its two numbers."""
        parts: Mapping[Denominator, float] = getattr(self, kind.value)
        return Rate(parts[denominator], self.amounts[denominator])


@dataclass(frozen=True, slots=True)
class CoverageTable:
    """Rows in official order, and their total over distinct sites.

    Rows by management type may add up to more than the total: a site may tick several.
    """

    on: date
    by: Breakdown
    rows: list[CoverageRow]
    total: CoverageRow


def coverage_table(
    session: Session,
    scope: Scope,
    *,
    by: Breakdown,
    on: date,
    language: Language = "zh",
    wanted: SiteFilter = SiteFilter(),  # noqa: B008 - frozen
    with_change: bool = False,
) -> CoverageTable:
    """Count coverage on a day.

    Args:
        session: A reading session.
        scope: The actor's.
        by: What the rows stand for.
        on: The day.
        language: Of the labels.
        wanted: Sites to count.
        with_change: Also tell each row's change of the site count since last month's end.
    """
    found = _count(session, scope, by, on, wanted)
    earlier = {}
    if with_change:
        last_month = on.replace(day=1) - timedelta(days=1)
        earlier = _count(session, scope, by, last_month, wanted)
    names = _labels(session, scope, by, language, wanted)
    total = _row(None, {"zh": "合计", "en": "Total"}[language], found.pop(None, None))
    rows = [_row(code, name, found.pop(code, None)) for code, name in names.items()]
    if UNREPORTED_KEY in found:
        rows.append(_row(UNREPORTED_KEY, UNREPORTED[language], found[UNREPORTED_KEY]))
    if with_change:
        rows = [_with_change(row, earlier.get(row.code)) for row in rows]
        total = _with_change(total, earlier.get(None))
    return CoverageTable(on, by, rows, total)


def _count(
    session: Session, scope: Scope, by: Breakdown, on: date, wanted: SiteFilter
) -> dict[str | None, dict[str, Any]]:
    """Return the counts by code; the total of distinct sites stands under ``None``."""
    state = site_state(on)
    key, needed = _key(state, by), ("is_covered", "is_market_covered", "is_verified", *_AMOUNTS)
    kept = select(key.label("key"), *(state.c[name] for name in needed))
    # Named once and read twice, so PostgreSQL works out the state once, for total and groups.
    sites = filtered(kept, state, scope, wanted).cte("sites")
    figures = _figures(sites)
    code: ColumnElement[Any] = sites.c.key
    source: FromClause = sites
    if by is Breakdown.MANAGEMENT_TYPE:
        each = func.unnest(sites.c.key).table_valued("one").render_derived(name="each").lateral()
        source, code = sites.join(each, true()), each.c.one
    groups = select(code.label("code"), *figures).select_from(source).group_by(code)
    total = select(literal(None, Text).label("code"), *figures).select_from(sites)
    rows = session.execute(union_all(total, groups)).mappings()
    return {row["code"]: dict(row) for row in rows}


def _key(state: TableValuedAlias, by: Breakdown) -> ColumnElement[Any]:
    """Return what groups the sites: a code, or by management type an array of them."""
    if by is Breakdown.MANAGEMENT_TYPE:
        types = state.c.effective_types
        return case(
            (func.cardinality(types) == 0, cast([UNREPORTED_KEY], ARRAY(Text))), else_=types
        )
    name = by.value if by in _LABELLED else f"{by.value}_code"
    return func.coalesce(state.c[name], UNREPORTED_KEY)


def _figures(sites: CTE) -> list[ColumnElement[Any]]:
    c = sites.c
    parts = {
        "amounts": literal(value=True),
        "covered": c.is_covered,
        "market": c.is_market_covered,
        "verified": c.is_verified,
    }
    figures: list[ColumnElement[Any]] = []
    for name, condition in parts.items():
        figures.append(func.count().filter(condition).label(f"{name}_sites"))
        figures += [
            func.coalesce(func.sum(c[amount]).filter(condition), 0).label(f"{name}_{amount}")
            for amount in _AMOUNTS
        ]
    figures += [
        func.count().filter(c[amount].is_(None)).label(f"unreported_{amount}")
        for amount in _AMOUNTS
    ]
    return figures


def _labels(
    session: Session, scope: Scope, by: Breakdown, language: Language, wanted: SiteFilter
) -> dict[str, str]:
    if by in _LABELLED:
        return {member.value: label(member, language) for member in _LABELLED[by]}
    kind = DivisionKind(by.value)
    found = find_divisions(session, scope, kind=kind, district=wanted.district)
    return {
        row.code: row.name
        for row in found
        if wanted.town is None or wanted.town in (row.code, row.parent_code)
    }


def _row(code: str | None, name: str, counts: Mapping[str, Any] | None) -> CoverageRow:
    def pick(part: str) -> dict[Denominator, float]:
        return {one: _number((counts or {}).get(f"{part}_{one}", 0)) for one in Denominator}

    return CoverageRow(
        code=code or "total",
        label=name,
        amounts=pick("amounts"),
        covered=pick("covered"),
        market=pick("market"),
        verified=pick("verified"),
        unreported={one: int(amount) for one, amount in pick("unreported").items()},
    )


def _number(value: Any) -> float:  # noqa: ANN401 - int or Decimal, as PostgreSQL counts
    return int(value) if value == int(value) else float(value)


def _with_change(row: CoverageRow, earlier: Mapping[str, Any] | None) -> CoverageRow:
    before = earlier["amounts_sites"] if earlier else 0
    return replace(row, sites_change=int(row.amounts[Denominator.SITES] - before))
