"""Imports of ledgers: sent, staged, decided, applied, undone."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from geodata.domain.errors import DomainError
from geodata.domain.importing import ImportKind, ImportState, RowOutcome
from geodata.domain.personal import mask_phone
from geodata.domain.vocabulary import Language, words
from geodata.store.files import FileStore
from geodata.store.queries.imports import RowPage, find_imports, find_staged_rows, get_import
from geodata.store.session import reading
from geodata.store.tables import LedgerImport
from server.actions.import_choices import choose
from server.actions.import_receipt import Sender, receive
from server.actions.import_report import write_report
from server.actions.import_staging import stage as stage_import
from server.actions.ledger_imports import apply as apply_import
from server.actions.ledger_imports import undo as undo_import
from server.api.deliveries import DELIVERY_FORM, Delivered
from server.auth import Actor, CurrentActor, ReadingSession, WritingActor
from server.i18n import language_of, reason_and_advice

router = APIRouter(prefix="/api/ledger/imports", tags=["ledger"])

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_ROWS = 1000
_FAULTS_SHOWN = 1000


class Choices(BaseModel):
    """Choices by number of the row: a site's id, ``new``, ``skip``, ``delist``, or null."""

    choices: dict[int, str | None] = Field(max_length=_MOST_ROWS)


class Order(BaseModel):
    """How to apply."""

    skip_faulty: bool = False


def file_store(request: Request) -> FileStore:
    """Return the store of what people send."""
    return FileStore(request.app.state.settings.files)


def sender_of(actor: Actor) -> Sender:
    """Return who sends, as the actions know them."""
    return Sender(name=actor.username, scope=actor.scope)


@router.post("", status_code=HTTPStatus.CREATED, openapi_extra=DELIVERY_FORM)
def send(request: Request, actor: WritingActor, delivered: Delivered) -> dict[str, Any]:
    """Keep a workbook and tell what it would do; nothing in the ledger changes.

    With ``stage=false`` it is only kept, to be staged by a request of its own whose progress
    ``GET /api/ledger/imports/{id}`` tells. A plain list (``kind=listing``) whose headers leave
    something open stays received and says ``needs_columns``: see its ``columns``.
    """
    engine, store, sender = request.app.state.engine, file_store(request), sender_of(actor)
    with delivered.path.open("rb") as content:
        import_id = receive(engine, store, sender, content, delivered.delivery)
    if delivered.stage:
        try:
            stage_import(engine, store, sender, import_id)
        except DomainError as refusal:
            if refusal.code != "columns.undecided":
                raise
    return import_told(request, actor, import_id)


@router.get("")
def imports(
    request: Request, actor: CurrentActor, session: ReadingSession, district: str | None = None
) -> dict[str, Any]:
    """Return the latest imports."""
    language = language_of(request)
    found = find_imports(session, actor.scope, district=district)
    return {"imports": [import_json(one, language, faults_shown=0) for one in found]}


@router.get("/{import_id}")
def one_import(
    import_id: int, request: Request, actor: CurrentActor, session: ReadingSession
) -> dict[str, Any]:
    """Return an import with its report and how far it has come."""
    return import_json(get_import(session, actor.scope, import_id), language_of(request))


@router.get("/{import_id}/rows")
def rows(
    import_id: int,
    actor: CurrentActor,
    session: ReadingSession,
    outcome: RowOutcome | None = None,
    limit: Annotated[int, Query(ge=1, le=_MOST_ROWS)] = 100,
    cursor: Annotated[int, Query(ge=0)] = 0,
) -> dict[str, Any]:
    """Return staged rows: what would change, and who is asked about."""
    page = find_staged_rows(
        session, actor.scope, import_id, outcome=outcome, limit=limit, cursor=cursor
    )
    return rows_json(page)


@router.get("/{import_id}/report.xlsx", response_class=Response)
def report_file(
    import_id: int, request: Request, actor: CurrentActor, session: ReadingSession
) -> Response:
    """Return the clerk's workbook with comments on its faulty cells."""
    store, language = file_store(request), language_of(request)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "report.xlsx"
        name = write_report(session, store, actor.scope, import_id, path, language)
        content = path.read_bytes()
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type=XLSX, headers=headers)


@router.post("/{import_id}/stage")
def stage_again(import_id: int, request: Request, actor: WritingActor) -> dict[str, Any]:
    """Read and compare, for the first time or anew."""
    engine, store = request.app.state.engine, file_store(request)
    stage_import(engine, store, sender_of(actor), import_id)
    return import_told(request, actor, import_id)


@router.post("/{import_id}/choices")
def decide(
    import_id: int, wanted: Choices, request: Request, actor: WritingActor
) -> dict[str, Any]:
    """Keep what the clerk decides about rows."""
    choose(request.app.state.engine, sender_of(actor), import_id, wanted.choices)
    return {"id": import_id, "decided": len(wanted.choices)}


@router.post("/{import_id}/apply")
def apply(
    import_id: int, request: Request, actor: WritingActor, order: Order | None = None
) -> dict[str, Any]:
    """Write what was staged, in one transaction."""
    skips_faulty = order is not None and order.skip_faulty
    engine = request.app.state.engine
    apply_import(engine, sender_of(actor), import_id, skips_faulty=skips_faulty)
    return import_told(request, actor, import_id)


@router.post("/{import_id}/undo")
def undo(import_id: int, request: Request, actor: WritingActor) -> dict[str, Any]:
    """Take an applied import back as a whole."""
    sites = undo_import(request.app.state.engine, sender_of(actor), import_id)
    return import_told(request, actor, import_id) | {"sites": sites}


def import_json(
    one: LedgerImport, language: Language, *, faults_shown: int = _FAULTS_SHOWN
) -> dict[str, Any]:
    """Return an import as the interface tells it."""
    report = one.report
    faults = report.get("faults", [])
    refusal = report.get("refusal")
    told = None
    if refusal is not None:
        reason, advice = reason_and_advice(refusal["code"], refusal["facts"], language)
        told = {**refusal, "reason": reason, "suggestion": advice}
    return {
        "id": one.id,
        "kind": one.kind,
        "state": one.state,
        "needs_columns": needs_columns(one),
        "file": one.file_name,
        "effective_on": one.effective_on,
        "progress_share": one.progress_share,
        "created_by": one.created_by,
        "created_at": one.created_at,
        "applied_by": one.applied_by,
        "applied_at": one.applied_at,
        "undone_by": one.undone_by,
        "undone_at": one.undone_at,
        "report": {
            "counts": report.get("counts", {}),
            "applied": report.get("applied"),
            "refusal": told,
            "faults_total": len(faults) + report.get("faults_left_out", 0),
            "faults": [fault_json(fault, language) for fault in faults[:faults_shown]],
        },
    }


def needs_columns(one: LedgerImport) -> bool:
    """Tell whether a plain list waits for somebody to say what its columns are."""
    is_open = one.kind == ImportKind.LISTING and one.state == ImportState.RECEIVED
    return is_open and "columns" not in one.options


def fault_json(fault: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """Return a fault with where it stands, why it is one, and what to do about it."""
    facts = {**fault["facts"], "value": fault["value"], "row": fault["row"]}
    facts["column"] = fault["column"]
    if isinstance(facts.get("read_as"), list):
        known = words("management_type")
        facts["read_as"] = [
            known[one].label(language) if one in known else one for one in facts["read_as"]
        ]
    reason, advice = reason_and_advice(fault["code"], facts, language)
    kept = ("severity", "code", "sheet", "row", "column", "cell", "value")
    return {name: fault.get(name) for name in kept} | {"reason": reason, "suggestion": advice}


def rows_json(page: RowPage) -> dict[str, Any]:
    """Return staged rows without what is nobody's to see."""
    names = ("number", "outcome", "sheet", "row", "name", "site_id", "candidates")
    return {
        "total": page.total,
        "next_cursor": page.next_cursor,
        "rows": [
            {name: row[name] for name in names}
            | {"changes": _masked(row["changes"]), "choice": row["choice"]}
            for row in page.rows
        ],
    }


def _masked(changes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: [mask_phone(one) for one in values] if name == "phone" else values
        for name, values in changes.items()
    }


def import_told(request: Request, actor: Actor, import_id: int) -> dict[str, Any]:
    """Return an import as it stands now."""
    with reading(request.app.state.engine, actor.scope) as session:
        return import_json(get_import(session, actor.scope, import_id), language_of(request))
