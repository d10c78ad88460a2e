"""Stage a received file: read it and tell what it would do, before anything is done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError, Fault, Severity
from geodata.domain.importing import ImportKind, ImportState, RowOutcome
from geodata.domain.site import SiteDraft
from geodata.domain.vocabulary import words
from geodata.ledger.form_reader import read_form
from geodata.ledger.listing import read_listing
from geodata.ledger.xlsx_sheet import cell_name
from geodata.store.audit import audit
from geodata.store.files import FileStore
from geodata.store.imports.merging import MergeMode, MergePlan, plan_merge
from geodata.store.imports.staging import lock_import, stage_rows
from geodata.store.queries.divisions import find_divisions
from geodata.store.session import writing
from geodata.store.tables import LedgerImport
from server.actions.import_progress import Progress, telling
from server.actions.import_receipt import Sender
from server.actions.listing_columns import position_field, settled_columns
from server.actions.listing_rows import is_official, on_the_ground
from server.apart import apart

_MOST_FAULTS: Final = 20_000
"""A report with more faults is read by nobody; the rest is counted."""

_NOT_OF_THE_FILE: Final = frozenset(
    {"import.not_found", "import.wrong_state", "import.busy", "columns.undecided"}
)
"""Refusals of the step, not of the file."""

_READ, _COMPARED = 0.6, 0.9
"""Shares of the whole at which a file is read, and compared."""


@dataclass(slots=True)
class _Read:
    """What a file says, of whatever kind it is."""

    drafts: list[SiteDraft]
    faults: list[Fault]
    stated: Iterable[str]
    faulty: list[SiteDraft] = field(default_factory=list)
    columns: dict[str | None, dict[str, int]] = field(default_factory=dict)
    signatures: list[dict[str, Any]] = field(default_factory=list)
    units: set[str] = field(default_factory=set)
    headers: dict[str | None, list[str]] = field(default_factory=dict)


def stage(
    engine: Engine,
    store: FileStore,
    sender: Sender,
    import_id: int,
    *,
    progress: Progress | None = None,
) -> None:
    """Read the file and tell what it would do; nothing in the ledger changes.

    May be asked for again: after an interruption, or when the ledger has moved since.

    Args:
        engine: Of the database.
        store: Of the files.
        sender: Who asks.
        import_id: Of the import.
        progress: Told the share done, 0-1, beside the import's own row.

    Raises:
        DomainError: ``import.not_found``, ``import.wrong_state``, ``import.busy``;
            ``columns.undecided`` for a list whose columns wait for a person; where the file as
            a whole cannot be taken, which the import then tells as its refusal.
    """
    states = (ImportState.RECEIVED, ImportState.STAGED, ImportState.REFUSED)
    told = telling(engine, import_id, progress)
    try:
        with writing(engine, sender.change("stage import")) as session:
            one = lock_import(session, sender.scope, import_id, states=states)
            _stage(store, session, one, told)
            audit(session, sender.name, "stage_import", one.file_name, id=import_id)
    except DomainError as refusal:
        if refusal.code not in _NOT_OF_THE_FILE:
            _refuse(engine, sender, import_id, refusal)
        raise


def _stage(store: FileStore, session: Session, one: LedgerImport, progress: Progress) -> None:
    progress(0)
    read = _read(session, store, one, lambda share: progress(share * _READ))
    progress(_READ)
    speaks_for = _speaks_for(session, one, read.units)
    mode = mode_of(one, read.stated, speaks_for)
    plan = _compare(session, one, read, mode)
    progress(_COMPARED)
    placed = (_placed(fault, read) for fault in plan.faults)
    faults = sorted([*read.faults, *placed], key=lambda one: list(Severity).index(one.severity))
    stage_rows(session, one.id, plan, faults, [*read.faulty, *read.drafts])
    errors = len({(one.sheet, one.row) for one in faults if one.severity is Severity.ERROR})
    one.state, one.progress_share = ImportState.STAGED.value, 1
    one.report = {
        "counts": outcomes(plan)
        | {"missing": len(plan.missing), "errors": errors, "rows": len(plan.rows) + errors},
        "faults": [asdict(fault) for fault in faults[:_MOST_FAULTS]],
        "faults_left_out": max(0, len(faults) - _MOST_FAULTS),
        "signatures": read.signatures,
        "stated": sorted(read.stated),
        "speaks_for": speaks_for,
    }


def _compare(session: Session, one: LedgerImport, read: _Read, mode: MergeMode) -> MergePlan:
    """Return what the rows would do; divisions that a list would add are not kept yet."""
    with session.begin_nested() as attempt:
        plan = plan_merge(
            session,
            one.district_code,
            enumerate(read.drafts, start=1),
            on=one.effective_on,
            mode=mode,
            faulty=read.faulty,
        )
        if mode.grows:
            attempt.rollback()
    return plan


def _read(session: Session, store: FileStore, one: LedgerImport, progress: Progress) -> _Read:
    with file_under_its_name(store, one) as path:
        if one.kind == ImportKind.LISTING:
            return _read_listing(session, path, one)
        reading = apart(read_form, path, file=path.name, progress=progress)
    return _Read(
        reading.drafts,
        reading.faults,
        reading.stated,
        faulty=reading.faulty,
        columns=reading.columns,
        signatures=[asdict(one) for one in reading.signatures],
        units={one.unit for one in reading.signatures if one.unit},
    )


def _read_listing(session: Session, path: Path, one: LedgerImport) -> _Read:
    choice = settled_columns(session, path, one)
    reading = apart(read_listing, path, file=path.name, columns=choice.columns)
    drafts, misplaced = on_the_ground(
        session,
        one.district_code,
        path.name,
        reading.drafts,
        choice.datum,
        insists=bool(one.options.get("insists")),
    )
    taken = {(draft.place.sheet, draft.place.row) for draft in drafts}
    faulty = [
        draft for draft in reading.drafts if (draft.place.sheet, draft.place.row) not in taken
    ]
    by = position_field(choice.columns)
    faults = [
        *(_in_cell(fault, reading.headers) for fault in reading.faults),
        *(_in_field(fault, by, reading.fields, reading.headers) for fault in misplaced),
    ]
    return _Read(drafts, faults, (), faulty=faulty, columns=reading.fields, headers=reading.headers)


def _in_cell(fault: Fault, headers: Mapping[str | None, list[str]]) -> Fault:
    """Return a fault that names its column with its cell."""
    known = headers.get(fault.sheet, [])
    if fault.row is None or fault.column not in known:
        return fault
    return replace(fault, cell=cell_name(fault.row - 1, known.index(fault.column)))


def _in_field(
    fault: Fault,
    field_at: str,
    columns: Mapping[str | None, Mapping[str, int]],
    headers: Mapping[str | None, list[str]],
) -> Fault:
    """Return a fault of a row with the column, and the cell, of the field that it is about."""
    index = columns.get(fault.sheet, {}).get(field_at)
    if index is None:
        return fault
    known = headers.get(fault.sheet)
    header = known[index] if known else words("field")[field_at].zh
    named = replace(fault, column=fault.column or header)
    return named if fault.row is None else replace(named, cell=cell_name(fault.row - 1, index))


def _placed(fault: Fault, read: _Read) -> Fault:
    """Return a fault found by comparing with the cell that it is about."""
    subject = fault.code.removeprefix("place.").split("_")[0]
    field_at = subject if subject in ("town", "neighbourhood") else "name"
    return _in_field(fault, field_at, read.columns, read.headers)


@contextmanager
def file_under_its_name(store: FileStore, one: LedgerImport) -> Iterator[Path]:
    """Yield a path to the import's file that bears the name its sender gave it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / one.file_name
        path.symlink_to(store.path(one.digest).resolve())
        yield path


def mode_of(one: LedgerImport, stated: Iterable[str], speaks_for: Iterable[str]) -> MergeMode:
    """Return how the rows of an import are taken."""
    is_listing = one.kind == ImportKind.LISTING
    return MergeMode(
        stated=frozenset(stated),
        grows=is_listing and not is_official(one.district_code),
        asks=True,
        town=one.town_code,
        neighbourhood=one.neighbourhood_code,
        speaks_for=frozenset(speaks_for),
        is_whole=not is_listing,
    )


def _speaks_for(session: Session, one: LedgerImport, units: set[str]) -> list[str]:
    """Return the codes of the divisions that a file names as its 填报单位."""
    divisions = find_divisions(session, Scope.everything(), district=one.district_code)
    return [row.code for row in divisions if row.name in units]


def outcomes(plan: MergePlan) -> dict[str, int]:
    """Return the number of rows by what becomes of them."""
    named = (RowOutcome.NEW, RowOutcome.CHANGED, RowOutcome.UNCHANGED, RowOutcome.DOUBTFUL)
    return {one.value: sum(row.outcome is one for row in plan.rows) for one in named}


def _refuse(engine: Engine, sender: Sender, import_id: int, refusal: DomainError) -> None:
    with writing(engine, sender.change("refuse import")) as session:
        states = (ImportState.RECEIVED, ImportState.STAGED, ImportState.REFUSED)
        one = lock_import(session, sender.scope, import_id, states=states)
        one.state = ImportState.REFUSED.value
        one.report = {"refusal": {"code": refusal.code, "facts": refusal.facts}}
        name = one.file_name
        audit(session, sender.name, "refuse_import", name, outcome=refusal.code, id=import_id)
