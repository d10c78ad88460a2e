"""Rows of houses: slabs inside parcels, courtyard houses in villages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely import Polygon

from scripts.demo.plane import Array, rectangles

STOREY_M: Final = 3.0
_EDGE_M: Final = 4.0


@dataclass(frozen=True, slots=True)
class Slabs:
    """Equal buildings in rows: metres, storeys, and the gap between rows."""

    length_m: float
    depth_m: float
    floors: int

    @property
    def pitch_m(self) -> tuple[float, float]:
        """Distance of centres along a row, and from row to row so that winter sun gets in."""
        gap = float(np.clip(1.15 * self.floors * STOREY_M, 14, 34))
        return self.length_m + 11, self.depth_m + gap


def fill_parcel(parcel: Polygon, turn: float, slabs: Slabs) -> list[Polygon]:
    """Return the slabs that fit into a parcel, in rows along its long side."""
    middle = np.array(parcel.centroid.coords[0])
    west, south, east, north = parcel.bounds
    reach = np.hypot(east - west, north - south) / 2
    along, across = slabs.pitch_m
    x, y = np.meshgrid(np.arange(-reach, reach, along), np.arange(-reach, reach, across))
    c, s = np.cos(turn), np.sin(turn)
    centres = np.column_stack([x.ravel() * c - y.ravel() * s, x.ravel() * s + y.ravel() * c])
    corners = _corners(centres + middle, slabs, turn)
    inner = parcel.buffer(-_EDGE_M)
    shapely.prepare(inner)
    fits = shapely.contains_xy(inner, corners[..., 0], corners[..., 1]).all(axis=1)
    return _polygons(corners[fits])


def around(
    seat: tuple[float, float], turn: float, slabs: Slabs, count: int, *, beyond_m: float = 0.0
) -> list[Polygon]:
    """Return buildings in rows around a seat, the nearest first, none nearer than `beyond_m`."""
    along, across = slabs.pitch_m
    reach = beyond_m + np.sqrt((count + 8) * along * across)
    x, y = np.meshgrid(np.arange(-reach, reach, along), np.arange(-reach, reach, across))
    centres = np.column_stack([x.ravel(), y.ravel()])
    distance = np.hypot(centres[:, 0], centres[:, 1])
    order = np.argsort(distance + (distance < beyond_m) * 1e9)[:count]
    c, s = np.cos(turn), np.sin(turn)
    turned = centres[order] @ np.array([[c, s], [-s, c]]) + np.array(seat)
    return _polygons(_corners(turned, slabs, turn))


def _corners(centres: Array, slabs: Slabs, turn: float) -> Array:
    same = np.ones(len(centres))
    return rectangles(centres, same * slabs.length_m, same * slabs.depth_m, same * turn)


def _polygons(corners: Array) -> list[Polygon]:
    return [Polygon(ring) for ring in corners]
