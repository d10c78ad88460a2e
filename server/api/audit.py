"""The audit, for those who look after it: lines by filter, as a workbook, and its chain."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response

from geodata.domain.access import Role
from geodata.domain.errors import DomainError
from geodata.domain.period import SHANGHAI, today
from geodata.ledger.list_writer import write_list
from geodata.store.audit_chain import verify_chain
from geodata.store.queries.audit import AuditFilter, count_lines, find_lines
from geodata.store.tables import AuditLine
from server.auth import ReadingSession
from server.auth.requests import only
from server.i18n import act_word, language_of, word

_MOST_ROWS: Final = 100_000
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COLUMNS: Final = ("at", "actor", "action", "subject", "outcome", "address", "facts")


auditor = only({Role.AUDIT_ADMINISTRATOR})


router = APIRouter(prefix="/api/audit", tags=["audit"], dependencies=[Depends(auditor)])


def audit_filter(
    actor: Annotated[str | None, Query(max_length=200)] = None,
    action: Annotated[str | None, Query(max_length=100)] = None,
    subject: Annotated[str | None, Query(max_length=200)] = None,
    outcome: Annotated[str | None, Query(max_length=100)] = None,
    since: Annotated[str | None, Query(max_length=10)] = None,
    until: Annotated[str | None, Query(max_length=10)] = None,
) -> AuditFilter:
    """Return the filter that a request's query writes; an empty field keeps everything.

    Raises:
        DomainError: ``period.unreadable`` for a day that is none.
    """
    return AuditFilter(
        actor=actor or None,
        action=action or None,
        subject=subject or None,
        outcome=outcome or None,
        since=_day(since),
        until=_day(until),
    )


def _day(value: str | None) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise DomainError("period.unreadable", text=value) from error


Wanted = Annotated[AuditFilter, Depends(audit_filter)]


@router.get("")
def lines_route(
    session: ReadingSession,
    wanted: Wanted,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    skip: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> dict[str, Any]:
    """Return lines of the audit, the latest first."""
    found = find_lines(session, wanted, limit=limit, skip=skip)
    return {"total": count_lines(session, wanted), "lines": [line_json(one) for one in found]}


@router.get("/chain")
def chain_route(session: ReadingSession) -> dict[str, Any]:
    """Count every seal anew; ``head`` noted elsewhere shows later whether the end was cut off."""
    found = verify_chain(session)
    return {
        "is_whole": found.is_whole,
        "lines": found.lines,
        "head": found.head,
        "broken_at": found.broken_at,
        "unsealed": found.unsealed,
    }


@router.get("/lines.xlsx", response_class=Response)
def workbook_route(request: Request, session: ReadingSession, wanted: Wanted) -> Response:
    """Return the lines that a filter keeps as a workbook, the latest first."""
    language = language_of(request)
    told = (line_json(one) for one in find_lines(session, wanted, limit=_MOST_ROWS))
    named = ((one, one | {"action": act_word(one["action"], language)}) for one in told)
    rows = (
        [
            *(str(said.get(key) or "") for key in _COLUMNS[:-1]),
            json.dumps(one["facts"], ensure_ascii=False),
        ]
        for one, said in named
    )
    headers = [word(f"audit.{one}", language) for one in _COLUMNS]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "audit.xlsx"
        write_list(path, word("audit.title", language), headers, rows)
        content = path.read_bytes()
    name = quote(f"{word('audit.title', language)}_{today().isoformat()}.xlsx")
    sent = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(content, media_type=_XLSX, headers=sent)


def line_json(line: AuditLine) -> dict[str, Any]:
    """Return a line as the interface tells it, its moment in Shanghai."""
    facts = dict(line.facts)
    return {
        "id": line.id,
        "at": line.at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "actor": line.actor,
        "action": line.action,
        "subject": line.subject,
        "outcome": line.outcome,
        "address": facts.pop("address", None),
        "facts": facts,
    }
