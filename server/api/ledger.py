"""The ledger as one lean table: all rows of a district in scope, column by column."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from fastapi import APIRouter, Response
from pypinyin import Style, lazy_pinyin

from geodata.domain.division import DivisionKind
from geodata.store.queries.divisions import find_divisions
from geodata.store.queries.ledger_table import COLUMNS, ledger_table
from server.api.parameters import Day, Wanted
from server.auth import CurrentActor, ReadingSession

router = APIRouter(prefix="/api", tags=["sites"])

_NAMES_KEPT: Final = 100_000


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


@lru_cache(maxsize=_NAMES_KEPT)
def pinyin(name: str) -> str:
    """Return a name in pinyin without tones, whole and by initials: ``hepingxiaoqu hpxq``."""
    syllables = lazy_pinyin(name)
    initials = lazy_pinyin(name, style=Style.FIRST_LETTER)
    return f"{''.join(syllables)} {''.join(initials)}".lower()


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    assert isinstance(value, Iterable)  # noqa: S101 - nothing else is in the rows
    return list(value)
