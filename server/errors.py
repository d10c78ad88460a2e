"""From a code and facts to an answer: a status, and a sentence in the reader's language."""

from __future__ import annotations

import errno
import logging
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.exceptions import HTTPException

from geodata.domain.errors import DomainError
from geodata.domain.vocabulary import Language
from geodata.store.session import is_collision, is_out_of_range, trouble
from server.i18n import language_of, sentence
from server.observing import REQUEST_ID

_LEAD_ELSEWHERE: Final = frozenset({"auth.off_the_ground", "auth.code_required"})
"""Refusals that name the page to go on to."""
_FOR_PROGRAMS: Final = (
    *("/api", "/assets", "/healthz", "/readyz", "/metrics"),
    *("/tiles", "/styles", "/archives", "/ogc"),
)
"""Beginnings of addresses where a refusal is told as JSON whoever asks."""
STATUS: Final[dict[str, HTTPStatus]] = {
    "auth.login_required": HTTPStatus.UNAUTHORIZED,
    "auth.wrong_password": HTTPStatus.UNAUTHORIZED,
    "auth.code_wrong": HTTPStatus.UNAUTHORIZED,
    "auth.code_late": HTTPStatus.UNAUTHORIZED,
    "auth.code_required": HTTPStatus.FORBIDDEN,
    "auth.sso_refused": HTTPStatus.UNAUTHORIZED,
    "auth.sso_unknown": HTTPStatus.FORBIDDEN,
    "auth.sso_none": HTTPStatus.NOT_FOUND,
    "auth.sso_unreachable": HTTPStatus.SERVICE_UNAVAILABLE,
    "account.code_on": HTTPStatus.CONFLICT,
    "auth.locked": HTTPStatus.TOO_MANY_REQUESTS,
    "store.away": HTTPStatus.SERVICE_UNAVAILABLE,
    "store.slow": HTTPStatus.SERVICE_UNAVAILABLE,
    "store.full": HTTPStatus.INSUFFICIENT_STORAGE,
    "file.no_room": HTTPStatus.INSUFFICIENT_STORAGE,
    "request.too_many": HTTPStatus.TOO_MANY_REQUESTS,
    "request.malformed": HTTPStatus.BAD_REQUEST,
    "request.long_address": HTTPStatus.REQUEST_URI_TOO_LONG,
    "request.long_headers": HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "file.lost": HTTPStatus.NOT_FOUND,
    "account.no_such_session": HTTPStatus.NOT_FOUND,
    "account.no_such_token": HTTPStatus.NOT_FOUND,
    "account.not_found": HTTPStatus.NOT_FOUND,
    "account.exists": HTTPStatus.CONFLICT,
    "account.own": HTTPStatus.FORBIDDEN,
    "account.last": HTTPStatus.CONFLICT,
    "auth.off_the_ground": HTTPStatus.FORBIDDEN,
    "auth.token_reads": HTTPStatus.FORBIDDEN,
    "auth.forbidden": HTTPStatus.FORBIDDEN,
    "auth.foreign_origin": HTTPStatus.FORBIDDEN,
    "division.not_found": HTTPStatus.NOT_FOUND,
    "gap.not_found": HTTPStatus.NOT_FOUND,
    "arrangement.not_found": HTTPStatus.NOT_FOUND,
    "plan.not_found": HTTPStatus.NOT_FOUND,
    "public.closed": HTTPStatus.NOT_FOUND,
    "plan.exists": HTTPStatus.CONFLICT,
    "plan.not_a_draft": HTTPStatus.CONFLICT,
    "plan.step_closed": HTTPStatus.CONFLICT,
    "inspection.not_found": HTTPStatus.NOT_FOUND,
    "inspection.stale": HTTPStatus.CONFLICT,
    "inspection.id_taken": HTTPStatus.CONFLICT,
    "finding.not_found": HTTPStatus.NOT_FOUND,
    "finding.stale": HTTPStatus.PRECONDITION_FAILED,
    "finding.step_closed": HTTPStatus.CONFLICT,
    "photo.not_found": HTTPStatus.NOT_FOUND,
    "batch.not_found": HTTPStatus.NOT_FOUND,
    "batch.unsigned": HTTPStatus.CONFLICT,
    "batch.signed": HTTPStatus.CONFLICT,
    "campaign.not_found": HTTPStatus.NOT_FOUND,
    "campaign.no_such_node": HTTPStatus.NOT_FOUND,
    "campaign.no_such_record": HTTPStatus.NOT_FOUND,
    "report.submitted": HTTPStatus.CONFLICT,
    "report.not_found": HTTPStatus.NOT_FOUND,
    "month.closed": HTTPStatus.CONFLICT,
    "month.not_closed": HTTPStatus.NOT_FOUND,
    "month.no_such_figure": HTTPStatus.NOT_FOUND,
    "visit_plan.not_found": HTTPStatus.NOT_FOUND,
    "visit_plan.stale": HTTPStatus.PRECONDITION_FAILED,
    "visit_plan.not_ready": HTTPStatus.CONFLICT,
    "visit_plan.stop_not_found": HTTPStatus.NOT_FOUND,
    "visit_plan.no_route": HTTPStatus.NOT_FOUND,
    "visit_plan.order_differs": HTTPStatus.CONFLICT,
    "visit_plan.elsewhere": HTTPStatus.CONFLICT,
    "gap.decision_not_found": HTTPStatus.NOT_FOUND,
    "gap.changed_since": HTTPStatus.CONFLICT,
    "division.none_yet": HTTPStatus.NOT_FOUND,
    "site.not_found": HTTPStatus.NOT_FOUND,
    "site.stale": HTTPStatus.PRECONDITION_FAILED,
    "site.not_delisted": HTTPStatus.CONFLICT,
    "change.version_not_found": HTTPStatus.NOT_FOUND,
    "change.nothing_differs": HTTPStatus.CONFLICT,
    "site.version_needed": HTTPStatus.PRECONDITION_REQUIRED,
    "bulk.refused": HTTPStatus.CONFLICT,
    "milestone.not_found": HTTPStatus.NOT_FOUND,
    "milestone.kept": HTTPStatus.CONFLICT,
    "evidence.not_found": HTTPStatus.NOT_FOUND,
    "evidence.length_needed": HTTPStatus.LENGTH_REQUIRED,
    "boundary.nothing_to_undo": HTTPStatus.CONFLICT,
    "boundary.given_has_one": HTTPStatus.CONFLICT,
    "import.not_found": HTTPStatus.NOT_FOUND,
    "import.wrong_state": HTTPStatus.CONFLICT,
    "request.not_found": HTTPStatus.NOT_FOUND,
    "style.unknown": HTTPStatus.NOT_FOUND,
    "personal.key_missing": HTTPStatus.SERVICE_UNAVAILABLE,
    "personal.key_unreadable": HTTPStatus.SERVICE_UNAVAILABLE,
    "personal.key_wrong": HTTPStatus.SERVICE_UNAVAILABLE,
    "archive.not_found": HTTPStatus.NOT_FOUND,
    "archive.range": HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    "tile.unknown_layer": HTTPStatus.NOT_FOUND,
    "tile.out_of_range": HTTPStatus.BAD_REQUEST,
    "tile.numbers": HTTPStatus.BAD_REQUEST,
    "tile.day": HTTPStatus.BAD_REQUEST,
    "tile.version": HTTPStatus.BAD_REQUEST,
    "tile.query": HTTPStatus.BAD_REQUEST,
    "tile.method": HTTPStatus.METHOD_NOT_ALLOWED,
    "tile.unavailable": HTTPStatus.INTERNAL_SERVER_ERROR,
    "events.unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "request.collided": HTTPStatus.CONFLICT,
    "ogc.bbox": HTTPStatus.BAD_REQUEST,
    "ogc.collection_not_found": HTTPStatus.NOT_FOUND,
    "ogc.feature_not_found": HTTPStatus.NOT_FOUND,
    "ogc.tile_not_found": HTTPStatus.NOT_FOUND,
    "ogc.query_too_long": HTTPStatus.REQUEST_URI_TOO_LONG,
    "ogc.not_acceptable": HTTPStatus.NOT_ACCEPTABLE,
    "ogc.too_many": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "assets.missing": HTTPStatus.SERVICE_UNAVAILABLE,
    "request.failed": HTTPStatus.INTERNAL_SERVER_ERROR,
    **dict.fromkeys(
        (
            *("ogc.parameter_unknown", "ogc.parameter_twice", "ogc.parameter_bad"),
            *("ogc.crs_unknown", "ogc.property_unknown", "filter.syntax", "filter.too_long"),
            *("filter.too_deep", "filter.too_many", "filter.property_unknown", "filter.text_bad"),
            *("filter.operator_unknown", "filter.wrong_kind", "filter.arguments"),
            "filter.geometry_bad",
        ),
        HTTPStatus.BAD_REQUEST,
    ),
}
"""Codes that are not simply a request that cannot be understood (422; OGC's standards say 400)."""

_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)
_AGAIN_AFTER_S: Final = "5"
_PROBLEM: Final = "application/problem+json"
_LOG = logging.getLogger("fugai")


def add_error_handlers(app: FastAPI) -> None:
    """Let every refusal leave as problem+json, or as a page for a browser's navigation."""
    app.add_exception_handler(DomainError, _on_domain_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(DBAPIError, _on_database_error)
    app.add_exception_handler(NoConnection, _on_no_connection)
    app.add_exception_handler(OSError, _on_system_error)
    app.add_exception_handler(Exception, _on_failure)


def problem(request: Request, error: DomainError, status: int | None = None) -> Response:
    """Return the answer to a refusal."""
    code = status or STATUS.get(error.code, HTTPStatus.UNPROCESSABLE_ENTITY)
    if _wants_page(request):
        if error.code == "auth.login_required":
            target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/login?next={quote(target)}", HTTPStatus.SEE_OTHER)
        if error.code in _LEAD_ELSEWHERE:
            return RedirectResponse(str(error.facts["home"]), HTTPStatus.SEE_OTHER)
        # Pages lie above this floor; the application says which one tells of a refusal.
        answer: Response = request.app.state.error_page(request, code, error.code, error.facts)
        return answer
    return told_to_programs(request, error, code)


def told_to_programs(request: Request, error: DomainError, status: int | None = None) -> Response:
    """Return the answer to a refusal as problem+json (RFC 9457), whoever asks."""
    code = status or STATUS.get(error.code, HTTPStatus.UNPROCESSABLE_ENTITY)
    language = language_of(request)
    content = {
        "type": "about:blank",
        "title": HTTPStatus(code).phrase,
        "status": int(code),
        "code": error.code,
        "facts": {name: _with_details(fact, language) for name, fact in error.facts.items()},
        "detail": sentence(error.code, error.facts, language),
        "request": REQUEST_ID.get(),
    }
    headers = {"WWW-Authenticate": "Bearer"} if code == HTTPStatus.UNAUTHORIZED else None
    return JSONResponse(content, code, headers, media_type=_PROBLEM)


def _with_details(fact: object, language: Language) -> object:
    """Return a fact; where it lists refusals of its own, each says in words what is wrong."""
    if isinstance(fact, list):
        return [_with_details(one, language) for one in fact]
    if not isinstance(fact, dict):
        return fact
    told = {name: _with_details(one, language) for name, one in fact.items()}
    if "code" in fact:
        told["detail"] = sentence(str(fact["code"]), fact.get("facts", {}), language)
    return told


def _wants_page(request: Request) -> bool:
    path = request.url.path
    is_machine = path.startswith(_FOR_PROGRAMS)
    return not is_machine and "text/html" in request.headers.get("accept", "")


async def _on_domain_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)  # noqa: S101 - as registered above
    return problem(request, error)


async def _on_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as registered above
    faults = [
        {"where": ".".join(str(part) for part in one["loc"]), "what": one["msg"]}
        for one in error.errors()
    ]
    return problem(request, DomainError("request.invalid", faults=faults))


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as registered above
    code = "request.not_found" if error.status_code == HTTPStatus.NOT_FOUND else "request.refused"
    return problem(request, DomainError(code, path=request.url.path), error.status_code)


async def _on_database_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, DBAPIError)  # noqa: S101 - as registered above
    if is_out_of_range(error):
        _LOG.warning("out of range: %s %s", request.method, request.url.path)
        return problem(request, DomainError("request.out_of_range"))
    found = trouble(error)
    if found is not None:
        # What keeps a database from answering tells of no row.
        reason = str(error.orig).partition("\n")[0]
        _LOG.error("%s: %s %s: %s", found.code, request.method, request.url.path, reason)
        return _later(problem(request, found))
    if not is_collision(error):
        raise error
    _LOG.warning("collided: %s %s", request.method, request.url.path)
    return problem(request, DomainError("request.collided"))


async def _on_no_connection(request: Request, error: Exception) -> Response:
    _LOG.error("no connection is free: %s %s", request.method, request.url.path, exc_info=error)
    return _later(problem(request, DomainError("store.slow")))


async def _on_system_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, OSError) or error.errno not in _NO_ROOM:
        raise error
    _LOG.error("no room for a file: %s %s", request.method, request.url.path)
    return problem(request, DomainError("file.no_room"))


def _later(answer: Response) -> Response:
    answer.headers["Retry-After"] = _AGAIN_AFTER_S
    return answer


async def _on_failure(request: Request, error: Exception) -> Response:
    _LOG.error("failed: %s %s", request.method, request.url.path, exc_info=error)
    return problem(request, DomainError("request.failed"))
