"""Stage a received file: read it and tell what it would do, before anything is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError, Fault, Severity
from geodata.domain.importing import ImportState, RowOutcome
from geodata.domain.site import SiteDraft
from geodata.domain.vocabulary import words
from geodata.ledger.form_reader import read_form
from geodata.ledger.xlsx_sheet import cell_name
from geodata.store.audit import audit
from geodata.store.files import FileStore
from geodata.store.imports.merging import MergeMode, MergePlan, plan_merge
from geodata.store.imports.staging import lock_import, stage_rows, tell_progress
from geodata.store.queries.divisions import find_divisions
from geodata.store.session import Change, writing
from geodata.store.tables import LedgerImport
from server.actions.import_receipt import Sender

_MOST_FAULTS: Final = 20_000
"""A report with more faults is read by nobody; the rest is counted."""

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


def stage(
    engine: Engine,
    store: FileStore,
    sender: Sender,
    import_id: int,
    *,
    progress: Callable[[float], None] | None = None,
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
        DomainError: ``import.not_found``, ``import.wrong_state``, ``import.busy``; where the
            file as a whole cannot be taken, which the import then tells as its refusal.
    """
    states = (ImportState.RECEIVED, ImportState.STAGED, ImportState.REFUSED)

    def told(share: float) -> None:
        tell_progress(engine, import_id, share)
        if progress is not None:
            progress(share)

    try:
        with writing(engine, Change(sender.name, "stage import")) as session:
            one = lock_import(session, sender.scope, import_id, states=states)
            _stage(store, session, one, told)
            audit(session, sender.name, "stage_import", one.file_name, id=import_id)
    except DomainError as refusal:
        if not refusal.code.startswith(("import.not_found", "import.wrong_state", "import.busy")):
            _refuse(engine, sender, import_id, refusal)
        raise


def _stage(
    store: FileStore, session: Session, one: LedgerImport, progress: Callable[[float], None]
) -> None:
    progress(0)
    read = _read(store, one, lambda share: progress(share * _READ))
    progress(_READ)
    speaks_for = _speaks_for(session, one, read.units)
    mode = mode_of(one, read.stated, speaks_for)
    plan = plan_merge(
        session,
        one.district_code,
        enumerate(read.drafts, start=1),
        on=one.effective_on,
        mode=mode,
        faulty=read.faulty,
    )
    progress(_COMPARED)
    placed = (_placed(fault, read.columns) for fault in plan.faults)
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


def _read(store: FileStore, one: LedgerImport, progress: Callable[[float], None]) -> _Read:
    with file_under_its_name(store, one) as path:
        reading = read_form(path, progress=progress)
    return _Read(
        reading.drafts,
        reading.faults,
        reading.stated,
        faulty=reading.faulty,
        columns=reading.columns,
        signatures=[asdict(one) for one in reading.signatures],
        units={one.unit for one in reading.signatures if one.unit},
    )


def _placed(fault: Fault, columns: Mapping[str | None, Mapping[str, int]]) -> Fault:
    """Return a fault found by comparing with the cell that it is about."""
    subject = fault.code.removeprefix("place.").split("_")[0]
    field_at = subject if subject in ("town", "neighbourhood") else "name"
    index = columns.get(fault.sheet, {}).get(field_at)
    if index is None or fault.row is None:
        return fault
    header = words("field")[field_at].zh
    return replace(fault, cell=cell_name(fault.row - 1, index), column=fault.column or header)


@contextmanager
def file_under_its_name(store: FileStore, one: LedgerImport) -> Iterator[Path]:
    """Yield a path to the import's file that bears the name its sender gave it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / one.file_name
        path.symlink_to(store.path(one.digest).resolve())
        yield path


def mode_of(one: LedgerImport, stated: Iterable[str], speaks_for: Iterable[str]) -> MergeMode:
    """Return how the rows of an import are taken."""
    return MergeMode(
        stated=frozenset(stated),
        grows=False,
        asks=True,
        town=one.town_code,
        neighbourhood=one.neighbourhood_code,
        speaks_for=frozenset(speaks_for),
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
    with writing(engine, Change(sender.name, "refuse import")) as session:
        states = (ImportState.RECEIVED, ImportState.STAGED, ImportState.REFUSED)
        one = lock_import(session, sender.scope, import_id, states=states)
        one.state = ImportState.REFUSED.value
        one.report = {"refusal": {"code": refusal.code, "facts": refusal.facts}}
        name = one.file_name
        audit(session, sender.name, "refuse_import", name, outcome=refusal.code, id=import_id)
