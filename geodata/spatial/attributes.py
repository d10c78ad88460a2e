"""Which attribute of a vector layer is which field of a site, whoever named and cut it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from geopandas import GeoDataFrame

from geodata.domain.vocabulary import squeeze, words

FIELDS: Final = ("external_id", "name", "town", "neighbourhood", "site_id")
SITE_ID: Final = ("site_id", "系统编号")
"""Names of the attribute under which our own exports write the number of a site."""

_DBF_NAME_BYTES: Final = 10
_DBF_ENCODINGS: Final = ("gbk", "utf-8")


def find_columns(columns: Iterable[object]) -> dict[str, str]:
    """Return the attribute of each of `FIELDS` that a layer has.

    A name that a Shapefile has cut to ten bytes is known by what is left of it.
    """
    written = {squeeze(str(one)): str(one) for one in columns if str(one) != "geometry"}
    found: dict[str, str] = {}
    for field in FIELDS:
        names = _names(field)
        known = [*names, *(cut for name in names for cut in _cuts(name))]
        free = (written[one] for one in known if one in written)
        header = next((one for one in free if one not in found.values()), None)
        if header is not None:
            found[field] = header
    return found


def texts(frame: GeoDataFrame, header: str | None) -> list[str]:
    """Return an attribute as text, ``""`` where it is empty or there is none."""
    if header is None:
        return [""] * len(frame)
    return [_text(one) for one in frame[header]]


def _names(field: str) -> Sequence[str]:
    if field == "site_id":
        return [squeeze(one) for one in SITE_ID]
    word = words("field")[field]
    return [squeeze(one) for one in (word.zh, *word.aliases, word.en, word.key)]


def _cuts(name: str) -> list[str]:
    cuts = []
    for encoding in _DBF_ENCODINGS:
        raw = name.encode(encoding, "ignore")
        if len(raw) > _DBF_NAME_BYTES:
            cuts.append(raw[:_DBF_NAME_BYTES].decode(encoding, "ignore"))
    return cuts


def _text(value: Any) -> str:  # noqa: ANN401 - whatever an attribute holds
    if value is None or value != value:  # noqa: PLR0124 - nan is not itself
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
