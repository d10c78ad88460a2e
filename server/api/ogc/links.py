"""Links between the resources of the OGC interface."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final

from fastapi import Request

from geodata.domain.errors import DomainError

JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"
SCHEMA: Final = "application/schema+json"
MVT: Final = "application/vnd.mapbox-vector-tile"
_RELATIONS: Final = "http://www.opengis.net/def/rel/ogc/1.0"


def address(request: Request, path: str = "") -> str:
    """Return the address of a resource below ``/ogc``, by the name the client used for us."""
    return f"{str(request.base_url).rstrip('/')}/ogc{path}"


def link(href: str, rel: str, media_type: str, title: str | None = None) -> dict[str, Any]:
    """Return a link as OGC's JSON writes it."""
    found = {"href": href, "rel": rel, "type": media_type}
    return found if title is None else found | {"title": title}


def ogc_relation(name: str) -> str:
    """Return the full name of a relation that OGC has registered."""
    return f"{_RELATIONS}/{name}"


def same(request: Request, **changed: str) -> str:
    """Return the request's own address with some parameters set anew."""
    path = request.url.path.removeprefix("/ogc")
    url = request.url.include_query_params(**changed) if changed else request.url
    return address(request, path) + (f"?{url.query}" if url.query else "")


def cursor_after(matched: int, key: int | str) -> str:
    """Return where a next page begins, as clients hand it back unread."""
    return base64.urlsafe_b64encode(f"{matched}.{key}".encode()).decode().rstrip("=")


def read_cursor(text: str) -> tuple[int, str]:
    """Return how many features matched on the first page, and the key after which to go on.

    Raises:
        DomainError: ``ogc.parameter_bad``.
    """
    try:
        padded = text + "=" * (-len(text) % 4)
        matched, _, key = base64.urlsafe_b64decode(padded.encode("ascii")).decode().partition(".")
        if key and len(matched) < 19:  # noqa: PLR2004 - digits of a count
            return int(matched), key
    except (ValueError, binascii.Error) as error:
        raise _bad_cursor(text) from error
    raise _bad_cursor(text)


def _bad_cursor(text: str) -> DomainError:
    return DomainError("ogc.parameter_bad", name="cursor", value=text[:40], wanted="links: next")
