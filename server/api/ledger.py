"""The ledger as one lean table: all rows of a district in scope, column by column."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from fastapi import APIRouter, Response

from geodata.domain.division import DivisionKind
from geodata.store.queries.divisions import find_divisions
from geodata.store.queries.ledger_table import COLUMNS, ledger_table
from geodata.store.queries.sounding import pinyin
from server.api.parameters import Day, Wanted
from server.auth import CurrentActor, ReadingSession

router = APIRouter(prefix="/api", tags=["sites"])


@router.get("/ledger", response_class=Response)
def ledger(actor: CurrentActor, session: ReadingSession, on: Day, wanted: Wanted) -> Response:
    """Return the ledger with a list for each row; divisions are named once, phones never."""
    rows = ledger_table(session, actor.scope, wanted, on=on)
    places = find_divisions(session, actor.scope, district=wanted.district)
    named = (DivisionKind.TOWN, DivisionKind.NEIGHBOURHOOD)
    content = {
        "on": on.isoformat(),
        "columns": [*COLUMNS, "pinyin"],
        # In official order, which is the order they are to be sorted by.
        "divisions": [[row.code, row.name] for row in places if row.kind in named],
        "rows": [(*row, pinyin(row[_NAME])) for row in rows],
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return Response(text, media_type="application/json")


_NAME: Final = COLUMNS.index("name")


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    assert isinstance(value, Iterable)  # noqa: S101 - nothing else is in the rows
    return list(value)
