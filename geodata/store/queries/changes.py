"""The difference of two days: which sites joined, left, gained cover, lost it or changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    RowMapping,
    TableValuedAlias,
    Text,
    column,
    func,
    literal,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.change import ChangeKind, Standing, change_kinds
from geodata.domain.errors import DomainError
from geodata.domain.indicator import Denominator
from geodata.domain.vocabulary import Language
from geodata.store.queries.coverage_table import Breakdown, CoverageRow, coverage_table
from geodata.store.queries.state import SiteFilter, filtered, site_state
from geodata.store.sealing import with_open_phone

_COMPARED: Final = (
    *("name", "town_code", "neighbourhood_code", "category"),
    *("ticked_types", "effective_types", "is_covered"),
)
_PARTS: Final = ("joined_covered", "left_covered", "moved_in", "moved_in_covered", "moved_out",
                 "moved_out_covered")  # fmt: skip


@dataclass(frozen=True, slots=True)
class SiteChange:
    """What became of one site.

    Attributes:
        site_id: Which.
        name: On the later day, else on the earlier.
        kinds: What became of it, at least one.
        before: How it stood on the earlier day, ``None`` if it was not listed in scope.
        after: The same for the later day.
        fields: Columns that differ, and tables of what hangs on it that changed.
    """

    site_id: int
    name: str
    kinds: tuple[ChangeKind, ...]
    before: Standing | None
    after: Standing | None
    fields: tuple[str, ...]

    @property
    def towns(self) -> set[str]:
        """The town it lies in, or both where it moved."""
        return {one.town for one in (self.before, self.after) if one is not None}


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """The difference of one town, or of all that is seen.

    Sites add up: ``sites_to - sites_from = joined - left + moved_in - moved_out``; covered sites
    too, with ``gained``, ``lost`` and the covered among the others. A site that moved between
    towns gains or loses cover in the total alone; in the total nothing moves.

    Attributes:
        code: Division code, or ``total``.
        label: For people.
        sites_from: Sites on the earlier day.
        sites_to: Sites on the later day.
        covered_from: Covered sites on the earlier day.
        covered_to: Covered sites on the later day.
        counts: Sites by kind of change, and ``joined_covered``, ``left_covered``, ``moved_in``,
            ``moved_in_covered``, ``moved_out``, ``moved_out_covered``.
    """

    code: str
    label: str
    sites_from: int
    sites_to: int
    covered_from: int
    covered_to: int
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ChangeTable:
    """The difference of two days, by town and in total, and every site that makes it."""

    day_from: date
    day_to: date
    rows: list[ChangeRow]
    total: ChangeRow
    changes: list[SiteChange]


def ledger_changes(
    session: Session,
    scope: Scope,
    wanted: SiteFilter,
    *,
    day_from: date,
    day_to: date,
    language: Language = "zh",
) -> ChangeTable:
    """Compare the ledgers of the ends of two days.

    Args:
        session: A reading session.
        scope: The actor's.
        wanted: Sites to compare; it cuts each day by itself, so that a site which left what is
            wanted has left.
        day_from: The earlier day.
        day_to: The later day.
        language: Of the labels.

    Raises:
        DomainError: ``change.days_reversed``.
    """
    if day_from > day_to:
        first, last = day_from.isoformat(), day_to.isoformat()
        raise DomainError("change.days_reversed", first=first, last=last)
    changes = _changes(session, scope, wanted, day_from, day_to)
    tables = [
        coverage_table(session, scope, by=Breakdown.TOWN, on=day, language=language, wanted=wanted)
        for day in (day_from, day_to)
    ]
    earlier = {row.code: row for row in tables[0].rows}
    rows = [
        _row(earlier.get(row.code), row, _town_counts(row.code, changes)) for row in tables[1].rows
    ]
    total = _row(tables[0].total, tables[1].total, _total_counts(changes))
    return ChangeTable(day_from, day_to, rows, total, changes)


def edited_values(
    session: Session, sites: Collection[int], *, day_from: date, day_to: date
) -> dict[int, tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Return the columns of sites on two days, for those whose own columns differ.

    The caller has cut the sites by scope. Shapes are hex EWKB, phones are whole.
    """
    edits = _edits(day_from, day_to, sites)
    rows = session.execute(select(edits).where(edits.c.new.is_not(None))).mappings()
    return {
        row["site_id"]: (with_open_phone(row["old"]), with_open_phone(row["new"])) for row in rows
    }


def _changes(
    session: Session, scope: Scope, wanted: SiteFilter, day_from: date, day_to: date
) -> list[SiteChange]:
    before = _standing_on(day_from, scope, wanted, "before")
    after = _standing_on(day_to, scope, wanted, "after")
    edits = _edits(day_from, day_to, None)
    b, a = before.c, after.c
    differ = [
        b.site_id.is_(None),
        a.site_id.is_(None),
        *(
            b[name].is_distinct_from(a[name])
            for name in ("is_covered", "town_code", "neighbourhood_code", "category")
        ),
        *(
            not_(b[name].contains(a[name]) & a[name].contains(b[name]))
            for name in ("ticked_types", "effective_types")
        ),
        edits.c.site_id.is_not(None),
    ]
    site_id = func.coalesce(a.site_id, b.site_id)
    statement = (
        select(
            site_id.label("site_id"),
            *(b[name].label(f"before_{name}") for name in _COMPARED),
            *(a[name].label(f"after_{name}") for name in _COMPARED),
            edits.c.fields,
        )
        .select_from(before.join(after, b.site_id == a.site_id, full=True))
        .outerjoin(edits, edits.c.site_id == site_id)
        .where(or_(*differ))
        .order_by(site_id)
    )
    found = (_change(row) for row in session.execute(statement).mappings())
    return [one for one in found if one.kinds]


def _standing_on(day: date, scope: Scope, wanted: SiteFilter, name: str) -> CTE:
    state = site_state(day)
    kept = select(state.c.site_id, *(state.c[one] for one in _COMPARED))
    # Worked out once by itself: PostgreSQL would otherwise compare site by site.
    return filtered(kept, state, scope, wanted).cte(name).prefix_with("MATERIALIZED")


def _edits(day_from: date, day_to: date, sites: Collection[int] | None) -> TableValuedAlias:
    only = literal(None if sites is None else list(sites), ARRAY(BigInteger))
    return (
        func.site_edits(day_from, day_to, only)
        .table_valued(
            column("site_id", BigInteger()),
            column("fields", ARRAY(Text)),
            column("old", JSONB()),
            column("new", JSONB()),
        )
        .alias("edits")
    )


def _change(row: RowMapping) -> SiteChange:
    before, after = _side(row, "before"), _side(row, "after")
    fields = row["fields"] or []
    return SiteChange(
        site_id=row["site_id"],
        name=row["after_name"] or row["before_name"],
        kinds=tuple(change_kinds(before, after, frozenset(fields))),
        before=before,
        after=after,
        fields=tuple(fields),
    )


def _side(row: RowMapping, side: str) -> Standing | None:
    if row[f"{side}_town_code"] is None:
        return None
    return Standing(
        town=row[f"{side}_town_code"],
        neighbourhood=row[f"{side}_neighbourhood_code"],
        category=row[f"{side}_category"],
        ticked=frozenset(row[f"{side}_ticked_types"]),
        effective=frozenset(row[f"{side}_effective_types"]),
        is_covered=row[f"{side}_is_covered"],
    )


def _town_counts(town: str, changes: Iterable[SiteChange]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for one in changes:
        if one.towns == {town}:
            _count(counts, one)
        elif town in one.towns and one.before and one.after:
            counts[ChangeKind.MOVED] += 1
            part, side = (
                ("moved_in", one.after) if one.after.town == town else ("moved_out", one.before)
            )
            counts[part] += 1
            counts[f"{part}_covered"] += side.is_covered
    return counts


def _total_counts(changes: Iterable[SiteChange]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for one in changes:
        _count(counts, one)
    return counts


def _count(counts: Counter[str], one: SiteChange) -> None:
    counts.update(one.kinds)
    if one.before is None or one.after is None:
        part, side = ("left", one.before) if one.after is None else ("joined", one.after)
        counts[f"{part}_covered"] += bool(side and side.is_covered)


def _row(before: CoverageRow | None, after: CoverageRow, counts: Counter[str]) -> ChangeRow:
    sites = Denominator.SITES
    return ChangeRow(
        code=after.code,
        label=after.label,
        sites_from=int(before.amounts[sites]) if before else 0,
        sites_to=int(after.amounts[sites]),
        covered_from=int(before.covered[sites]) if before else 0,
        covered_to=int(after.covered[sites]),
        counts={key: counts[key] for key in (*(one.value for one in ChangeKind), *_PARTS)},
    )
