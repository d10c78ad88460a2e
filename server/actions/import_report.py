"""The clerk's own workbook, with the report's faults as comments on its cells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError, Fault, Severity
from geodata.domain.vocabulary import Language
from geodata.ledger.annotate import annotate
from geodata.store.files import FileStore
from geodata.store.queries.imports import get_import
from server.actions.import_staging import file_under_its_name
from server.i18n import sentence


def write_report(
    session: Session,
    store: FileStore,
    scope: Scope,
    import_id: int,
    out: Path,
    language: Language,
) -> str:
    """Write the workbook of a staged import with comments.

    Args:
        session: A reading session.
        store: Of the files.
        scope: The actor's.
        import_id: Of the import.
        out: Where to write.
        language: Of the comments.

    Returns:
        The name that the workbook should have.

    Raises:
        DomainError: ``import.not_found``; ``table.missing`` for a file that was not kept; as
            `annotate`.
    """
    one = get_import(session, scope, import_id)
    faults = [_fault(told) for told in one.report.get("faults", [])]

    def said(fault: Fault) -> str:
        facts = {**fault.facts, "value": fault.value, "row": fault.row, "column": fault.column}
        return sentence(fault.code, facts, language)

    if not store.path(one.digest).is_file():
        raise DomainError("table.missing", file=one.file_name)
    with file_under_its_name(store, one) as path:
        book = annotate(path, faults, out, sentence=said)
    return f"{Path(one.file_name).stem}_批注{book.suffix}"


def _fault(told: dict[str, Any]) -> Fault:
    return Fault(**{**told, "severity": Severity(told["severity"])})
