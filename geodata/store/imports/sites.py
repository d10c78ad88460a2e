"""Write what the rows of a ledger or listing do to the sites of a district."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from geodata.domain.importing import RowOutcome
from geodata.domain.site import SiteDraft
from geodata.store.copying import copy_into, next_ids
from geodata.store.imports.arrangements import write_turns
from geodata.store.imports.merging import MergeMode, MergePlan, PlannedRow, plan_merge, point_of
from geodata.store.imports.report import ImportReport
from geodata.store.tables import Site

_OF_A_NEW_SITE: Final = ("id", "listed_on", "source_row", "point", "geom_source")


def merge_sites(
    session: Session,
    report: ImportReport,
    drafts: Iterable[SiteDraft],
    *,
    on: date,
    mode: MergeMode,
) -> MergePlan:
    """Compare and write in one go: counts and faults go to the report, see `plan_merge`."""
    numbered = enumerate(drafts, start=1)
    plan = plan_merge(session, report.district, numbered, on=on, mode=mode)
    report.faults += plan.faults
    report.counts["skipped"] += len(plan.faults)
    for row in plan.rows:
        report.counts[row.outcome] += 1
    report.counts["missing"] += len(plan.missing)
    write_plan(session, plan)
    return plan


def write_plan(
    session: Session,
    plan: MergePlan,
    *,
    without: Collection[int] = (),
    delisted: Collection[int] = (),
) -> None:
    """Add new sites, change those that differ, let the rest be.

    Args:
        session: A writing session, signed with the day of the edition.
        plan: As `plan_merge` returns it; doubtful rows are left out.
        without: Numbers of rows to leave out.
        delisted: Ids of missing sites that leave the ledger on the edition's day.
    """
    rows = [row for row in plan.rows if row.number not in without]
    new = [row for row in rows if row.outcome is RowOutcome.NEW]
    changed = [row for row in rows if row.outcome is RowOutcome.CHANGED]
    ids = _insert(session, new, plan.on)
    _update(session, {_id(row): row.changes for row in changed})
    turns = [(_id(row), row.draft, row.turn) for row in changed]
    turns += [(site_id, row.draft, row.turn) for site_id, row in zip(ids, new, strict=True)]
    write_turns(session, turns, on=plan.on)
    _delist(session, plan, set(delisted))


def _id(row: PlannedRow) -> int:
    assert row.before is not None  # noqa: S101 - a changed row means a site
    site_id: int = row.before.id
    return site_id


def _insert(session: Session, new: Sequence[PlannedRow], on: date) -> list[int]:
    if not new:
        return []
    ids = next_ids(session, Site.__tablename__, len(new))
    columns = tuple(new[0].values)
    copy_into(
        session,
        Site.__tablename__,
        (*_OF_A_NEW_SITE, *columns),
        (
            (site_id, on, *_source(row), *(row.values[name] for name in columns))
            for site_id, row in zip(ids, new, strict=True)
        ),
    )
    return ids


def _source(row: PlannedRow) -> tuple[str, str | None, str | None]:
    point = point_of(row.draft)
    source_row = json.dumps(row.draft.source_row, ensure_ascii=False)
    if point is None:
        return source_row, None, None
    return source_row, f"SRID={point.srid};{point.desc}", "listing"


def _update(session: Session, changes: Mapping[int, Mapping[str, Any]]) -> None:
    """Write columns that differ; whoever looks at an older version is told by its number."""
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for site_id, values in changes.items():
        row = {"site": site_id, **{f"new_{name}": value for name, value in values.items()}}
        by_columns.setdefault(tuple(sorted(values)), []).append(row)
    table = Site.metadata.tables[Site.__tablename__]
    for columns, rows in by_columns.items():
        statement = (
            update(table)
            .where(table.c.id == bindparam("site"))
            .values(
                row_version=table.c.row_version + 1,
                **{name: bindparam(f"new_{name}", type_=table.c[name].type) for name in columns},
            )
        )
        session.connection().execute(statement, rows)


def _delist(session: Session, plan: MergePlan, wanted: set[int]) -> None:
    gone = [site.id for site in plan.missing if site.id in wanted]
    _update(session, {site_id: {"delisted_on": plan.on} for site_id in gone})
