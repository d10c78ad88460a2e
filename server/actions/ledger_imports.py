"""Apply a staged ledger as a whole, and take it back as a whole.

Each step is one transaction. A file is kept before it is read: a server that dies leaves an
import as the last finished step left it, and the next step can be asked for again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from geodata.domain.errors import DomainError
from geodata.domain.importing import ImportKind, ImportState, RowOutcome
from geodata.store.audit import audit
from geodata.store.boundary_edits import take_turn
from geodata.store.files import FileStore
from geodata.store.imports.merging import MergePlan, plan_merge
from geodata.store.imports.sites import write_plan
from geodata.store.imports.staging import (
    SKIP,
    Staged,
    chosen_sites,
    chosen_to_leave,
    fingerprint,
    hold_ledger,
    lock_import,
    staged_rows,
)
from geodata.store.imports.undo import undo_import
from geodata.store.session import sign, writing
from geodata.store.tables import LedgerImport
from server.actions.import_progress import Progress, telling
from server.actions.import_receipt import Delivery, Sender, receive
from server.actions.import_staging import mode_of, outcomes, stage

_READ, _COMPARED, _WRITTEN = 0.2, 0.5, 0.95
"""Shares of the whole at which the staged rows are read, compared anew, and written."""


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


def apply(
    engine: Engine,
    sender: Sender,
    import_id: int,
    *,
    skips_faulty: bool = False,
    progress: Progress | None = None,
) -> None:
    """Write what was staged: all of it, or the rows that are clear and decided.

    Args:
        engine: Of the database.
        sender: Who applies.
        import_id: Of a staged import.
        skips_faulty: Leave out rows with errors and those not decided, instead of refusing.
        progress: Told the share done, 0-1, beside the import's own row.

    Raises:
        DomainError: ``import.not_found``, ``import.wrong_state``, ``import.busy``;
            ``import.not_clean`` with faulty or undecided rows; ``import.ledger_moved`` when
            the ledger is no longer what the rows were compared with.
    """
    told = telling(engine, import_id, progress)
    with writing(engine, sender.change("apply import")) as session:
        one = lock_import(session, sender.scope, import_id, states=(ImportState.STAGED,))
        told(0)
        hold_ledger(session, one.district_code, import_id)
        change = sender.change(f"导入 {one.file_name}", one.effective_on, import_id)
        sign(session, change)
        plan = _clear_plan(session, one, skips_faulty=skips_faulty, told=told)
        gone = chosen_to_leave(session, import_id)
        write_plan(session, plan, delisted=gone)
        told(_WRITTEN)
        one.state, one.applied_by, one.applied_at = (
            ImportState.APPLIED.value,
            sender.name,
            datetime.now(UTC),
        )
        one.report = {**one.report, "applied": outcomes(plan) | {"delisted": len(gone)}}
        one.progress_share = 1
        facts = {"id": import_id, "district": one.district_code, **one.report["applied"]}
        audit(session, sender.name, "apply_import", one.file_name, **facts)


def undo(
    engine: Engine, sender: Sender, import_id: int, *, progress: Progress | None = None
) -> int:
    """Take an applied import back; return the number of sites that are as they were.

    Args:
        engine: Of the database.
        sender: Who takes it back.
        import_id: Of an applied import.
        progress: Told the share done, 0-1, beside the import's own row.

    Raises:
        DomainError: As `lock_import` and `undo_import`.
    """
    told = telling(engine, import_id, progress)
    with writing(engine, sender.change("undo import")) as session:
        one = lock_import(session, sender.scope, import_id, states=(ImportState.APPLIED,))
        told(0)
        if one.kind == ImportKind.VECTOR:
            take_turn(session)
        hold_ledger(session, one.district_code, import_id)
        sign(session, sender.change(f"撤销导入 {one.file_name}", one.effective_on))
        sites = undo_import(session, import_id, progress=told)
        one.state, one.undone_by, one.undone_at = (
            ImportState.UNDONE.value,
            sender.name,
            datetime.now(UTC),
        )
        one.progress_share = 1
        audit(session, sender.name, "undo_import", one.file_name, id=import_id, sites=sites)
    return sites


def _clear_plan(
    session: Session, one: LedgerImport, *, skips_faulty: bool, told: Progress
) -> MergePlan:
    """Return what the rows do now, if that is what the report says and nothing is open.

    Raises:
        DomainError: ``import.not_clean``, ``import.ledger_moved``.
    """
    staged = staged_rows(session, one.id)
    told(_READ)
    plan = _plan_again(session, one, staged)
    _refuse_moved(plan, staged, chosen_sites(session, one.id))
    told(_COMPARED)
    faulty = one.report["counts"]["errors"]
    doubtful = sum(row.outcome is RowOutcome.DOUBTFUL for row in plan.rows)
    if (faulty or doubtful or plan.faults) and not skips_faulty:
        raise DomainError("import.not_clean", errors=faulty + len(plan.faults), doubtful=doubtful)
    return plan


def _plan_again(session: Session, one: LedgerImport, staged: list[Staged]) -> MergePlan:
    mode = mode_of(one, one.report["stated"], one.report["speaks_for"])
    choices = {row.number: row.choice for row in staged if row.choice is not None}
    drafts = [(row.number, row.draft) for row in staged if row.choice != SKIP]
    return plan_merge(
        session, one.district_code, drafts, on=one.effective_on, mode=mode, choices=choices
    )


def _refuse_moved(plan: MergePlan, staged: list[Staged], chosen: Mapping[int, int]) -> None:
    """Refuse when an undecided row would do something else than the report says.

    A decided one is held to the version of the site that its choice names.

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
    moved += [
        plan.sites[site_id].name
        for site_id, seen in chosen.items()
        if site_id in plan.sites and plan.sites[site_id].row_version != seen
    ]
    if moved:
        raise DomainError("import.ledger_moved", count=len(moved), sites=moved[:20])
