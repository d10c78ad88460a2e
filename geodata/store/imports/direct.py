"""Imports that are written at once: noted all the same, so that they can be undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from geodata.domain.importing import ImportKind, ImportState, RowOutcome
from geodata.store.queries.divisions import get_division
from geodata.store.session import Change, sign
from geodata.store.tables import LedgerImport, StagedRow


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectImport:
    """What is known of an import before it writes.

    Attributes:
        kind: What the file is.
        path: The file.
        district: Code of the district it goes into.
        actor: Who imports.
        scope: Theirs: whoever sees its division sees the import.
        reason: Why the sites change, in words.
        on: Day from which it holds.
    """

    kind: ImportKind
    path: Path
    district: str
    actor: str
    scope: Scope
    reason: str
    on: date


def note_import(session: Session, order: DirectImport) -> LedgerImport:
    """Note an import, and sign what follows in the transaction as part of it.

    The file is known by its digest and not kept.
    """
    with order.path.open("rb") as content:
        digest = file_digest(content, "sha256").hexdigest()
    one = LedgerImport(
        kind=order.kind.value,
        state=ImportState.APPLIED.value,
        file_name=order.path.name,
        digest=digest,
        size_bytes=order.path.stat().st_size,
        effective_on=order.on,
        progress_share=1,
        created_by=order.actor,
        applied_by=order.actor,
        applied_at=datetime.now(UTC),
        district_code=order.district,
        **_division(session, order.scope),
    )
    session.add(one)
    session.flush()
    sign(session, Change(order.actor, order.reason, order.on, one.id))
    return one


def note_boundaries(session: Session, import_id: int, rows: Iterable[Mapping[str, Any]]) -> None:
    """Keep which sites an import of boundaries changed.

    Args:
        session: A writing session.
        import_id: Of the import.
        rows: ``sheet``, ``row``, ``name``, ``site_id``, and ``had_one`` for a boundary before.
    """
    kept = [
        {name: row[name] for name in ("sheet", "row", "name", "site_id")}
        | {
            "import_id": import_id,
            "number": number,
            "outcome": RowOutcome.CHANGED.value,
            "changes": {"geom": [row["had_one"], True]},
        }
        for number, row in enumerate(rows, start=1)
    ]
    if kept:
        session.execute(insert(StagedRow), kept)


def _division(session: Session, scope: Scope) -> dict[str, Any]:
    if scope.kind is DivisionKind.NEIGHBOURHOOD:
        home = get_division(session, scope, scope.code or "")
        return {"neighbourhood_code": home.code, "town_code": home.parent_code}
    return {"town_code": scope.code} if scope.kind is DivisionKind.TOWN else {}
