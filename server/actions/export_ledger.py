"""The ledger in the official form, as the clerk's office knows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.personal import mask_phone
from geodata.ledger.form import TITLE
from geodata.ledger.form_writer import SheetsBy, key_of, write_form
from geodata.ledger.signature import Signature
from geodata.store.queries.divisions import get_division
from geodata.store.queries.imports import latest_signatures
from geodata.store.queries.ledger import ledger_rows
from geodata.store.queries.state import SiteFilter


@dataclass(frozen=True, slots=True)
class ExportedLedger:
    """A workbook: its file name as offices name files (单位+表名+日期), and its rows."""

    name: str
    rows: int


def export_ledger(  # noqa: PLR0913 - what it is of, and how it is written
    session: Session,
    scope: Scope,
    path: Path,
    *,
    unit: str,
    wanted: SiteFilter,
    on: date,
    with_phones: bool,
    sheets: SheetsBy = SheetsBy.NONE,
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
        sheets: Whether each town or neighbourhood has a sheet of its own, which it signs.

    Raises:
        DomainError: ``division.not_found``.
    """
    division = get_division(session, scope, unit)
    rows = ledger_rows(session, scope, wanted, on=on)
    if not with_phones:
        rows = [replace(row, phone=mask_phone(row.phone)) for row in rows]
    signed = latest_signatures(session, scope, division.district_code)
    keys = {key_of(row, sheets) for row in rows}
    names = {key: next((one for one in reversed(key) if one), division.name) for key in keys}
    write_form(
        rows,
        path,
        unit=division.name,
        filled_on=on,
        is_sample=division.is_sample,
        sheets=sheets,
        signatures={
            key: _signature(signed[name], with_phones=with_phones)
            for key, name in names.items()
            if name in signed
        },
    )
    return ExportedLedger(f"{division.name}{TITLE}{on:%Y%m%d}.xlsx", len(rows))


def _signature(told: dict[str, str | None], *, with_phones: bool) -> Signature:
    signature = Signature(**told)
    if with_phones:
        return signature
    return replace(
        signature,
        filled_by_phone=mask_phone(signature.filled_by_phone),
        responsible_phone=mask_phone(signature.responsible_phone),
    )
