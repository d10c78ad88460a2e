"""The OGC interface described as OpenAPI 3.0: what it answers and by which parameters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import Any, Final

from geodata.domain.vocabulary import Language
from geodata.layers import DEEPEST_ZOOM, LAYERS
from geodata.spatial.offered_crs import CRS84, offered
from server.api.ogc.formats import ITEM_FORMATS
from server.api.ogc.links import JSON, MVT, OPENAPI, SCHEMA
from server.api.ogc.parameters import EVERYWHERE, LARGEST_PAGE, ONE_FEATURE, SEVERAL, USUAL_PAGE
from server.api.ogc.queryables import field_schema
from server.i18n import word

_ANY: Final = {"type": "object"}
_TEXT: Final = {"type": "string"}
_PROBLEM: Final = "application/problem+json"
_TILE: Final = ("tileMatrixSetId", "tileMatrix", "tileRow", "tileCol")
_PLAIN: Final = tuple(sorted(EVERYWHERE))
_DATED: Final = (*_PLAIN, "datetime")

PATHS: Final[dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]]] = {
    "/": ("landingPage", _PLAIN, (JSON,)),
    "/conformance": ("conformance", _PLAIN, (JSON,)),
    "/api": ("api", _PLAIN, (OPENAPI,)),
    "/collections": ("collections", _PLAIN, (JSON,)),
    "/collections/{collectionId}": ("collection", ("collectionId", *_PLAIN), (JSON,)),
    "/collections/{collectionId}/queryables": (
        "queryables",
        ("collectionId", *_PLAIN),
        (SCHEMA,),
    ),
    "/collections/{collectionId}/items/{featureId}": (
        "item",
        ("collectionId", "featureId", *sorted(ONE_FEATURE)),
        (ITEM_FORMATS["json"][0],),
    ),
    "/collections/{collectionId}/tiles": ("layerTilesets", ("collectionId", *_PLAIN), (JSON,)),
    "/collections/{collectionId}/tiles/{tileMatrixSetId}": (
        "layerTileset",
        ("collectionId", "tileMatrixSetId", *_PLAIN),
        (JSON,),
    ),
    "/collections/{collectionId}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}": (
        "layerTile",
        ("collectionId", *_TILE, *_DATED),
        (MVT,),
    ),
    "/tiles": ("tilesets", _PLAIN, (JSON,)),
    "/tiles/{tileMatrixSetId}": ("tileset", ("tileMatrixSetId", *_PLAIN), (JSON,)),
    "/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}": (
        "tile",
        (*_TILE, "collections", *_DATED),
        (MVT,),
    ),
    "/tileMatrixSets": ("tileMatrixSets", _PLAIN, (JSON,)),
    "/tileMatrixSets/{tileMatrixSetId}": ("tileMatrixSet", ("tileMatrixSetId", *_PLAIN), (JSON,)),
}
"""Paths but for those of items: name, parameters, media types."""


def openapi_document(href: str, language: Language) -> dict[str, Any]:
    """Return the description.

    Args:
        href: Address of the landing page.
        language: Of titles.
    """
    paths = {
        path: {"get": _operation(name, parameters, types)}
        for path, (name, parameters, types) in PATHS.items()
    }
    for layer in LAYERS.values():
        own = [
            {"name": one.name, "in": "query", "schema": field_schema(one, language)}
            for one in layer.fields
        ]
        operation = _operation(
            f"items.{layer.id}", sorted(SEVERAL), [one[0] for one in ITEM_FORMATS.values()], own
        )
        operation["summary"] = word(f"ogc.{layer.id}_note", language)
        paths[f"/collections/{layer.id}/items"] = {"get": operation}
    return {
        "openapi": "3.0.3",
        "info": {
            "title": word("ogc.title", language),
            "description": word("ogc.description", language),
            "version": version("fugai"),
        },
        "servers": [{"url": href}],
        "paths": paths,
        "components": {"parameters": _parameters(), "securitySchemes": _SECURITY},
        "security": [{"token": []}, {"session": []}],
    }


_SECURITY: Final = {
    "token": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": "fugai_session"},
}


def _operation(
    name: str, parameters: Iterable[str], types: Iterable[str], own: Sequence[Any] = ()
) -> dict[str, Any]:
    content = {one: {"schema": _TEXT if one == MVT else _ANY} for one in types}
    refused = {_PROBLEM: {"schema": _ANY}}
    return {
        "operationId": name,
        "parameters": [
            *({"$ref": f"#/components/parameters/{one}"} for one in parameters),
            *own,
        ],
        "responses": {
            "200": {"description": name, "content": content},
            "default": {"description": "problem", "content": refused},
        },
    }


def _parameters() -> dict[str, Any]:
    numbers = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
    names = {"type": "array", "items": _TEXT}
    system = _TEXT | {"format": "uri", "enum": list(offered()), "default": CRS84.uri}
    level = {"type": "integer", "minimum": 0, "maximum": DEEPEST_ZOOM}
    limit = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": USUAL_PAGE}
    in_query: dict[str, dict[str, Any]] = {
        "bbox": numbers,
        "bbox-crs": system,
        "collections": names | {"items": _TEXT | {"enum": list(LAYERS)}},
        "crs": system,
        "cursor": _TEXT,
        "datetime": _TEXT,
        "f": _TEXT | {"enum": [*ITEM_FORMATS, "mvt"]},
        "filter": _TEXT,
        "filter-crs": system,
        "filter-lang": _TEXT | {"enum": ["cql2-text", "cql2-json"], "default": "cql2-text"},
        "lang": _TEXT | {"enum": ["zh", "en"]},
        "limit": limit,
        "properties": names,
    }
    in_path: dict[str, dict[str, Any]] = {
        "collectionId": _TEXT | {"enum": list(LAYERS)},
        "featureId": _TEXT,
        "tileMatrixSetId": _TEXT | {"enum": ["WebMercatorQuad"]},
        "tileMatrix": level,
        "tileRow": {"type": "integer", "minimum": 0},
        "tileCol": {"type": "integer", "minimum": 0},
    }
    found: dict[str, Any] = {
        name: {"name": name, "in": "query", "schema": schema, "style": "form", "explode": False}
        for name, schema in in_query.items()
    }
    for name, schema in in_path.items():
        found[name] = {"name": name, "in": "path", "required": True, "schema": schema}
    return found
