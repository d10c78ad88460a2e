"""The columns of a plain list: shown as they would be read, chosen, and remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Final

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError, Fault, Severity
from geodata.domain.importing import ImportKind, ImportState
from geodata.domain.site import Place, SiteDraft
from geodata.domain.vocabulary import lookup, squeeze
from geodata.ledger.layout import Layout
from geodata.ledger.listing import read_values
from geodata.ledger.listing_tables import ListingTable, as_table
from geodata.ledger.mapping import ColumnMapping
from geodata.ledger.proposal import columns_of
from geodata.ledger.sheets import Cell
from geodata.ledger.values import as_text
from geodata.spatial.datum import Datum
from geodata.store.audit import audit
from geodata.store.files import FileStore
from geodata.store.imports.column_memory import Remembered, remember_columns
from geodata.store.imports.staging import lock_import
from geodata.store.queries.imports import get_import
from geodata.store.session import writing
from geodata.store.tables import LedgerImport
from server.actions.import_receipt import Sender
from server.actions.import_staging import file_under_its_name
from server.actions.listing_columns import (
    ListingColumns,
    Suggestion,
    has_position,
    position_field,
    suggest_columns,
)
from server.actions.listing_rows import on_the_ground

ROWS_SHOWN: Final = 8
_OPEN: Final = (ImportState.RECEIVED, ImportState.STAGED, ImportState.REFUSED)


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row as it would be read.

    Attributes:
        row: Its number, as a spreadsheet program shows it.
        written: Text of the cell by field.
        draft: What would be taken.
        faults: By field.
    """

    row: int
    written: dict[str, str]
    draft: SiteDraft
    faults: dict[str, list[Fault]]


@dataclass(slots=True)
class ColumnsView:
    """A list under a mapping.

    Attributes:
        suggestion: What is proposed for it.
        chosen: The mapping that the rows are read under.
        rows: The first few.
        refusal: Why the rows as a whole could not be taken, such as a contradicted datum.
    """

    suggestion: Suggestion
    chosen: ListingColumns
    rows: list[ReadRow] = field(default_factory=list)
    refusal: DomainError | None = None


def view_columns(
    session: Session,
    store: FileStore,
    scope: Scope,
    import_id: int,
    tried: ListingColumns | None = None,
) -> ColumnsView:
    """Return the columns of a list and its first rows as they would be read.

    Args:
        session: A reading session.
        store: Of the files.
        scope: The actor's.
        import_id: Of a listing's import.
        tried: A mapping to try; else the one that was chosen, else what is proposed.

    Raises:
        DomainError: ``import.not_found``, ``columns.not_a_listing``; as `indexed`.
    """
    one = get_import(session, scope, import_id)
    _refuse_other(one)
    with file_under_its_name(store, one) as path:
        suggestion = suggest_columns(session, path, one)
    settled = one.options.get("columns")
    if tried is not None:
        columns = indexed(suggestion.layout, tried.columns)
        chosen = ListingColumns(columns, tried.datum)
    elif settled is not None:
        chosen = ListingColumns(settled, suggestion.datum)
    else:
        chosen = ListingColumns(columns_of(suggestion.proposals), suggestion.datum)
    view = ColumnsView(suggestion, chosen)
    _read_first(session, one, view)
    return view


def choose_columns(
    engine: Engine,
    store: FileStore,
    sender: Sender,
    import_id: int,
    columns: Mapping[str, int | str],
    datum: Datum | None,
    *,
    insists: bool = False,
) -> None:
    """Settle by which columns a list is read, and remember it for lists with the same headers.

    Args:
        engine: Of the database.
        store: Of the files.
        sender: Who chooses.
        import_id: Of a listing's import that is not applied.
        columns: Index or header by field, in the main sheet; the others are only kept.
        datum: Of the coordinates, ``None`` where none are mapped.
        insists: Whether the datum holds even where the known ground speaks for another.

    Raises:
        DomainError: As `lock_import`; ``columns.not_a_listing``, ``columns.name_needed``,
            ``columns.coordinates_half``, ``columns.datum_needed``; as `indexed`.
    """
    with writing(engine, sender.change("choose columns")) as session:
        one = lock_import(session, sender.scope, import_id, states=_OPEN)
        _refuse_other(one)
        with file_under_its_name(store, one) as path:
            layout = suggest_columns(session, path, one).layout
        found = indexed(layout, columns)
        _refuse_incomplete(found, datum)
        told = datum.value if datum is not None and has_position(found) else None
        one.options = {"columns": found, "datum": told, "insists": insists}
        one.state, one.report, one.progress_share = ImportState.RECEIVED.value, {}, 0
        memory = Remembered(found, told)
        remember_columns(session, one.district_code, layout.written, memory, by=sender.name)
        named = {key: layout.headers[index] for key, index in found.items()}
        facts: dict[str, Any] = {
            "id": import_id,
            "columns": named,
            "datum": told,
            "insists": insists,
        }
        audit(session, sender.name, "choose_columns", one.file_name, **facts)


def take_as_listing(engine: Engine, sender: Sender, import_id: int) -> None:
    """Turn an import whose file is not the official form into one of a plain list.

    Raises:
        DomainError: As `lock_import`; ``columns.not_a_listing`` for a vector file.
    """
    states = (ImportState.RECEIVED, ImportState.REFUSED)
    with writing(engine, sender.change("take as listing")) as session:
        one = lock_import(session, sender.scope, import_id, states=states)
        if one.kind != ImportKind.LEDGER:
            _refuse_other(one)
            return
        one.kind, one.state = ImportKind.LISTING.value, ImportState.RECEIVED.value
        one.options, one.report, one.progress_share = {}, {}, 0
        audit(session, sender.name, "take_as_listing", one.file_name, id=import_id)


def indexed(layout: Layout, columns: Mapping[str, int | str]) -> dict[str, int]:
    """Return the index of the column by field.

    Raises:
        DomainError: ``columns.field_unknown``, ``columns.column_unknown``,
            ``columns.column_twice``.
    """
    known = lookup("field")
    squeezed = [squeeze(header) for header in layout.headers]
    found: dict[str, int] = {}
    for written, column in columns.items():
        key = known.get(squeeze(written))
        if key is None:
            raise DomainError("columns.field_unknown", field=written)
        if isinstance(column, str) and squeeze(column) in squeezed:
            column = squeezed.index(squeeze(column))  # noqa: PLW2901 - the same column
        if isinstance(column, str) or not 0 <= column < len(layout.headers):
            raise DomainError("columns.column_unknown", column=column)
        if column in found.values():
            raise DomainError("columns.column_twice", column=layout.headers[column])
        found[key] = column
    return found


def _refuse_other(one: LedgerImport) -> None:
    if one.kind != ImportKind.LISTING:
        raise DomainError("columns.not_a_listing", file=one.file_name)


def _refuse_incomplete(columns: Mapping[str, int], datum: Datum | None) -> None:
    if "name" not in columns:
        raise DomainError("columns.name_needed")
    if ("longitude" in columns) is not ("latitude" in columns):
        raise DomainError("columns.coordinates_half")
    if has_position(columns) and datum is None:
        raise DomainError("columns.datum_needed")


def _read_first(session: Session, one: LedgerImport, view: ColumnsView) -> None:
    """Read the first rows under the chosen mapping, their points on the ground."""
    columns, datum = view.chosen.columns, view.chosen.datum
    table = as_table(one.file_name, view.suggestion.layout, ColumnMapping(columns, []))
    view.rows = [
        _read_row(table, place, cells) for place, cells in islice(table.filled_rows(), ROWS_SHOWN)
    ]
    if datum is None or not has_position(columns):
        return
    drafts = [row.draft for row in view.rows]
    try:
        placed, faults = on_the_ground(
            session, one.district_code, one.file_name, drafts, datum, insists=True
        )
    except DomainError as refusal:
        view.refusal = refusal
        return
    by_row = {draft.place.row: draft for draft in placed}
    view.rows = [replace(row, draft=by_row.get(row.row, row.draft)) for row in view.rows]
    rows = {row.row: row for row in view.rows}
    for fault in faults:
        rows[fault.row or 0].faults.setdefault(position_field(columns), []).append(fault)


def _read_row(table: ListingTable, place: Place, cells: list[Cell]) -> ReadRow:
    written = {key: as_text(table.cell(cells, key)) for key in table.mapping.fields}
    faults: list[Fault] = []
    values = read_values(table, cells, place, faults)
    name = written.get("name", "")
    if "name" in written and not name:
        code, column = "listing.name_missing", table.header("name")
        faults.append(Fault(Severity.ERROR, code, place.file, place.sheet, place.row, column, ""))
    fields = {header: key for key in written if (header := table.header(key)) is not None}
    sorted_faults: dict[str, list[Fault]] = {}
    for fault in faults:
        sorted_faults.setdefault(fields.get(fault.column or "", "name"), []).append(fault)
    return ReadRow(place.row, written, SiteDraft(place=place, name=name, **values), sorted_faults)
