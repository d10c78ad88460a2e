"""Tiles read back: where they lie, and what stands in them."""

from __future__ import annotations

import math
from typing import Any

import mapbox_vector_tile

from geodata.store.tiles import TileId


def tile_at(longitude: float, latitude: float, z: int) -> TileId:
    """Return the tile that holds a place (degrees)."""
    wide = 1 << z
    y = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2
    return TileId(z, int(y * wide), int((longitude + 180) / 360 * wide))


def features(tile: bytes, layer: str) -> list[dict[str, Any]]:
    """Return a layer's features of a tile; coordinates in tile units, y downwards."""
    decoded = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
    return list(decoded.get(layer, {"features": []})["features"])
