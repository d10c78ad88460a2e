"""Parameters of the OGC interface: only those that are known, once each, and not too long.

All of this is looked at before who is asking is looked up, so that nonsense costs no database.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Annotated, Final, cast

from fastapi import Depends, Request

from geodata.domain.errors import DomainError
from geodata.domain.period import today
from geodata.domain.vocabulary import words
from geodata.layers import LAYERS, Layer, LayerField
from geodata.spatial.offered_crs import CRS84, OfferedCrs, box_in, crs_of
from geodata.store.queries.cql2 import FilterLanguage, read_filter
from geodata.store.queries.cql2_values import clean, day_of
from geodata.store.queries.features import Wanted

MOST_QUERY_BYTES: Final = 48_000
USUAL_PAGE: Final = 1000
LARGEST_PAGE: Final = 10_000
EVERYWHERE: Final = frozenset({"f", "lang"})
ONE_FEATURE: Final = EVERYWHERE | {"crs", "datetime", "properties"}
SEVERAL: Final = ONE_FEATURE | {
    *("bbox", "bbox-crs", "limit", "cursor", "filter", "filter-lang", "filter-crs"),
}
_LANGUAGES: Final = ("cql2-text", "cql2-json")
_OPEN: Final = ("", "..")
_LARGEST: Final = 2**31 - 1
_WHOLE: Final = re.compile(r"[+-]?\d{1,10}")
_TRUTHS: Final = {"true": True, "false": False, "1": True, "0": False}


def short_enough(request: Request) -> None:
    """Refuse a query that nobody writes by hand or by program.

    Raises:
        DomainError: ``ogc.query_too_long``.
    """
    if len(request.scope["query_string"]) > MOST_QUERY_BYTES:
        raise DomainError("ogc.query_too_long", most=MOST_QUERY_BYTES)


def read_query(request: Request, known: Collection[str]) -> dict[str, str]:
    """Return the parameters of a request.

    Raises:
        DomainError: ``ogc.parameter_unknown``, ``ogc.parameter_twice``, ``filter.text_bad``.
    """
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in known:
            raise DomainError("ogc.parameter_unknown", name=name[:40], known=sorted(known))
        if name in found:
            raise DomainError("ogc.parameter_twice", name=name)
        found[name] = clean(value)
    return found


def only_json(request: Request) -> None:
    """Refuse every parameter but ``f=json`` and ``lang``.

    Raises:
        DomainError: ``ogc.parameter_unknown``, ``ogc.parameter_bad``.
    """
    form = read_query(request, EVERYWHERE).get("f", "json")
    if form != "json":
        raise _bad("f", form, "json")


def known_layer(collection_id: str) -> Layer:
    """Return a declared layer.

    Raises:
        DomainError: ``ogc.collection_not_found``.
    """
    found = LAYERS.get(collection_id)
    if found is None:
        raise DomainError(
            "ogc.collection_not_found", collection=collection_id[:40], known=list(LAYERS)
        )
    return found


KnownLayer = Annotated[Layer, Depends(known_layer)]
LAYER_PATH: Final = "/ogc/collections/{collection_id}"
"""Where the routes of `KnownLayer` begin."""


def day_asked(query: Mapping[str, str]) -> date:
    """Return the day of validity: an instant's, or an interval's last; today where it is open.

    Raises:
        DomainError: ``ogc.parameter_bad``.
    """
    text = query.get("datetime")
    if text is None:
        return today()
    wanted = "2026-11-30, 2026-01-01/2026-11-30, ../2026-11-30, 2026-01-01/.."
    first, slash, last = text.partition("/")
    try:
        if not slash:
            return day_of(first)
        begins = None if first in _OPEN else day_of(first)
        ends = None if last in _OPEN else day_of(last)
    except DomainError as error:
        raise _bad("datetime", text, wanted) from error
    if (begins is None and ends is None) or (begins and ends and begins > ends):
        raise _bad("datetime", text, wanted)
    return ends or max(today(), begins or date.min)


def crs_asked(query: Mapping[str, str], name: str) -> OfferedCrs:
    """Return the system that a parameter names, CRS84 where it stands nowhere.

    Raises:
        DomainError: ``ogc.crs_unknown``.
    """
    return crs_of(query[name]) if name in query else CRS84


def limit_asked(query: Mapping[str, str]) -> int | None:
    """Return how many features a page may have; more than the most is the most.

    Raises:
        DomainError: ``ogc.parameter_bad``.
    """
    text = query.get("limit")
    if text is None:
        return None
    if not re.fullmatch(r"\d{1,12}", text, re.ASCII) or int(text) < 1:
        raise _bad("limit", text, f"1-{LARGEST_PAGE}")
    return min(int(text), LARGEST_PAGE)


def wanted_one(layer: Layer, query: Mapping[str, str]) -> Wanted:
    """Return what is asked of one feature.

    Raises:
        DomainError: What is wrong with the parameters.
    """
    return Wanted(
        on=day_asked(query), crs=crs_asked(query, "crs"), properties=_properties(layer, query)
    )


def wanted_several(layer: Layer, query: Mapping[str, str]) -> Wanted:
    """Return what is asked of a collection.

    Raises:
        DomainError: What is wrong with the parameters.
    """
    box_crs, filter_crs = crs_asked(query, "bbox-crs"), crs_asked(query, "filter-crs")
    language = query.get("filter-lang", _LANGUAGES[0])
    if language not in _LANGUAGES:
        raise _bad("filter-lang", language, ", ".join(_LANGUAGES))
    tree = None
    if "filter" in query:
        tree = read_filter(query["filter"], cast("FilterLanguage", language))
    equal = {one.name: _value(one, query[one.name]) for one in layer.fields if one.name in query}
    return Wanted(
        on=day_asked(query),
        area=box_in(_numbers(query["bbox"]), box_crs) if "bbox" in query else None,
        equal=equal,
        tree=tree,
        filter_crs=filter_crs,
        crs=crs_asked(query, "crs"),
        properties=_properties(layer, query),
    )


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise DomainError("ogc.bbox", value=text[:100]) from error


def _properties(layer: Layer, query: Mapping[str, str]) -> tuple[str, ...] | None:
    if "properties" not in query:
        return None
    names = tuple(one for one in query["properties"].split(",") if one)
    for name in names:
        if layer.field(name) is None:
            known = [one.name for one in layer.fields]
            raise DomainError(
                "ogc.property_unknown", collection=layer.id, name=name[:40], known=known
            )
    return names


def _value(field: LayerField, text: str) -> str | float | bool | date:
    match field.kind:
        case "integer" if _WHOLE.fullmatch(text) and abs(int(text)) <= _LARGEST:
            return int(text)
        case "boolean" if text in _TRUTHS:
            return _TRUTHS[text]
        case "date":
            try:
                return day_of(text)
            except DomainError as error:
                raise _bad(field.name, text, "2026-11-30") from error
        case "string":
            return _text(field, text)
    raise _bad(field.name, text, field.kind)


def _text(field: LayerField, text: str) -> str:
    if field.vocabulary and not field.is_several and text not in words(field.vocabulary):
        raise _bad(field.name, text, ", ".join(words(field.vocabulary)))
    return text


def _bad(name: str, value: str, wanted: str) -> DomainError:
    return DomainError("ogc.parameter_bad", name=name, value=value[:100], wanted=wanted)
