"""WebMercatorQuad, the tile matrix set of all our tiles, as OGC's Two Dimensional TMS 2.0."""

from __future__ import annotations

import math
from typing import Any, Final

from geodata.layers import DEEPEST_ZOOM

TMS_ID: Final = "WebMercatorQuad"
TMS_URI: Final = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{TMS_ID}"
"""A name; nobody fetches it."""
TMS_CRS: Final = "http://www.opengis.net/def/crs/EPSG/0/3857"

_TILE_PIXELS: Final = 256
_EARTH_RADIUS_M: Final = 6_378_137.0
_HALF_SIDE_M: Final = math.pi * _EARTH_RADIUS_M
_PIXEL_M: Final = 0.28e-3
"""OGC's pixel: what a scale denominator is told for."""


def tile_matrix_set() -> dict[str, Any]:
    """Return the definition, from the whole world in one tile to `DEEPEST_ZOOM`."""
    return {
        "id": TMS_ID,
        "title": "Google Maps Compatible for the World",
        "uri": TMS_URI,
        "crs": TMS_CRS,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [_matrix(zoom) for zoom in range(DEEPEST_ZOOM + 1)],
    }


def _matrix(zoom: int) -> dict[str, Any]:
    cell_m = 2 * _HALF_SIDE_M / _TILE_PIXELS / 2**zoom
    return {
        "id": str(zoom),
        "scaleDenominator": cell_m / _PIXEL_M,
        "cellSize": cell_m,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-_HALF_SIDE_M, _HALF_SIDE_M],
        "tileWidth": _TILE_PIXELS,
        "tileHeight": _TILE_PIXELS,
        "matrixWidth": 2**zoom,
        "matrixHeight": 2**zoom,
    }
