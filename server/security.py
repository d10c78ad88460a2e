"""Headers on every answer, and a refusal of writes that another site started."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request

from geodata.domain.errors import DomainError
from geodata.store.audit import ADDRESS
from server.errors import problem
from server.methods import SAFE_METHODS

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_OWN_SITES: Final = frozenset({"same-origin", "none"})


def content_security_policy(nonce: str, image_hosts: str = "", provider: str = "") -> str:
    """Return the policy of a page: nothing from elsewhere but images of a set basemap.

    Logging out leads on to the set provider of single sign-on, and browsers ask for that too.
    """
    return (
        f"default-src 'self'; script-src 'self' 'nonce-{nonce}'; "
        "style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
        f"img-src 'self' data: blob: {image_hosts}; connect-src 'self'; object-src 'none'; "
        f"base-uri 'self'; form-action 'self' {provider}; frame-ancestors 'none'"
    )


class SecurityMiddleware:
    """Give each request a nonce, each answer its headers, and foreign writes a refusal."""

    def __init__(self, app: ASGIApp, *, image_hosts: str = "", provider: str = "") -> None:
        """Keep the next application, and the origins of basemap and provider that are set."""
        self._app = app
        self._hosts = (image_hosts, provider)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        ADDRESS.set(scope["client"][0] if scope.get("client") else None)
        scope.setdefault("state", {})["nonce"] = nonce

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                policy = content_security_policy(nonce, *self._hosts)
                headers.setdefault("Content-Security-Policy", policy)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("X-Frame-Options", "DENY")
                headers.setdefault("Referrer-Policy", "same-origin")
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        if is_foreign_write(scope["method"], Headers(scope=scope)):
            answer = problem(Request(scope), DomainError("auth.foreign_origin"))
            await answer(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)


def is_foreign_write(method: str, headers: Headers) -> bool:
    """Tell whether a browser sends a write that a page of another site started (CSRF)."""
    if method in SAFE_METHODS:
        return False
    fetch_site = headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site not in _OWN_SITES
    origin = headers.get("origin")
    return origin is not None and origin.split("://")[-1] != headers.get("host")
