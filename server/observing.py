"""What an operator sees of the server: a line a request, and counts for Prometheus.

Nothing in it tells who asked or what for: routes by their pattern, no query, no name.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""Of the present request; every log line tells it, and an answer that says sorry."""
HEADER: Final = "X-Request-ID"

_LOG: Final = logging.getLogger("fugai.requests")
_ID: Final = re.compile(r"[A-Za-z0-9-]{8,64}")
_SLOW_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_REQUESTS: Final = Counter(
    "fugai_requests_total", "Requests answered", ["method", "route", "status"]
)
_SECONDS: Final = Histogram(
    "fugai_request_seconds", "Time until the answer was sent", ["method", "route"], buckets=_SLOW_S
)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class ObservingMiddleware:
    """Give each request an id, and note how it went."""

    def __init__(self, app: ASGIApp) -> None:
        """Keep the next application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = Headers(scope=scope).get(HEADER, "")
        request_id = told if _ID.fullmatch(told) else secrets.token_hex(8)
        token = REQUEST_ID.set(request_id)
        began, status = time.perf_counter(), 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            _note(scope, status, time.perf_counter() - began)
            REQUEST_ID.reset(token)


def _note(scope: Scope, status: int, seconds: float) -> None:
    method = scope["method"] if scope["method"] in _METHODS else "other"
    route = route_of(scope)
    _REQUESTS.labels(method, route, status).inc()
    _SECONDS.labels(method, route).observe(seconds)
    if _LOG.isEnabledFor(logging.INFO):
        facts = {"method": method, "route": route, "status": status, "ms": round(1000 * seconds, 1)}
        _LOG.info("request", extra={"facts": facts})


def route_of(scope: Scope) -> str:
    """Return the pattern that answered; what no pattern answers is told by its beginning alone."""
    route = scope.get("route")
    if route is not None:
        return str(getattr(route, "path", "other"))
    path = str(scope.get("path", ""))
    return next((one for one in ("/tiles", "/assets") if path.startswith(f"{one}/")), "other")


class JsonLines(logging.Formatter):
    """Log lines as JSON: when, how grave, from where, of which request, what."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        told = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request": REQUEST_ID.get() or None,
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        return json.dumps({k: v for k, v in told.items() if v is not None}, ensure_ascii=False)


def log_as_json(level: int = logging.INFO) -> None:
    """Let the process's log be lines of JSON on standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("fugai").setLevel(level)
