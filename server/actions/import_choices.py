"""What a clerk decides about staged rows before they are applied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Engine, select

from geodata.domain.errors import DomainError
from geodata.domain.importing import ImportState, RowOutcome
from geodata.store.audit import audit
from geodata.store.imports.merging import NEW
from geodata.store.imports.staging import DELIST, SKIP, lock_import
from geodata.store.session import writing
from geodata.store.tables import StagedRow
from server.actions.import_receipt import Sender

_POSSIBLE: Final = {
    RowOutcome.NEW: {SKIP},
    RowOutcome.CHANGED: {SKIP},
    RowOutcome.UNCHANGED: {SKIP},
    RowOutcome.DOUBTFUL: {SKIP, NEW},
    RowOutcome.MISSING: {DELIST},
    RowOutcome.ERROR: set(),
}
"""What may be chosen for a row; a doubtful one may also be one of its candidates, and one that
was recognised under another name or place may be another site."""


def choose(
    engine: Engine, sender: Sender, import_id: int, choices: Mapping[int, str | None]
) -> None:
    """Keep the choices for rows; ``None`` takes one back.

    Raises:
        DomainError: As `lock_import`; ``import.choice_impossible`` with row and choice.
    """
    with writing(engine, sender.change("decide rows")) as session:
        lock_import(session, sender.scope, import_id, states=(ImportState.STAGED,))
        rows = session.scalars(
            select(StagedRow).where(StagedRow.import_id == import_id, StagedRow.number.in_(choices))
        ).all()
        if len(rows) != len(choices):
            raise DomainError("import.choice_impossible", row=None, choice=None)
        for row in rows:
            choice = choices[row.number]
            if choice is not None and choice not in _possible(row):
                raise DomainError("import.choice_impossible", row=row.row, choice=choice)
            row.choice = choice
        told = {str(number): choice for number, choice in choices.items()}
        audit(session, sender.name, "decide_rows", str(import_id), choices=told)


def _possible(row: StagedRow) -> set[str]:
    possible = _POSSIBLE[RowOutcome(row.outcome)] | {str(one["site_id"]) for one in row.candidates}
    return possible | {NEW} if "recognised" in row.changes else possible
