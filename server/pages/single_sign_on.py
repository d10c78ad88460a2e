"""Logging in by another system's word: there and back."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Cookie, Request, Response
from fastapi.responses import RedirectResponse

from geodata.domain.errors import DomainError
from server.api.login import origin_of, set_cookie, set_word_cookie
from server.auth.logins import log_in_by_provider
from server.auth.provider import Begun, begin, finish
from server.pages.login import opened, own_path, refused
from server.settings import Provider, address_of

router = APIRouter()

_COOKIE: Final = "fugai_sso"
_THERE: Final = "/login/sso"
_BACK: Final = "/login/sso/back"
_WITHIN: Final = timedelta(minutes=10)


@router.get(_THERE)
def there(request: Request, next: str = "") -> Response:  # noqa: A002 - as browsers know it
    """Send the browser to the provider."""
    try:
        address, begun = begin(_provider(request), _back(request), own_path(next))
    except DomainError as refusal:
        return refused(request, refusal, next)
    answer = RedirectResponse(address, HTTPStatus.SEE_OTHER)
    kept = urlsafe_b64encode(json.dumps(asdict(begun)).encode()).decode()
    set_cookie(request, answer, _COOKIE, kept, lasts=_WITHIN, path=_THERE)
    return answer


@router.get(_BACK)
def back(request: Request, kept: Annotated[str, Cookie(alias=_COOKIE)] = "") -> Response:
    """Open a session of whom the provider vouches for."""
    state = request.app.state
    wanted = ""
    try:
        begun = _begun(kept)
        wanted = begun.next
        provider = _provider(request)
        vouched = finish(provider, _back(request), begun, str(request.url))
        cookie = log_in_by_provider(
            state.engine, vouched.name, settings=state.settings, origin=origin_of(request)
        )
    except DomainError as refusal:
        answer = refused(request, refusal, wanted)
    else:
        answer = opened(request, cookie, wanted)
        set_word_cookie(request, answer, vouched.word)
    answer.delete_cookie(_COOKIE, path=_THERE)
    return answer


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.settings.provider
    if provider is None:
        raise DomainError("auth.sso_none")
    return provider


def _back(request: Request) -> str:
    """Return our address that the provider sends browsers to; it has to be known there."""
    return address_of(request) + _BACK


def _begun(kept: str) -> Begun:
    try:
        return Begun(**json.loads(urlsafe_b64decode(kept)))
    except (TypeError, ValueError) as error:
        raise DomainError("auth.sso_refused") from error
