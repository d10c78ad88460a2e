"""One vector tile of one or more layers, as OGC API - Tiles addresses it: row, then column."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from geodata.domain.errors import DomainError
from geodata.layers import DEEPEST_ZOOM, LAYERS, Layer
from geodata.store.tiles import TileId, read_tile
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
from server.auth import CurrentActor, ReadingSession

router = APIRouter(prefix="/ogc")
of_layer = APIRouter(prefix=LAYER_PATH)

_LAYER_TILE: Final = EVERYWHERE | {"datetime"}
_DATASET_TILE: Final = _LAYER_TILE | {"collections"}
_MOST_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class AskedTile:
    """A request for a tile, read and found to make sense."""

    layers: Sequence[Layer]
    tile: TileId
    on: date


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
) -> AskedTile:
    """Read a request for a tile of one layer."""
    query = _query(request, _LAYER_TILE)
    return AskedTile([layer], tile, day_asked(query))


def tile_of_dataset(request: Request, tile: Annotated[TileId, Depends(tile_id)]) -> AskedTile:
    """Read a request for a tile of all layers, or of those that ``collections`` names."""
    query = _query(request, _DATASET_TILE)
    names = query.get("collections", "").split(",") if "collections" in query else list(LAYERS)
    layers = [known_layer(name) for name in dict.fromkeys(names)]
    return AskedTile(layers, tile, day_asked(query))


@of_layer.get(f"/tiles/{TMS_ID}/{{tile_matrix}}/{{tile_row}}/{{tile_col}}", response_class=Response)
def layer_tile(
    asked: Annotated[AskedTile, Depends(tile_of_layer)],
    actor: CurrentActor,
    session: ReadingSession,
) -> Response:
    """Return a tile of one layer; one with nothing in it has no bytes."""
    content = read_tile(session, asked.layers, asked.tile, actor.scope, on=asked.on)
    return Response(content, media_type=MVT)


@router.get(f"/tiles/{TMS_ID}/{{tile_matrix}}/{{tile_row}}/{{tile_col}}", response_class=Response)
def dataset_tile(
    asked: Annotated[AskedTile, Depends(tile_of_dataset)],
    actor: CurrentActor,
    session: ReadingSession,
) -> Response:
    """Return a tile of several layers."""
    content = read_tile(session, asked.layers, asked.tile, actor.scope, on=asked.on)
    return Response(content, media_type=MVT)


def _query(request: Request, known: Collection[str]) -> dict[str, str]:
    query = read_query(request, known)
    form = query.get("f", "mvt")
    if form != "mvt":
        raise DomainError("ogc.parameter_bad", name="f", value=form[:40], wanted="mvt")
    return query
