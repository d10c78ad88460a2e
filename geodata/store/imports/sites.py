"""Merge the rows of a ledger or listing into the sites of a district."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from geoalchemy2 import WKTElement
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from geodata.domain.errors import DomainError, Fault, Severity
from geodata.domain.site import SiteDraft
from geodata.store.imports.arrangements import change_arrangements
from geodata.store.imports.known import KnownSites, differences, field_values
from geodata.store.imports.places import DivisionBook
from geodata.store.imports.report import ImportReport
from geodata.store.tables import Site, SiteVersion
from geodata.store.tables.base import SRID

_ROWS_PER_STATEMENT: Final = 1000
_SAME_PLACE_DEGREES: Final = 1e-6
"""About 10 cm: closer than this, a point has not moved."""


@dataclass(frozen=True, slots=True)
class MergeMode:
    """How a file's silence is taken.

    Attributes:
        stated: Fields of `SiteDraft` that an empty cell empties (the official form states them);
            otherwise it leaves the field alone (a listing knows only some).
        grows: Whether unknown towns and neighbourhoods are added to the district.
    """

    stated: Collection[str]
    grows: bool


@dataclass(slots=True)
class _Merge:
    """The rows sorted by what becomes of them."""

    new: list[tuple[dict[str, Any], SiteDraft]] = field(default_factory=list)
    changed: dict[int, dict[str, Any]] = field(default_factory=dict)
    drafts: dict[int, SiteDraft] = field(default_factory=dict)


def merge_sites(
    session: Session,
    report: ImportReport,
    drafts: Iterable[SiteDraft],
    *,
    on: date,
    mode: MergeMode,
) -> None:
    """Add new sites, change those that differ, let the rest be; counts go to the report.

    A site is recognised by its external id, else by its name within its neighbourhood, told
    apart by address where a name stands twice.

    Args:
        session: A writing session, signed.
        report: Takes counts and faults; names the district.
        drafts: Rows without errors.
        on: Day from which they hold.
        mode: How silence is taken.

    Raises:
        DomainError: ``import.older_than_ledger`` when a later edition is already in.
    """
    _refuse_older(session, report.district, on)
    book = DivisionBook(session, report.district, grows=mode.grows)
    known = KnownSites(session, report.district)
    merge = _Merge()
    for draft in drafts:
        try:
            _sort(merge, known, field_values(draft, book, report.district), draft, mode)
        except DomainError as refusal:
            report.faults.append(_as_fault(draft, refusal))
            report.counts["skipped"] += 1
    added = _insert(session, merge, on)
    _update(session, merge)
    moved = change_arrangements(
        session,
        added | merge.drafts,
        on=on,
        overwrites="ticked_types" in mode.stated,
        new=added.keys(),
    )
    changed = (merge.changed.keys() | moved) - added.keys()
    report.counts["new"] += len(added)
    report.counts["changed"] += len(changed)
    report.counts["unchanged"] += len(merge.drafts) - len(changed)
    report.counts["missing"] += known.unseen


def _sort(
    merge: _Merge, known: KnownSites, values: dict[str, Any], draft: SiteDraft, mode: MergeMode
) -> None:
    before = known.take(values, draft)
    point = _point(draft)
    if before is None:
        row = {**values, "source_row": draft.source_row, "point": point}
        merge.new.append((row, draft))
        return
    merge.drafts[before.id] = draft
    changes = differences(before, values, stated=mode.stated)
    if point is not None and not _is_at(before, draft):
        changes["point"] = point
    if any(before.source_row.get(name) != cell for name, cell in draft.source_row.items()):
        changes["source_row"] = {**before.source_row, **draft.source_row}
    if changes:
        merge.changed[before.id] = changes


def _insert(session: Session, merge: _Merge, on: date) -> dict[int, SiteDraft]:
    if not merge.new:
        return {}
    source = {"listed_on": on}
    rows = [{**row, **source, "geom_source": _source(row)} for row, _ in merge.new]
    statement = insert(Site).returning(Site.id, sort_by_parameter_order=True)
    ids = session.scalars(
        statement, rows, execution_options={"insertmanyvalues_page_size": _ROWS_PER_STATEMENT}
    )
    return {int(site_id): draft for site_id, (_, draft) in zip(ids, merge.new, strict=True)}


def _update(session: Session, merge: _Merge) -> None:
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for site_id, changes in merge.changed.items():
        row = {"site": site_id, **{f"new_{name}": value for name, value in changes.items()}}
        by_columns.setdefault(tuple(sorted(changes)), []).append(row)
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


def _refuse_older(session: Session, district: str, on: date) -> None:
    latest = session.scalar(
        select(func.max(SiteVersion.effective_on)).where(
            SiteVersion.subject == Site.__tablename__,
            SiteVersion.site_id.in_(select(Site.id).where(Site.district_code == district)),
        )
    )
    if latest is not None and latest > on:
        raise DomainError("import.older_than_ledger", on=on.isoformat(), latest=latest.isoformat())


def _point(draft: SiteDraft) -> WKTElement | None:
    if draft.longitude is None or draft.latitude is None:
        return None
    return WKTElement(f"POINT({draft.longitude!r} {draft.latitude!r})", srid=SRID)


def _is_at(before: Any, draft: SiteDraft) -> bool:  # noqa: ANN401 - a row of KnownSites
    if before.longitude is None or draft.longitude is None or draft.latitude is None:
        return False
    return bool(
        abs(before.longitude - draft.longitude) < _SAME_PLACE_DEGREES
        and abs(before.latitude - draft.latitude) < _SAME_PLACE_DEGREES
    )


def _source(row: dict[str, Any]) -> str | None:
    return "listing" if row["point"] is not None else None


def _as_fault(draft: SiteDraft, refusal: DomainError) -> Fault:
    facts = dict(refusal.facts)
    value = facts.pop("value", None)
    column = facts.pop("column", None)
    return Fault(
        Severity.ERROR,
        refusal.code,
        draft.place.file,
        draft.place.sheet,
        draft.place.row,
        None if column is None else str(column),
        None if value is None else str(value),
        facts,
    )
