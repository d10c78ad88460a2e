"""Imports in scope, their rows, and how lists were mapped before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import RowMapping, func, select
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.domain.importing import ImportKind, ImportState, RowOutcome
from geodata.store.queries.state import within
from geodata.store.tables import LedgerImport, StagedRow


@dataclass(frozen=True, slots=True)
class RowPage:
    """Some staged rows: the cursor goes on after the last, ``None`` where there are no more."""

    rows: list[RowMapping]
    next_cursor: int | None
    total: int


def find_imports(
    session: Session, scope: Scope, *, district: str | None = None, limit: int = 50
) -> Sequence[LedgerImport]:
    """Return the latest imports, newest first."""
    statement = select(LedgerImport).where(within(scope, LedgerImport))
    if district is not None:
        statement = statement.where(LedgerImport.district_code == district)
    return session.scalars(statement.order_by(LedgerImport.id.desc()).limit(limit)).all()


def get_import(session: Session, scope: Scope, import_id: int) -> LedgerImport:
    """Return one import.

    Raises:
        DomainError: ``import.not_found``; what lies outside the scope does not exist.
    """
    found = session.scalar(
        select(LedgerImport).where(LedgerImport.id == import_id, within(scope, LedgerImport))
    )
    if found is None:
        raise DomainError("import.not_found", **{"import": import_id})
    return found


def find_staged_rows(
    session: Session,
    scope: Scope,
    import_id: int,
    *,
    outcome: RowOutcome | None = None,
    limit: int = 100,
    cursor: int = 0,
) -> RowPage:
    """Return rows of an import in the order of the file.

    Raises:
        DomainError: As `get_import`.
    """
    get_import(session, scope, import_id)
    wanted = [StagedRow.import_id == import_id]
    if outcome is not None:
        wanted.append(StagedRow.outcome == outcome.value)
    total = session.scalar(select(func.count()).select_from(StagedRow).where(*wanted)) or 0
    columns = [
        getattr(StagedRow, name)
        for name in ("number", "outcome", "sheet", "row", "name", "site_id")
    ] + [StagedRow.changes, StagedRow.candidates, StagedRow.choice, StagedRow.draft]
    rows = list(
        session.execute(
            select(*columns)
            .where(*wanted, StagedRow.number > cursor)
            .order_by(StagedRow.number)
            .limit(limit + 1)
        ).mappings()
    )
    more = len(rows) > limit
    return RowPage(rows[:limit], rows[limit - 1]["number"] if more else None, total)


def count_outcomes(session: Session, import_id: int) -> dict[str, int]:
    """Return the number of staged rows by outcome."""
    rows = session.execute(
        select(StagedRow.outcome, func.count())
        .where(StagedRow.import_id == import_id)
        .group_by(StagedRow.outcome)
    )
    return {outcome: count for outcome, count in rows}  # noqa: C416 - rows are no pairs to mypy


def latest_signatures(
    session: Session, scope: Scope, district: str
) -> dict[str, dict[str, str | None]]:
    """Return who signed the last ledger of each unit (S41), by the unit's name as written."""
    sent = session.scalars(
        select(LedgerImport.report)
        .where(
            within(scope, LedgerImport),
            LedgerImport.district_code == district,
            LedgerImport.kind == ImportKind.LEDGER.value,
            LedgerImport.state == ImportState.APPLIED.value,
        )
        .order_by(LedgerImport.id)
    )
    return {
        one["unit"]: one
        for report in sent
        for one in report.get("signatures") or []
        if one.get("unit")
    }
