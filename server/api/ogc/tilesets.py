"""Tiles of one layer or of several: which there are, and how they are cut."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request

from geodata.domain.vocabulary import words
from geodata.layers import FIRST_ZOOM, LAST_ZOOM, LAYERS, Layer
from server.api.ogc.links import JSON, MVT, address, link, ogc_relation
from server.api.ogc.parameters import LAYER_PATH, KnownLayer, only_json
from server.api.ogc.queryables import field_schema
from server.api.ogc.tile_matrix_set import TMS_CRS, TMS_ID, TMS_URI, tile_matrix_set
from server.auth import CurrentActor
from server.i18n import language_of, word

router = APIRouter(prefix="/ogc", dependencies=[Depends(only_json)])
of_layer = APIRouter(prefix=LAYER_PATH, dependencies=[Depends(only_json)])

_DIMENSIONS = {"point": 0, "line": 1, "polygon": 2}


@router.get("/tileMatrixSets")
def tile_matrix_sets(request: Request, _actor: CurrentActor) -> dict[str, Any]:
    """Return the one tile matrix set."""
    here = address(request, f"/tileMatrixSets/{TMS_ID}")
    one = {"id": TMS_ID, "title": TMS_ID, "uri": TMS_URI, "crs": TMS_CRS}
    return {"tileMatrixSets": [one | {"links": [link(here, "self", JSON)]}]}


@router.get(f"/tileMatrixSets/{TMS_ID}")
def web_mercator_quad(_actor: CurrentActor) -> dict[str, Any]:
    """Return how WebMercatorQuad cuts the world."""
    return tile_matrix_set()


@router.get("/tiles")
def dataset_tilesets(request: Request, _actor: CurrentActor) -> dict[str, Any]:
    """Return the tilesets that hold all layers."""
    return _listed(request, "/tiles", word("ogc.title", language_of(request)))


@router.get(f"/tiles/{TMS_ID}")
def dataset_tileset(request: Request, _actor: CurrentActor) -> dict[str, Any]:
    """Return what the tiles of all layers hold."""
    title = word("ogc.title", language_of(request))
    return _tileset(request, "/tiles", title, list(LAYERS.values()))


@of_layer.get("/tiles")
def layer_tilesets(request: Request, layer: KnownLayer, _actor: CurrentActor) -> dict[str, Any]:
    """Return the tilesets of a layer."""
    title = words("layer")[layer.id].label(language_of(request))
    return _listed(request, f"/collections/{layer.id}/tiles", title)


@of_layer.get(f"/tiles/{TMS_ID}")
def layer_tileset(request: Request, layer: KnownLayer, _actor: CurrentActor) -> dict[str, Any]:
    """Return what the tiles of a layer hold."""
    title = words("layer")[layer.id].label(language_of(request))
    return _tileset(request, f"/collections/{layer.id}/tiles", title, [layer])


def _listed(request: Request, path: str, title: str) -> dict[str, Any]:
    here = address(request, f"{path}/{TMS_ID}")
    one = _head(request, title) | {"links": [link(here, "self", JSON), *_links(request, path)]}
    return {"tilesets": [one], "links": [link(address(request, path), "self", JSON)]}


def _tileset(request: Request, path: str, title: str, layers: list[Layer]) -> dict[str, Any]:
    here = address(request, f"{path}/{TMS_ID}")
    return _head(request, title) | {
        "layers": [_layer(request, one) for one in layers],
        "links": [link(here, "self", JSON), *_links(request, path)],
    }


def _head(request: Request, title: str) -> dict[str, Any]:
    return {
        "title": title,
        "dataType": "vector",
        "crs": TMS_CRS,
        "tileMatrixSetURI": TMS_URI,
        "tileMatrixSetDefinition": address(request, f"/tileMatrixSets/{TMS_ID}"),
    }


def _links(request: Request, path: str) -> list[dict[str, Any]]:
    template = f"{path}/{TMS_ID}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    scheme = address(request, f"/tileMatrixSets/{TMS_ID}")
    return [
        link(scheme, ogc_relation("tiling-scheme"), JSON),
        link(address(request, template), "item", MVT) | {"templated": True},
    ]


def _layer(request: Request, layer: Layer) -> dict[str, Any]:
    language = language_of(request)
    fields = {one.name: field_schema(one, language) for one in layer.fields}
    found: dict[str, Any] = {
        "id": layer.id,
        "title": words("layer")[layer.id].label(language),
        "dataType": "vector",
        "minTileMatrix": str(FIRST_ZOOM),
        "maxTileMatrix": str(LAST_ZOOM),
        "propertiesSchema": {"type": "object", "properties": fields},
    }
    dimension = _DIMENSIONS.get(layer.geometry)
    return found if dimension is None else found | {"geometryDimension": dimension}
