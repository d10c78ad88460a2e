"""Which format a client gets: by the parameter ``f``, else by its ``Accept`` header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import Request

from geodata.domain.errors import DomainError
from geodata.spatial.feature_files import FeatureFormat
from server.api.ogc.links import GEOJSON

ITEM_FORMATS: Final = {
    "json": (GEOJSON, "application/json"),
    FeatureFormat.CSV.value: ("text/csv",),
    FeatureFormat.FGB.value: ("application/vnd.flatgeobuf", "application/flatgeobuf"),
    FeatureFormat.GPKG.value: ("application/geopackage+sqlite3",),
}
"""Each value of ``f`` with its media types, the one that we tell first."""

_MOST_RANGES: Final = 30


def format_asked(request: Request, query: Mapping[str, str]) -> str:
    """Return a key of `ITEM_FORMATS`.

    Raises:
        DomainError: ``ogc.parameter_bad`` for an unknown ``f``, ``ogc.not_acceptable``.
    """
    named = query.get("f")
    if named is not None:
        if named not in ITEM_FORMATS:
            known = ", ".join(ITEM_FORMATS)
            raise DomainError("ogc.parameter_bad", name="f", value=named[:40], wanted=known)
        return named
    accept = request.headers.get("accept", "") or "*/*"
    for media_range in _ranges(accept):
        for form, types in ITEM_FORMATS.items():
            if any(_fits(one, media_range) for one in types):
                return form
    known_types = [types[0] for types in ITEM_FORMATS.values()]
    raise DomainError("ogc.not_acceptable", accept=accept[:100], known=known_types)


def _ranges(accept: str) -> list[str]:
    """Return the media ranges of a header, the most wanted first."""
    found: list[tuple[float, str]] = []
    for part in accept.split(",")[:_MOST_RANGES]:
        name, *options = (one.strip().lower() for one in part.split(";"))
        quality = next((one[2:] for one in options if one.startswith("q=")), "1")
        weight = float(quality) if quality.replace(".", "", 1).isdecimal() else 0.0
        if weight > 0:
            found.append((-weight, name))
    return [name for _, name in sorted(found, key=lambda one: one[0])]


def _fits(media_type: str, media_range: str) -> bool:
    return media_range in {"*/*", media_type, f"{media_type.split('/', maxsplit=1)[0]}/*"}
