"""Single sign-on: OpenID Connect's authorization code flow with PKCE, against one set provider.

The provider says who somebody is; what they may do is our accounts' matter: whom it knows and we do
not is not let in.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from authlib.common.urls import add_params_to_uri
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2 import OAuth2Error
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from geodata.domain.errors import DomainError
from server.settings import Provider

_WITHIN_S: Final = 5
_LEEWAY_S: Final = 60
_SIGNED_BY: Final = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""Algorithms of key pairs alone: none that a client's secret, or nothing, could sign with."""
_LOG = logging.getLogger("fugai")


@dataclass(frozen=True, slots=True)
class Begun:
    """A login that was sent to the provider; the browser keeps it until it comes back.

    Attributes:
        state: Ties the answer to the browser that asked.
        nonce: Ties the provider's word to this login.
        verifier: Opens the code to nobody else (RFC 7636).
        next: Where the user wanted to be.
    """

    state: str
    nonce: str
    verifier: str
    next: str


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider vouches for.

    Attributes:
        name: The user name.
        word: Its signed word (ID token), shown to it when the session ends there too.
    """

    name: str
    word: str


def begin(provider: Provider, back: str, wanted: str) -> tuple[str, Begun]:
    """Return the address to send a browser to, and what it has to bring back.

    Args:
        provider: Whom to ask.
        back: Our address that the provider sends it to.
        wanted: Where the user wanted to be.

    Raises:
        DomainError: ``auth.sso_unreachable``.
    """
    nonce, verifier = secrets.token_urlsafe(16), secrets.token_urlsafe(48)
    with _session(provider, back) as session:
        known = _known(session, provider)
        address, state = session.create_authorization_url(
            known["authorization_endpoint"], nonce=nonce, code_verifier=verifier
        )
    return address, Begun(state, nonce, verifier, wanted)


def finish(provider: Provider, back: str, begun: Begun, answer: str) -> Vouched:
    """Return whom the provider vouches for.

    Args:
        provider: Who was asked.
        back: As for `begin`.
        begun: What the browser kept.
        answer: The whole address that it came back with.

    Raises:
        DomainError: ``auth.sso_refused`` for an answer that is none of this login, forged or late,
            or that names nobody; ``auth.sso_unreachable``.
    """
    with _session(provider, back, begun.state) as session:
        known = _known(session, provider)
        try:
            if "code=" not in answer:
                _refuse("no code")
            token = session.fetch_token(
                known["token_endpoint"],
                authorization_response=answer,
                code_verifier=begun.verifier,
                timeout=_WITHIN_S,
            )
            keys = session.get(known["jwks_uri"], withhold_token=True, timeout=_WITHIN_S).json()
            claims = _claims(provider, known["issuer"], begun.nonce, token, keys)
        except RequestException as error:
            raise DomainError("auth.sso_unreachable") from error
        except (OAuthError, OAuth2Error, JoseError, KeyError, TypeError, ValueError) as error:
            _refuse(repr(error))
    name = claims.get(provider.claim)
    if not isinstance(name, str) or not name:
        _refuse(f"no claim {provider.claim}")
    return Vouched(name, token["id_token"])


def end(provider: Provider, word: str, back: str) -> str | None:
    """Return the address at which the provider ends its own session, and leads back from.

    OpenID Connect RP-Initiated Logout 1.0.

    Args:
        provider: Who vouched.
        word: What it vouched with, see `Vouched`.
        back: Our address that it leads back to; it has to be known there.

    Returns:
        ``None`` where it ends none, or is away: ours is over all the same.
    """
    with _session(provider, back) as session:
        try:
            endpoint = _known(session, provider).get("end_session_endpoint")
        except DomainError:
            return None
    if not endpoint:
        return None
    told = {"id_token_hint": word, "client_id": provider.client_id}
    address: str = add_params_to_uri(endpoint, {**told, "post_logout_redirect_uri": back}.items())
    return address


def _claims(
    provider: Provider,
    issuer: str,
    nonce: str,
    token: dict[str, Any],
    keys: Any,  # noqa: ANN401
) -> dict[str, Any]:
    """Return what the provider says, its signature and its addressee checked."""
    signed = jwt.decode(token["id_token"], KeySet.import_key_set(keys), algorithms=_SIGNED_BY)
    claims = CodeIDToken(
        signed.claims,
        signed.header,
        {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": provider.client_id},
        },
        {
            "nonce": nonce,
            "client_id": provider.client_id,
            "access_token": token.get("access_token"),
        },
    )
    claims.validate(leeway=_LEEWAY_S)
    return dict(claims)


def _session(provider: Provider, back: str, state: str | None = None) -> OAuth2Session:
    return OAuth2Session(
        provider.client_id,
        provider.client_secret,
        scope="openid profile",
        redirect_uri=back,
        code_challenge_method="S256",
        state=state,
    )


def _known(session: OAuth2Session, provider: Provider) -> dict[str, Any]:
    """Return what the provider tells of itself; asked each time: logins are few, keys change."""
    address = f"{provider.issuer}/.well-known/openid-configuration"
    try:
        answer = session.get(address, withhold_token=True, timeout=_WITHIN_S)
        answer.raise_for_status()
        known: dict[str, Any] = answer.json()
    except (RequestException, ValueError) as error:
        _LOG.warning("single sign-on: %s", error)
        raise DomainError("auth.sso_unreachable") from error
    if known.get("issuer", "").rstrip("/") != provider.issuer:
        _LOG.warning("single sign-on: another issuer than was set")
        raise DomainError("auth.sso_unreachable")
    return known


def _refuse(why: str) -> NoReturn:
    _LOG.warning("single sign-on: %s", why)
    raise DomainError("auth.sso_refused")
