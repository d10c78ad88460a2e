"""The columns of a plain list: what each is taken for, and the first rows as they will be read."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from geodata.domain.access import WRITING_ROLES
from geodata.domain.importing import ImportState
from geodata.domain.vocabulary import words
from geodata.spatial.datum import Datum
from geodata.store.queries.imports import get_import
from server.actions.import_columns import view_columns
from server.actions.listing_columns import POSITION
from server.api.ledger_imports import file_store
from server.auth import ReadingSession
from server.i18n import language_of
from server.pages.context import ShownDistrict
from server.pages.render import page

router = APIRouter()

_OPEN = (ImportState.RECEIVED, ImportState.STAGED, ImportState.REFUSED)


@router.get("/imports/{import_id}/columns")
def columns_page(
    import_id: int, request: Request, shown: ShownDistrict, session: ReadingSession
) -> Response:
    """Show a list's columns, each with what it is taken for, to be put right and confirmed."""
    scope, language = shown.actor.scope, language_of(request)
    one = get_import(session, scope, import_id)
    view = view_columns(session, file_store(request), scope, import_id)
    return page(
        request,
        "columns.html",
        active="imports",
        one=one,
        layout=view.suggestion.layout,
        proposals=view.suggestion.proposals,
        chosen={index: field for field, index in view.chosen.columns.items()},
        datum=view.chosen.datum,
        fields={key: word.label(language) for key, word in words("field").items()},
        positions=POSITION,
        datums=list(Datum),
        may_choose=shown.actor.role in WRITING_ROLES and one.state in _OPEN,
        **shown.head(),
    )
