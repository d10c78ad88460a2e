"""The audit: who did what, when, from where, and whether its chain holds."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from geodata.store.queries.audit import count_lines, find_lines, known_actions
from server.api.audit import Wanted, auditor, line_json
from server.auth import Actor, ReadingSession
from server.pages.render import page

router = APIRouter()

_ROWS: Final = 100


@router.get("/audit")
def audit_page(
    request: Request,
    actor: Annotated[Actor, Depends(auditor)],
    session: ReadingSession,
    wanted: Wanted,
    skip: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """Show lines of the audit, the latest first."""
    total = count_lines(session, wanted)
    asked = request.url.remove_query_params("skip")
    return page(
        request,
        "audit.html",
        active="audit",
        actor=actor,
        wanted=wanted,
        actions=known_actions(session),
        lines=[line_json(one) for one in find_lines(session, wanted, limit=_ROWS, skip=skip)],
        total=total,
        skip=skip,
        newer=asked.include_query_params(skip=max(0, skip - _ROWS)) if skip else None,
        older=asked.include_query_params(skip=skip + _ROWS) if skip + _ROWS < total else None,
    )
