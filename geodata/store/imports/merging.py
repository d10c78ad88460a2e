"""What the rows of a file would do to the sites of a district, before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from geoalchemy2 import WKTElement
from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from geodata.domain.errors import DomainError, Fault, Severity
from geodata.domain.importing import RowOutcome
from geodata.domain.site import SiteDraft
from geodata.ledger.identity import Candidate, Traits, recognise
from geodata.store.imports.arrangements import Open, Turn, arrangements_in_force, turn_of
from geodata.store.imports.known import KnownSites, differences, field_values
from geodata.store.imports.places import DivisionBook
from geodata.store.tables import Site, SiteVersion
from geodata.store.tables.base import SRID

_SAME_PLACE_DEGREES: Final = 1e-6
"""About 10 cm: closer than this, a point has not moved."""

NEW: Final = "new"
"""The choice of a clerk for a row that comes near a site and is another one."""


@dataclass(frozen=True, slots=True)
class MergeMode:
    """How a file is taken.

    Attributes:
        stated: Fields of `SiteDraft` that an empty cell empties (the official form states them);
            otherwise it leaves the field alone (a listing knows only some).
        grows: Whether unknown towns and neighbourhoods are added to the district.
        asks: Whether a row that comes near a site which no row means is asked about, or new.
        town: Code of the only town whose rows may be taken, and of those that name none.
        neighbourhood: Code of the only neighbourhood, likewise.
        speaks_for: Codes of the divisions whose sites all stand in the file; those that do not
            are missing. The neighbourhoods of its rows always count.
    """

    stated: Collection[str]
    grows: bool
    asks: bool = False
    town: str | None = None
    neighbourhood: str | None = None
    speaks_for: Collection[str] = ()


@dataclass(slots=True, kw_only=True)
class PlannedRow:
    """What becomes of one row.

    Attributes:
        number: Of the row among those of the file, or that its choice was made under.
        draft: As read.
        values: By column of `Site`.
        outcome: New, changed, unchanged or doubtful.
        before: The site it means, ``None`` for a new one.
        changes: Columns that become another value.
        turn: What begins and ends in its management.
        before_types: What was in force.
        recognised: How, where neither code nor name and place told.
        candidates: The sites that a doubtful row may mean.
    """

    number: int
    draft: SiteDraft
    values: dict[str, Any]
    outcome: RowOutcome = RowOutcome.NEW
    before: Row[Any] | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    turn: Turn = field(default_factory=Turn)
    before_types: Open = field(default_factory=dict)
    recognised: str | None = None
    candidates: list[Candidate[int]] = field(default_factory=list)


@dataclass(slots=True)
class MergePlan:
    """What a file does.

    Attributes:
        district: Code.
        on: Day of the edition.
        rows: Those without errors.
        missing: Sites that the file speaks for and has no row of.
        faults: Of rows that cannot be placed or stand twice.
        sites: The district's sites by id.
    """

    district: str
    on: date
    rows: list[PlannedRow] = field(default_factory=list)
    missing: list[Row[Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    sites: Mapping[int, Row[Any]] = field(default_factory=dict)


def plan_merge(
    session: Session,
    district: str,
    drafts: Iterable[tuple[int, SiteDraft]],
    *,
    on: date,
    mode: MergeMode,
    choices: Mapping[int, str] | None = None,
    faulty: Iterable[SiteDraft] = (),
) -> MergePlan:
    """Compare the rows of a file with a district's sites.

    A site is recognised by its code, else by its name within its neighbourhood, told apart by
    address where a name stands twice; else, where the mode asks, by what else has stayed.

    Args:
        session: Any session; it writes only where the mode grows.
        district: Code.
        drafts: Rows without errors, each with its number.
        on: Day from which they hold.
        mode: How they are taken.
        choices: By number of the row: the id of the site it means, or `NEW`.
        faulty: Rows that cannot be taken: the sites they mean are not missing.

    Raises:
        DomainError: ``import.older_than_ledger`` when a later edition is already in.
    """
    _refuse_older(session, district, on)
    book = DivisionBook(session, district, grows=mode.grows)
    known = KnownSites(session, district)
    plan = MergePlan(district, on, sites=known.by_site)
    chosen = choices or {}
    waiting: list[PlannedRow] = []
    for number, draft in drafts:
        try:
            if mode.asks:
                draft = book.completed(draft, town=mode.town, neighbourhood=mode.neighbourhood)  # noqa: PLW2901 - the row itself
            values = field_values(draft, book, district)
            _refuse_outside(values, draft, mode)
            row = PlannedRow(number=number, draft=draft, values=values)
            row.before = _chosen(known, chosen.get(number)) or known.find(values, draft)
            if row.before is None and mode.asks and chosen.get(number) != NEW:
                waiting.append(row)
            else:
                known.take(row.before, values, draft)
            plan.rows.append(row)
        except DomainError as refusal:
            plan.faults.append(as_fault(draft, refusal))
    for draft in faulty:
        _notice(draft, book, known, district, mode)
    _recognise(waiting, known, plan)
    _compare(session, plan, mode)
    plan.missing = _missing(known, plan.rows, mode)
    return plan


def as_fault(draft: SiteDraft, refusal: DomainError) -> Fault:
    """Return a refusal as a fault of the row that it is about."""
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


def _notice(
    draft: SiteDraft, book: DivisionBook, known: KnownSites, district: str, mode: MergeMode
) -> None:
    """Take note that a site stands in the file, though its row cannot be taken."""
    try:
        whole = book.completed(draft, town=mode.town, neighbourhood=mode.neighbourhood)
        site = known.find(field_values(whole, book, district), whole)
    except DomainError:
        return
    if site is not None:
        known.notice(site)


def _chosen(known: KnownSites, choice: str | None) -> Row[Any] | None:
    if choice is None or not choice.isdigit():
        return None
    site = known.by_site.get(int(choice))
    if site is None:
        raise DomainError("site.not_found", site=choice)
    return site


def _refuse_outside(values: Mapping[str, Any], draft: SiteDraft, mode: MergeMode) -> None:
    if mode.town is not None and values["town_code"] != mode.town:
        raise DomainError("place.town_outside", value=draft.town or "")
    if mode.neighbourhood is not None and values["neighbourhood_code"] != mode.neighbourhood:
        raise DomainError("place.neighbourhood_outside", value=draft.neighbourhood or "")


def _recognise(waiting: Sequence[PlannedRow], known: KnownSites, plan: MergePlan) -> None:
    """Find the sites that rows mean under another name, place or address."""
    rows = {row.number: row for row in waiting}
    found = recognise(
        [_traits(number, row.values) for number, row in rows.items()],
        [_traits(site.id, dict(site._mapping)) for site in known.unseen],  # noqa: SLF001
    )
    for number, row in rows.items():
        sure = found.certain.get(number)
        if sure is not None:
            row.before, row.recognised = known.by_site[sure.key], sure.reason
        elif number in found.doubtful:
            row.outcome, row.candidates = RowOutcome.DOUBTFUL, found.doubtful[number]
        try:
            known.take(row.before, row.values, row.draft)
        except DomainError as refusal:
            plan.faults.append(as_fault(row.draft, refusal))
            plan.rows.remove(row)


def _traits(key: int, values: Mapping[str, Any]) -> Traits[int]:
    names = ("built_year", "floor_area_m2", "buildings", "households")
    facts = tuple(None if values[name] is None else float(values[name]) for name in names)
    return Traits(
        key,
        values["town_code"],
        values["neighbourhood_code"] or values["town_code"],
        values["name"],
        values["address"],
        facts,
    )


def _compare(session: Session, plan: MergePlan, mode: MergeMode) -> None:
    """Tell for each row that means a site what it changes there."""
    meant = [row.before.id for row in plan.rows if row.before is not None]
    in_force = arrangements_in_force(session, meant, on=plan.on)
    for row in plan.rows:
        overwrites = "ticked_types" in mode.stated
        if row.before is None:
            row.turn = turn_of({}, row.draft, overwrites=overwrites)
            continue
        row.before_types = in_force.get(row.before.id, {})
        row.turn = turn_of(row.before_types, row.draft, overwrites=overwrites)
        row.changes = _changes(row.before, row.values, row.draft, mode)
        is_changed = bool(row.changes or row.turn)
        row.outcome = RowOutcome.CHANGED if is_changed else RowOutcome.UNCHANGED


def _changes(
    before: Row[Any], values: Mapping[str, Any], draft: SiteDraft, mode: MergeMode
) -> dict[str, Any]:
    changes = differences(before, values, stated=mode.stated)
    if before.delisted_on is not None:
        changes["delisted_on"] = None
    point = point_of(draft)
    if point is not None and not _is_at(before, draft):
        changes["point"] = point
    if any(before.source_row.get(name) != cell for name, cell in draft.source_row.items()):
        changes["source_row"] = {**before.source_row, **draft.source_row}
    return changes


def _missing(known: KnownSites, rows: Iterable[PlannedRow], mode: MergeMode) -> list[Row[Any]]:
    """Return the sites that the file speaks for and that no row means."""
    asked = {one.key for row in rows for one in row.candidates}
    told = {row.values["neighbourhood_code"] or row.values["town_code"] for row in rows}
    told |= set(mode.speaks_for)
    return [
        site
        for site in known.unseen
        if site.id not in asked
        and told & {site.neighbourhood_code or site.town_code, site.town_code, site.district_code}
        and mode.town in (None, site.town_code)
        and mode.neighbourhood in (None, site.neighbourhood_code)
    ]


def _refuse_older(session: Session, district: str, on: date) -> None:
    latest = session.scalar(
        select(func.max(SiteVersion.effective_on)).where(
            SiteVersion.subject == Site.__tablename__,
            SiteVersion.site_id.in_(select(Site.id).where(Site.district_code == district)),
        )
    )
    if latest is not None and latest > on:
        raise DomainError("import.older_than_ledger", on=on.isoformat(), latest=latest.isoformat())


def point_of(draft: SiteDraft) -> WKTElement | None:
    """Return the point of a row (EPSG:4490), if it has one."""
    if draft.longitude is None or draft.latitude is None:
        return None
    return WKTElement(f"POINT({draft.longitude!r} {draft.latitude!r})", srid=SRID)


def _is_at(before: Row[Any], draft: SiteDraft) -> bool:
    if before.longitude is None or draft.longitude is None or draft.latitude is None:
        return False
    return bool(
        abs(before.longitude - draft.longitude) < _SAME_PLACE_DEGREES
        and abs(before.latitude - draft.latitude) < _SAME_PLACE_DEGREES
    )
