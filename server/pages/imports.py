"""Imports: where a file is dropped, and the report of what it would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import RowMapping

from geodata.domain.access import WRITING_ROLES
from geodata.domain.division import DivisionKind
from geodata.domain.importing import ImportState, RowOutcome
from geodata.domain.vocabulary import Language, words
from geodata.store.queries.divisions import find_divisions
from geodata.store.queries.imports import find_imports, find_staged_rows, get_import
from geodata.store.tables import LedgerImport
from server.actions.told import field_name, value_text
from server.api.ledger_imports import import_json
from server.auth import ReadingSession
from server.i18n import language_of, word
from server.pages.context import ShownDistrict
from server.pages.render import page

router = APIRouter()

_ROWS: Final = 100
_WORST_FIRST: Final = (
    RowOutcome.ERROR,
    RowOutcome.DOUBTFUL,
    RowOutcome.NEW,
    RowOutcome.CHANGED,
    RowOutcome.MISSING,
    RowOutcome.UNCHANGED,
)


@router.get("/imports")
def imports_page(request: Request, shown: ShownDistrict, session: ReadingSession) -> Response:
    """Show where to drop a ledger, and what came of those before."""
    scope = shown.actor.scope
    found = find_imports(session, scope, district=shown.district.code)
    language = language_of(request)
    return page(
        request,
        "imports.html",
        active="imports",
        imports=[import_json(one, language, faults_shown=0) for one in found],
        outcomes=_WORST_FIRST,
        ImportState=ImportState,
        may_write=shown.actor.role in WRITING_ROLES,
        towns=find_divisions(session, scope, kind=DivisionKind.TOWN, district=shown.district.code),
        **shown.head(),
    )


@router.get("/imports/{import_id}")
def import_page(
    import_id: int,
    request: Request,
    shown: ShownDistrict,
    session: ReadingSession,
    outcome: RowOutcome | None = None,
    cursor: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Show what an import would do, row by row, worst first."""
    scope, language = shown.actor.scope, language_of(request)
    one = get_import(session, scope, import_id)
    counts = _counts(one)
    wanted = outcome or next((kind for kind in _WORST_FIRST if counts[kind]), RowOutcome.NEW)
    found = find_staged_rows(session, scope, import_id, outcome=wanted, limit=_ROWS, cursor=cursor)
    names = {
        row.code: row.name for row in find_divisions(session, scope, district=one.district_code)
    }
    told = import_json(one, language)
    return page(
        request,
        "import.html",
        active="imports",
        told=told,
        counts=counts,
        outcomes=_WORST_FIRST,
        wanted=wanted,
        rows=[_row(row, names, language) for row in found.rows],
        faults=told["report"]["faults"],
        next_cursor=found.next_cursor,
        total=found.total,
        state=ImportState(one.state),
        ImportState=ImportState,
        RowOutcome=RowOutcome,
        may_write=shown.actor.role in WRITING_ROLES,
        **shown.head(),
    )


def _counts(one: LedgerImport) -> dict[RowOutcome, int]:
    counts = one.report.get("counts", {})
    found = {kind: int(counts.get(kind.value, 0)) for kind in RowOutcome}
    return found | {RowOutcome.ERROR: int(counts.get("errors", 0))}


def _row(row: RowMapping, names: Mapping[str, str], language: Language) -> dict[str, Any]:
    told = dict(row["changes"])
    recognised = told.pop("recognised", None)
    types = [_types(told.pop("management_type"), language)] if "management_type" in told else []
    return {
        **row,
        "changes": types
        + [_told(column, values, names, language) for column, values in told.items()],
        "recognised": recognised and word(f"recognised.{recognised}", language),
        "candidates": [
            one | {"why": word(f"recognised.{one['reason']}", language)}
            for one in row["candidates"]
        ],
    }


def _types(values: Sequence[Sequence[str]], language: Language) -> tuple[str, str, str]:
    known = words("management_type")
    old, new = (
        "、".join(known[one].label(language, short=True) for one in types) or "—"
        for types in values
    )
    return field_name("management_type", language), old, new


def _told(
    column: str, values: Sequence[Any], names: Mapping[str, str], language: Language
) -> tuple[str, str, str]:
    old, new = (names.get(str(one)) or value_text(column, one, language) for one in values)
    return field_name(column, language), old, new
