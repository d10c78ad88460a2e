"""What there is: landing page, conformance, collections and their queryables."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from geodata.domain.period import today
from geodata.domain.vocabulary import Language, words
from geodata.layers import LAYERS, Layer
from geodata.spatial.offered_crs import CRS84, STORAGE_URI, offered
from geodata.store.queries.divisions import Bounds
from geodata.store.queries.features import layer_bounds
from server.api.ogc.conformance import CONFORMS_TO
from server.api.ogc.formats import ITEM_FORMATS
from server.api.ogc.links import JSON, OPENAPI, SCHEMA, address, link, ogc_relation
from server.api.ogc.openapi import openapi_document
from server.api.ogc.parameters import LAYER_PATH, KnownLayer, only_json
from server.api.ogc.queryables import queryables_schema
from server.auth import CurrentActor, ReadingSession
from server.i18n import language_of, word

router = APIRouter(prefix="/ogc", dependencies=[Depends(only_json)])
of_layer = APIRouter(prefix=LAYER_PATH, dependencies=[Depends(only_json)])

_GREGORIAN: Final = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"


@router.get("")
def landing(request: Request, _actor: CurrentActor) -> dict[str, Any]:
    """Return what the interface is and where its parts are."""
    language = language_of(request)
    return {
        "title": word("ogc.title", language),
        "description": word("ogc.description", language),
        "links": [
            link(address(request), "self", JSON),
            link(address(request, "/api"), "service-desc", OPENAPI),
            link(f"{str(request.base_url).rstrip('/')}/docs", "service-doc", "text/html"),
            link(address(request, "/conformance"), "conformance", JSON),
            link(address(request, "/collections"), "data", JSON),
            link(address(request, "/tiles"), ogc_relation("tilesets-vector"), JSON),
            link(address(request, "/tileMatrixSets"), ogc_relation("tiling-schemes"), JSON),
        ],
    }


@router.get("/conformance")
def conformance(_actor: CurrentActor) -> dict[str, Any]:
    """Return the names of what is kept of the standards."""
    return {"conformsTo": CONFORMS_TO}


@router.get("/api", response_class=JSONResponse)
def description(request: Request, _actor: CurrentActor) -> JSONResponse:
    """Return the description of this interface alone, as OpenAPI 3.0."""
    document = openapi_document(address(request), language_of(request))
    return JSONResponse(document, media_type=OPENAPI)


@router.get("/collections")
def collections(request: Request, actor: CurrentActor, session: ReadingSession) -> dict[str, Any]:
    """Return all layers with how far each reaches in the actor's scope."""
    language = language_of(request)
    found = []
    for layer in LAYERS.values():
        bounds = layer_bounds(session, actor.scope, layer, on=today())
        found.append(_collection(request, layer, bounds, language))
    return {
        "links": [link(address(request, "/collections"), "self", JSON)],
        "crs": list(offered()),
        "collections": found,
    }


@of_layer.get("")
def collection(
    request: Request, layer: KnownLayer, actor: CurrentActor, session: ReadingSession
) -> dict[str, Any]:
    """Return one layer."""
    bounds = layer_bounds(session, actor.scope, layer, on=today())
    return _collection(request, layer, bounds, language_of(request))


@of_layer.get("/queryables", response_class=JSONResponse)
def queryables(request: Request, layer: KnownLayer, _actor: CurrentActor) -> JSONResponse:
    """Return by what a layer can be filtered."""
    href = address(request, f"/collections/{layer.id}/queryables")
    schema = queryables_schema(layer, href, language_of(request))
    return JSONResponse(schema, media_type=SCHEMA)


def _collection(
    request: Request, layer: Layer, bounds: Bounds | None, language: Language
) -> dict[str, Any]:
    here = address(request, f"/collections/{layer.id}")
    extent: dict[str, Any] = {}
    if bounds is not None:
        extent["spatial"] = {"bbox": [bounds], "crs": CRS84.uri}
    if layer.is_dated:
        extent["temporal"] = {"interval": [[None, None]], "trs": _GREGORIAN}
    found = {
        "id": layer.id,
        "title": words("layer")[layer.id].label(language),
        "description": word(f"ogc.{layer.id}_note", language),
        "itemType": "feature",
        "crs": list(offered()),
        "storageCrs": STORAGE_URI,
        "links": [
            link(here, "self", JSON),
            *(
                link(f"{here}/items?f={form}", "items", types[0])
                for form, types in ITEM_FORMATS.items()
            ),
            link(f"{here}/queryables", ogc_relation("queryables"), SCHEMA),
            link(f"{here}/tiles", ogc_relation("tilesets-vector"), JSON),
        ],
    }
    return found | ({"extent": extent} if extent else {})
