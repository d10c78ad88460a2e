"""Which version of a record a caller has seen: ``If-Match`` and ``ETag`` (RFC 9110)."""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import Depends, Header, Response

from geodata.domain.errors import DomainError

_VERSION: Final = re.compile(r'(?:W/)?("?)(\d{1,9})\1')
"""A version as an ETag, or bare, as it stands in the record."""


def version_named(if_match: Annotated[str | None, Header()] = None) -> int | None:
    """Return the version that ``If-Match`` names, ``None`` where it names none.

    Raises:
        DomainError: ``change.version_unreadable``.
    """
    if if_match is None or if_match.strip() in ("", "*"):
        return None
    match = _VERSION.fullmatch(if_match.strip())
    if match is None:
        raise DomainError("change.version_unreadable", value=if_match[:100])
    return int(match[2])


def version_seen(named: Annotated[int | None, Depends(version_named)]) -> int:
    """Return the version that the caller has seen.

    Raises:
        DomainError: ``site.version_needed`` without one; as `version_named`.
    """
    if named is None:
        raise DomainError("site.version_needed")
    return named


def etag(version: int) -> str:
    """Return a version as a header writes it."""
    return f'"{version}"'


def mark_version(response: Response, version: int) -> None:
    """Let an answer carry the version of the record it tells."""
    response.headers["ETag"] = etag(version)


VersionNamed = Annotated[int | None, Depends(version_named)]
VersionSeen = Annotated[int, Depends(version_seen)]
