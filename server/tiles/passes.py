"""Passes to tiles that lie as files: a signed cookie that a web server can check by itself.

A pass says what its holder sees and until when, and is bound to the login that it was given to:
without that login's cookie, or after ten minutes, it opens nothing. The secret is known to the
web server and to us; see ``scripts/nginx/fugai.conf.template``.
"""

from __future__ import annotations

import re
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import md5
from typing import Final

from starlette.requests import Request

from geodata.domain.access import Scope
from server.auth import COOKIE
from server.tiles.kept import place_of

PASS_COOKIE: Final = "fugai_tiles"  # noqa: S105 - its name
PASS_PATH: Final = "/tiles"  # noqa: S105 - where it is sent
PASS_LASTS_S: Final = 600
_RENEWED_BEFORE_S: Final = 300
_PASS: Final = re.compile(r"([a-z]+(?:-[0-9A-Za-z]{1,32})?)\.(\d{10})\.[\w-]{22}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Passes:
    """Gives passes.

    Attributes:
        secret: Shared with the web server.
    """

    secret: str

    def text(self, scope: Scope, login: str, until: int) -> str:
        """Return a pass: what may be seen, until when (seconds since the epoch), and the proof.

        The secret comes last: what is known of one pass helps nobody to another one. MD5 is what
        nginx offers (``secure_link_md5``); nobody but us chooses what is signed.
        """
        place = place_of(scope)
        signed = f"{until} {place} {login} {self.secret}".encode()
        proof = urlsafe_b64encode(md5(signed, usedforsecurity=False).digest()).decode()
        return f"{place}.{until}.{proof.rstrip('=')}"

    def renewed(self, request: Request, scope: Scope) -> str | None:
        """Return the ``Set-Cookie`` that a request calls for, ``None`` where its pass will do.

        Who comes with a token gets none, and is answered by us.

        Args:
            request: With the cookies of the login and of the pass.
            scope: All that its actor sees.
        """
        login = request.cookies.get(COOKIE)
        if not login or "authorization" in request.headers:
            return None
        match = _PASS.fullmatch(request.cookies.get(PASS_COOKIE, ""))
        now = int(time.time())
        if match and match[1] == place_of(scope) and int(match[2]) > now + _RENEWED_BEFORE_S:
            return None
        return (
            f"{PASS_COOKIE}={self.text(scope, login, now + PASS_LASTS_S)}; HttpOnly;"
            f" Max-Age={PASS_LASTS_S}; Path={PASS_PATH}; SameSite=strict"
            f"{'; Secure' if request.url.scheme == 'https' else ''}"
        )


def renewed_pass(request: Request, scope: Scope) -> str | None:
    """Return what `Passes.renewed` does; ``None`` too where nobody else reads our folder."""
    passes: Passes | None = request.app.state.passes
    return None if passes is None else passes.renewed(request, scope)
