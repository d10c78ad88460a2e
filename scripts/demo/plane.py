"""The local plane: smooth warps that keep the made-up ground from looking ruled."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from geopandas import GeoSeries
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Array = NDArray[np.float64]

PLANE: Final = "EPSG:4548"
DEGREES: Final = "EPSG:4490"
CENTRE_M: Final = (577_470.0, 4_075_100.0)
"""117.868E 36.804N in the plane."""
_DECIMALS: Final = 7


def warp(points: Array, *, amplitude_m: float, length_m: float, turn: float = 0.0) -> Array:
    """Move points, shape (n, 2), by two smooth waves: neighbours stay neighbours."""
    x, y = points[:, 0] / length_m + turn, points[:, 1] / length_m - turn
    east = np.sin(1.7 * y + 0.6) + 0.5 * np.sin(3.1 * x + 1.3 * y)
    north = np.sin(1.4 * x + 2.1) + 0.5 * np.sin(2.7 * y - 1.1 * x)
    return points + amplitude_m * np.column_stack([east, north])


def rotate(points: Array, radians: float) -> Array:
    """Turn points, shape (n, 2), about the origin."""
    c, s = np.cos(radians), np.sin(radians)
    turned: Array = points @ np.array([[c, s], [-s, c]])
    return turned


def rectangles(centres: Array, length_m: Array, depth_m: Array, radians: Array) -> Array:
    """Return corners, shape (n, 5, 2), of closed rectangles about centres, turned each."""
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]) / 2
    local = signs[None] * np.column_stack([length_m, depth_m])[:, None]
    c, s = np.cos(radians)[:, None], np.sin(radians)[:, None]
    x = local[..., 0] * c - local[..., 1] * s
    y = local[..., 0] * s + local[..., 1] * c
    return np.stack([x, y], axis=-1) + centres[:, None]


def to_degrees(shapes: list[BaseGeometry] | NDArray[np.object_]) -> GeoSeries:
    """Return shapes of the plane in EPSG:4490, rounded to about a centimetre.

    Neighbours round their shared corners alike, so that tiles still fit.
    """
    moved = shapely.transform(np.asarray(shapes, dtype=object), lambda xy: xy + CENTRE_M)
    degrees = GeoSeries(moved, crs=PLANE).to_crs(DEGREES).to_numpy()
    rounded = shapely.transform(degrees, lambda xy: np.round(xy, _DECIMALS))
    broken = ~shapely.is_valid(rounded)
    rounded[broken] = shapely.make_valid(rounded[broken])
    return GeoSeries(rounded, crs=DEGREES)
