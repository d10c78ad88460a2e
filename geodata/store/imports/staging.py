"""Imports that wait to be applied: the file's row, and what would become of each of its rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, Engine, Row, any_, cast, delete, or_, select, text, update
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError, Fault, Severity
from geodata.domain.importing import ImportState, RowOutcome
from geodata.domain.site import SiteDraft
from geodata.ledger.draft_json import draft_as_json, draft_from_json
from geodata.ledger.identity import Candidate
from geodata.store.copying import copy_into
from geodata.store.imports.merging import MergePlan, PlannedRow
from geodata.store.queries.state import within
from geodata.store.session import Change, writing
from geodata.store.tables import LedgerImport, Site, SiteVersion, StagedRow

_COLUMNS: Final = (
    "import_id",
    "number",
    "outcome",
    "sheet",
    "row",
    "name",
    "site_id",
    "site_version",
    "draft",
    "changes",
    "candidates",
)
Names = Mapping[tuple[str | None, int | None], str]
"""Names of rows by sheet and row."""

_ROWS_A_TIME: Final = 5000

_NOT_SHOWN: Final = frozenset({"district_code", "source_row", "fee_max_yuan", "external_id"})


@dataclass(frozen=True, slots=True)
class Staged:
    """A row as it was staged.

    Attributes:
        number: Its number.
        draft: As read.
        choice: Of the clerk, see `geodata.store.imports.merging`.
        fingerprint: What it would do, to compare with what it would do now.
    """

    number: int
    draft: SiteDraft
    choice: str | None
    fingerprint: tuple[str, int | None, int | None]


def lock_import(
    session: Session, scope: Scope, import_id: int, *, states: Iterable[ImportState]
) -> LedgerImport:
    """Return an import in scope, held against whoever else would move it until the end.

    An advisory lock, so that progress can be told in the row meanwhile.

    Raises:
        DomainError: ``import.not_found``, ``import.wrong_state``, ``import.busy``.
    """
    held = session.scalar(
        text("SELECT pg_try_advisory_xact_lock(hashtextextended('ledger_import', :id))"),
        {"id": import_id},
    )
    if not held:
        raise DomainError("import.busy")
    found = session.scalar(
        select(LedgerImport).where(LedgerImport.id == import_id, within(scope, LedgerImport))
    )
    if found is None:
        raise DomainError("import.not_found", **{"import": import_id})
    if found.state not in set(states):
        raise DomainError("import.wrong_state", state=found.state)
    return found


def hold_ledger(session: Session, district: str, import_id: int) -> None:
    """Keep others from writing what an import is about to write, until the end.

    One import at a time goes into a district; whoever edits one of the sites that its rows
    mean, that a choice names, or that it has written already, waits.
    """
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('ledger'), hashtext(:district))"),
        {"district": district},
    )
    meant = select(StagedRow.site_id).where(StagedRow.import_id == import_id)
    named = any_(cast(list(chosen_sites(session, import_id)), ARRAY(BigInteger)))
    written = select(SiteVersion.site_id).where(SiteVersion.import_id == import_id)
    touched = or_(Site.id.in_(meant), Site.id.in_(written), Site.id == named)
    session.execute(select(Site.id).where(touched).order_by(Site.id).with_for_update())


def tell_progress(engine: Engine, import_id: int, share: float) -> None:
    """Tell how far an import has come, at once and whatever becomes of it."""
    change = Change("system", "tell progress", scope=Scope.everything())
    with writing(engine, change) as session:
        session.execute(
            update(LedgerImport).where(LedgerImport.id == import_id).values(progress_share=share)
        )


def stage_rows(
    session: Session,
    import_id: int,
    plan: MergePlan,
    faults: Iterable[Fault],
    named: Iterable[SiteDraft],
) -> None:
    """Replace the staged rows of an import by those of a plan and by its faulty rows.

    Args:
        session: A writing session.
        import_id: Of the import.
        plan: What the others do.
        faults: All that is wrong.
        named: The rows that have a name, whether they can be taken or not.
    """
    names: dict[tuple[str | None, int | None], str] = {
        (one.place.sheet, one.place.row): one.name for one in named
    }
    session.execute(delete(StagedRow).where(StagedRow.import_id == import_id))
    copy_into(
        session,
        StagedRow.__tablename__,
        _COLUMNS,
        ((import_id, *cells) for cells in _cells(plan, _faulty(faults, names))),
    )


def staged_rows(session: Session, import_id: int) -> list[Staged]:
    """Return the rows of an import that were read without errors, in the order of the file."""
    rows = session.execute(
        select(
            StagedRow.number,
            StagedRow.draft,
            StagedRow.choice,
            StagedRow.outcome,
            StagedRow.site_id,
            StagedRow.site_version,
        )
        .where(StagedRow.import_id == import_id, StagedRow.draft.is_not(None))
        .order_by(StagedRow.number)
        # Piece by piece: a hundred thousand drafts need not lie there twice.
        .execution_options(yield_per=_ROWS_A_TIME)
    )
    return [
        Staged(number, draft_from_json(draft), choice, (outcome, site_id, version))
        for number, draft, choice, outcome, site_id, version in rows
        if draft is not None
    ]


def chosen_sites(session: Session, import_id: int) -> dict[int, int]:
    """Return the version that the clerk saw of each site that a choice names, by its id."""
    rows = session.execute(
        select(
            StagedRow.choice, StagedRow.site_id, StagedRow.site_version, StagedRow.candidates
        ).where(StagedRow.import_id == import_id, StagedRow.choice.is_not(None))
    )
    seen: dict[int, int] = {}
    for choice, site_id, version, candidates in rows:
        if choice == DELIST and site_id is not None and version is not None:
            seen[site_id] = version
        seen |= {
            one["site_id"]: one["version"] for one in candidates if str(one["site_id"]) == choice
        }
    return seen


def chosen_to_leave(session: Session, import_id: int) -> set[int]:
    """Return the ids of the missing sites that the clerk lets leave the ledger."""
    return set(
        session.scalars(
            select(StagedRow.site_id).where(
                StagedRow.import_id == import_id,
                StagedRow.outcome == RowOutcome.MISSING.value,
                StagedRow.choice == DELIST,
                StagedRow.site_id.is_not(None),
            )
        )
    )


DELIST: Final = "delist"
"""The choice for a missing site: it leaves the ledger on the day of the edition."""

SKIP: Final = "skip"
"""The choice for a row: it is left out."""


def fingerprint(row: PlannedRow) -> tuple[str, int | None, int | None]:
    """Return what a row does to which version of which site."""
    before = row.before
    return (
        row.outcome.value,
        *((None, None) if before is None else (before.id, before.row_version)),
    )


def shown_changes(row: PlannedRow) -> dict[str, list[Any]]:
    """Return old and new value by field of what a row changes, as JSON."""
    changes = {
        name: [_plain(getattr(row.before, name, None)), _plain(value)]
        for name, value in row.changes.items()
        if name not in _NOT_SHOWN and name != "point"
    }
    if "point" in row.changes:
        changes["point"] = [None, None]
    if row.turn:
        changes["management_type"] = [
            sorted(row.before_types),
            sorted(row.draft.ticked_types),
        ]
    return changes


def _cells(plan: MergePlan, faulty: Names) -> Iterator[Sequence[Any]]:
    for row in plan.rows:
        place = row.draft.place
        outcome, site_id, version = fingerprint(row)
        yield (
            row.number,
            outcome,
            place.sheet,
            place.row,
            row.draft.name,
            site_id,
            version,
            _json(draft_as_json(row.draft)),
            _json(_told(row)),
            _json([_candidate(one, plan.sites[one.key]) for one in row.candidates]),
        )
    yield from _numbered_rest(plan, faulty)


def _numbered_rest(plan: MergePlan, faulty: Names) -> Iterator[Sequence[Any]]:
    """Yield the rows that no draft stands behind, numbered after the others."""
    last = max((row.number for row in plan.rows), default=0)
    error, missing = RowOutcome.ERROR.value, RowOutcome.MISSING.value
    rest: list[Sequence[Any]] = [
        (error, sheet, row, name, None, None) for (sheet, row), name in faulty.items()
    ]
    rest += [(missing, None, None, one.name, one.id, one.row_version) for one in plan.missing]
    for number, cells in enumerate(rest, start=last + 1):
        yield (number, *cells, None, "{}", "[]")


def _told(row: PlannedRow) -> dict[str, Any]:
    changes: dict[str, Any] = {} if row.before is None else shown_changes(row)
    if row.recognised is not None:
        changes["recognised"] = row.recognised
    return changes


def _candidate(one: Candidate[int], site: Row[Any]) -> dict[str, Any]:
    return {
        "site_id": one.key,
        "version": site.row_version,
        "name": site.name,
        "address": site.address,
        "score": one.score,
        "reason": one.reason,
    }


def _faulty(faults: Iterable[Fault], names: Names) -> Names:
    """Return the name, where it is known, of each row with an error."""
    places = dict.fromkeys(
        (fault.sheet, fault.row) for fault in faults if fault.severity is Severity.ERROR
    )
    return {place: names.get(place, "") for place in places}


def _plain(value: Any) -> Any:  # noqa: ANN401 - what a column holds
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return value.isoformat() if isinstance(value, date) else float(value)


def _json(value: Mapping[str, Any] | Sequence[Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
