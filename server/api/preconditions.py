"""Which version of a record a caller has seen: ``If-Match`` and ``ETag`` (RFC 9110)."""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import Depends, Header, Response

from geodata.domain.errors import DomainError

_VERSION: Final = re.compile(r'(?:W/)?"(\d{1,9})"')


def version_seen(if_match: Annotated[str | None, Header()] = None) -> int:
    """Return the version that the caller has seen.

    Raises:
        DomainError: ``site.version_needed`` without one.
    """
    match = _VERSION.fullmatch((if_match or "").strip())
    if match is None:
        raise DomainError("site.version_needed")
    return int(match[1])


def etag(version: int) -> str:
    """Return a version as a header writes it."""
    return f'"{version}"'


def mark_version(response: Response, version: int) -> None:
    """Let an answer carry the version of the record it tells."""
    response.headers["ETag"] = etag(version)


VersionSeen = Annotated[int, Depends(version_seen)]
