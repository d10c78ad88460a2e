"""One vector tile of one or more layers, as OGC API - Tiles addresses it: row, then column."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from geodata.domain.errors import DomainError
from geodata.layers import DEEPEST_ZOOM, LAYERS
from geodata.store.tiles import TileId
from server.api.ogc.links import MVT
from server.api.ogc.parameters import (
    EVERYWHERE,
    LAYER_PATH,
    KnownLayer,
    day_asked,
    known_layer,
    read_query,
)
from server.api.ogc.tile_matrix_set import TMS_ID
from server.tiles.address import TileRequest

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

router = APIRouter(prefix="/ogc")
of_layer = APIRouter(prefix=LAYER_PATH)

_LAYER_TILE: Final = EVERYWHERE | {"datetime"}
_DATASET_TILE: Final = _LAYER_TILE | {"collections"}
_MOST_DIGITS: Final = 9


def tile_id(tile_matrix: str, tile_row: str, tile_col: str) -> TileId:
    """Return the tile of an address.

    Raises:
        DomainError: ``ogc.tile_not_found``.
    """
    parts = (tile_matrix, tile_row, tile_col)
    fault = DomainError(
        "ogc.tile_not_found",
        tile="/".join(one[:_MOST_DIGITS] for one in parts),
        deepest=DEEPEST_ZOOM,
    )
    if not all(one.isascii() and one.isdigit() and len(one) <= _MOST_DIGITS for one in parts):
        raise fault
    z, y, x = (int(one) for one in parts)
    try:
        return TileId.checked(z, y, x)
    except DomainError as error:
        raise fault from error


def tile_of_layer(
    request: Request, layer: KnownLayer, tile: Annotated[TileId, Depends(tile_id)]
) -> TileRequest:
    """Read a request for a tile of one layer."""
    query = _query(request, _LAYER_TILE)
    return TileRequest((layer,), tile, day_asked(query), is_day_named=False)


def tile_of_dataset(request: Request, tile: Annotated[TileId, Depends(tile_id)]) -> TileRequest:
    """Read a request for a tile of all layers, or of those that ``collections`` names."""
    query = _query(request, _DATASET_TILE)
    names = query.get("collections", "").split(",") if "collections" in query else list(LAYERS)
    layers = tuple(known_layer(name) for name in dict.fromkeys(names))
    return TileRequest(layers, tile, day_asked(query), is_day_named=False)


class TileResponse(Response):
    """A tile as ``/tiles/`` answers it: kept, and asked for again by its ``ETag``."""

    def __init__(self, request: Request, wanted: TileRequest) -> None:
        """Keep what is wanted; nothing is made before the answer is sent."""
        super().__init__(media_type=MVT)
        self._request = request
        self._wanted = wanted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the tile to who may see it: that is looked up there, and remembered."""
        await self._request.app.state.tiles.answer(self._request, self._wanted, send)


@of_layer.get(f"/tiles/{TMS_ID}/{{tile_matrix}}/{{tile_row}}/{{tile_col}}", response_class=Response)
def layer_tile(
    request: Request, wanted: Annotated[TileRequest, Depends(tile_of_layer)]
) -> Response:
    """Return a tile of one layer; one with nothing in it has no bytes."""
    return TileResponse(request, wanted)


@router.get(f"/tiles/{TMS_ID}/{{tile_matrix}}/{{tile_row}}/{{tile_col}}", response_class=Response)
def dataset_tile(
    request: Request, wanted: Annotated[TileRequest, Depends(tile_of_dataset)]
) -> Response:
    """Return a tile of several layers."""
    return TileResponse(request, wanted)


def _query(request: Request, known: Collection[str]) -> dict[str, str]:
    query = read_query(request, known)
    form = query.get("f", "mvt")
    if form != "mvt":
        raise DomainError("ogc.parameter_bad", name="f", value=form[:40], wanted="mvt")
    return query
