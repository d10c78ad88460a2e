"""The ledger in the official form, as the clerk's office knows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.personal import mask_phone
from geodata.ledger.form import TITLE
from geodata.ledger.form_writer import write_form
from geodata.store.queries.divisions import get_division
from geodata.store.queries.ledger import ledger_rows
from geodata.store.queries.state import SiteFilter


@dataclass(frozen=True, slots=True)
class ExportedLedger:
    """A workbook: its file name as offices name files (单位+表名+日期), and its rows."""

    name: str
    rows: int


def export_ledger(
    session: Session,
    scope: Scope,
    path: Path,
    *,
    unit: str,
    wanted: SiteFilter,
    on: date,
    with_phones: bool,
) -> ExportedLedger:
    """Write the ledger of a unit as a workbook.

    Args:
        session: A reading session.
        scope: The actor's.
        path: Where to write.
        unit: Code of the division in scope whose ledger it is.
        wanted: Its sites, or some of them.
        on: The day.
        with_phones: Whole numbers, for the unit's own use; else they are masked, which an
            import takes as saying nothing.

    Raises:
        DomainError: ``division.not_found``.
    """
    division = get_division(session, scope, unit)
    rows = ledger_rows(session, scope, wanted, on=on)
    if not with_phones:
        rows = [replace(row, phone=mask_phone(row.phone)) for row in rows]
    write_form(rows, path, unit=division.name, filled_on=on, is_sample=division.is_sample)
    return ExportedLedger(f"{division.name}{TITLE}{on:%Y%m%d}.xlsx", len(rows))
