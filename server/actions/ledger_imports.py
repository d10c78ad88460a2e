"""A ledger in two steps: received and staged as a report, then applied; and undone as a whole.

Each step is one transaction. A file is kept before it is read: a server that dies leaves an
import as the last finished step left it, and the next step can be asked for again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Final

from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError, Fault, Severity
from geodata.domain.importing import ImportKind, ImportState, RowOutcome
from geodata.domain.period import today
from geodata.domain.site import SiteDraft
from geodata.ledger.form_reader import read_form
from geodata.store.audit import audit
from geodata.store.files import FileStore
from geodata.store.imports.merging import MergeMode, MergePlan, plan_merge
from geodata.store.imports.sites import write_plan
from geodata.store.imports.staging import (
    SKIP,
    Staged,
    chosen_to_leave,
    fingerprint,
    hold_ledger,
    lock_import,
    stage_rows,
    staged_rows,
    tell_progress,
)
from geodata.store.imports.undo import undo_import
from geodata.store.queries.divisions import find_divisions, get_division
from geodata.store.session import Change, sign, writing
from geodata.store.tables import LedgerImport
from server.actions.shown import pick_district

MOST_BYTES: Final = 64 << 20
_MOST_FAULTS: Final = 20_000
"""A report with more faults is read by nobody; the rest is counted."""

_READ, _COMPARED = 0.6, 0.9
"""Shares of the whole at which a file is read, and compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sends a file.

    Attributes:
        name: User name.
        scope: What they may change.
    """

    name: str
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What is sent along with a file.

    Attributes:
        name: Of the file, as its sender calls it.
        district: Code or name, ``None`` for the only one in scope.
        town: Code of the town that the file is of, ``None`` where its rows tell.
        on: Day from which the rows hold, today by default.
    """

    name: str
    district: str | None = None
    town: str | None = None
    on: date | None = None


@dataclass(slots=True)
class _Read:
    """What a file says, of whatever kind it is."""

    drafts: list[SiteDraft]
    faults: list[Fault]
    stated: Iterable[str]
    signatures: list[dict[str, Any]] = field(default_factory=list)
    units: set[str] = field(default_factory=set)


def receive(
    engine: Engine, store: FileStore, sender: Sender, content: BinaryIO, delivery: Delivery
) -> int:
    """Keep a file and note that it came; return the number of its import.

    Raises:
        DomainError: As `FileStore.keep`; ``division.not_found`` for a place outside the scope.
    """
    name = plain_name(delivery.name)
    kept = store.keep(content, most_bytes=MOST_BYTES, name=name)
    with writing(engine, Change(sender.name, f"receive {name}")) as session:
        places = _places(session, sender.scope, delivery)
        import_id: int = session.execute(
            insert(LedgerImport)
            .values(
                kind=ImportKind.LEDGER.value,
                state=ImportState.RECEIVED.value,
                file_name=name,
                digest=kept.digest,
                size_bytes=kept.size_bytes,
                effective_on=delivery.on or today(),
                options={},
                created_by=sender.name,
                **places,
            )
            .returning(LedgerImport.id)
        ).scalar_one()
        audit(session, sender.name, "receive_import", name, id=import_id, digest=kept.digest)
    return import_id


def import_whole(
    engine: Engine, store: FileStore, sender: Sender, path: Path, delivery: Delivery
) -> int:
    """Receive, stage and apply a file in one go; return the number of its import.

    Raises:
        DomainError: As the three steps; nothing is in the ledger then.
    """
    with path.open("rb") as content:
        import_id = receive(engine, store, sender, content, delivery)
    stage(engine, store, sender, import_id)
    apply(engine, sender, import_id)
    return import_id


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


def apply(engine: Engine, sender: Sender, import_id: int, *, skips_faulty: bool = False) -> None:
    """Write what was staged: all of it, or the rows that are clear and decided.

    Args:
        engine: Of the database.
        sender: Who applies.
        import_id: Of a staged import.
        skips_faulty: Leave out rows with errors and those not decided, instead of refusing.

    Raises:
        DomainError: ``import.not_found``, ``import.wrong_state``, ``import.busy``;
            ``import.not_clean`` with faulty or undecided rows; ``import.ledger_moved`` when
            the ledger is no longer what the rows were compared with.
    """
    with writing(engine, Change(sender.name, "apply import")) as session:
        one = lock_import(session, sender.scope, import_id, states=(ImportState.STAGED,))
        hold_ledger(session, one.district_code, import_id)
        change = Change(sender.name, f"import {one.file_name}", one.effective_on, import_id)
        sign(session, change)
        staged = staged_rows(session, import_id)
        plan = _plan_again(session, one, staged)
        _refuse_moved(plan, staged)
        faulty = one.report["counts"]["errors"]
        doubtful = sum(row.outcome is RowOutcome.DOUBTFUL for row in plan.rows)
        if (faulty or doubtful or plan.faults) and not skips_faulty:
            raise DomainError(
                "import.not_clean", errors=faulty + len(plan.faults), doubtful=doubtful
            )
        gone = chosen_to_leave(session, import_id)
        write_plan(session, plan, delisted=gone)
        one.state, one.applied_by, one.applied_at = (
            ImportState.APPLIED.value,
            sender.name,
            datetime.now(UTC),
        )
        one.report = {**one.report, "applied": _outcomes(plan) | {"delisted": len(gone)}}
        one.progress_share = 1
        facts = {"id": import_id, "district": one.district_code, **one.report["applied"]}
        audit(session, sender.name, "apply_import", one.file_name, **facts)


def undo(engine: Engine, sender: Sender, import_id: int) -> int:
    """Take an applied import back; return the number of sites that are as they were.

    Raises:
        DomainError: As `lock_import` and `undo_import`.
    """
    with writing(engine, Change(sender.name, "undo import")) as session:
        one = lock_import(session, sender.scope, import_id, states=(ImportState.APPLIED,))
        hold_ledger(session, one.district_code, import_id)
        sign(session, Change(sender.name, f"undo {one.file_name}", one.effective_on))
        sites = undo_import(session, import_id)
        one.state, one.undone_by, one.undone_at = (
            ImportState.UNDONE.value,
            sender.name,
            datetime.now(UTC),
        )
        audit(session, sender.name, "undo_import", one.file_name, id=import_id, sites=sites)
    return sites


def plain_name(name: str) -> str:
    """Return a file's name without folders and without marks that no name should have."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(one for one in last if one.isprintable()).strip(". ")
    stem, dot, suffix = kept.rpartition(".")
    return f"{(stem or kept)[:120]}{dot}{suffix[:10]}" if dot else kept[:120] or "台账"


def _places(session: Session, scope: Scope, delivery: Delivery) -> dict[str, Any]:
    """Return the place columns of an import: those of the scope, or of the town named."""
    districts = find_divisions(session, scope, kind=DivisionKind.DISTRICT)
    if delivery.district is None and len(districts) > 1:
        raise DomainError("import.district_needed", known=[one.code for one in districts])
    if delivery.district is not None and not districts:
        raise DomainError("division.not_found", division=delivery.district)
    district = pick_district(districts, delivery.district).code
    codes: dict[str, Any] = {"district_code": district}
    if scope.kind in (DivisionKind.TOWN, DivisionKind.NEIGHBOURHOOD):
        codes[f"{scope.kind}_code"] = scope.code
        if scope.kind is DivisionKind.NEIGHBOURHOOD:
            codes["town_code"] = get_division(session, scope, scope.code or "").parent_code
    if delivery.town is not None:
        town = get_division(session, scope, delivery.town)
        if town.kind is not DivisionKind.TOWN or town.district_code != district:
            raise DomainError("division.not_found", division=delivery.town)
        codes["town_code"] = town.code
    return codes


def _stage(
    store: FileStore, session: Session, one: LedgerImport, progress: Callable[[float], None]
) -> None:
    progress(0)
    read = _read(store, one, lambda share: progress(share * _READ))
    progress(_READ)
    speaks_for = _speaks_for(session, one, read.units)
    mode = _mode(one, read.stated, speaks_for)
    numbered = enumerate(read.drafts, start=1)
    plan = plan_merge(session, one.district_code, numbered, on=one.effective_on, mode=mode)
    progress(_COMPARED)
    faults = sorted(
        [*read.faults, *plan.faults], key=lambda one: list(Severity).index(one.severity)
    )
    stage_rows(session, one.id, plan, faults)
    errors = len({(one.sheet, one.row) for one in faults if one.severity is Severity.ERROR})
    one.state, one.progress_share = ImportState.STAGED.value, 1
    one.report = {
        "counts": _outcomes(plan)
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
        signatures=[asdict(one) for one in reading.signatures],
        units={one.unit for one in reading.signatures if one.unit},
    )


@contextmanager
def file_under_its_name(store: FileStore, one: LedgerImport) -> Iterator[Path]:
    """Yield a path to the import's file that bears the name its sender gave it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / one.file_name
        path.symlink_to(store.path(one.digest).resolve())
        yield path


def _mode(one: LedgerImport, stated: Iterable[str], speaks_for: Iterable[str]) -> MergeMode:
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


def _plan_again(session: Session, one: LedgerImport, staged: list[Staged]) -> MergePlan:
    mode = _mode(one, one.report["stated"], one.report["speaks_for"])
    choices = {row.number: row.choice for row in staged if row.choice is not None}
    drafts = [(row.number, row.draft) for row in staged if row.choice != SKIP]
    return plan_merge(
        session, one.district_code, drafts, on=one.effective_on, mode=mode, choices=choices
    )


def _refuse_moved(plan: MergePlan, staged: list[Staged]) -> None:
    """Refuse when an undecided row would do something else than the report says.

    Raises:
        DomainError: ``import.ledger_moved`` with the names of rows.
    """
    expected = {row.number: row.fingerprint for row in staged if row.choice is None}
    moved = [
        row.draft.name
        for row in plan.rows
        if row.number in expected and expected[row.number] != fingerprint(row)
    ]
    known = {row.number for row in plan.rows}
    moved += [row.draft.name for row in staged if row.choice is None and row.number not in known]
    if moved:
        raise DomainError("import.ledger_moved", count=len(moved), sites=moved[:20])


def _outcomes(plan: MergePlan) -> dict[str, int]:
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
