"""Buildings that stand together, by the distance between them and no main road in between."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geodata.domain.footprint import MAIN_ROAD_RANK
from geodata.domain.road import ROAD_RANKS

_MERCATOR: Final = Transformer.from_crs("EPSG:4490", "EPSG:3857", always_xy=True)
_MAIN_ROADS: Final = frozenset(
    name for rank, names in ROAD_RANKS.items() if rank <= MAIN_ROAD_RANK for name in names
)


def cluster(
    outlines: NDArray[Any], within_m: float, roads: GeoDataFrame | None = None
) -> NDArray[np.int64]:
    """Return the number of the cluster of each outline, from 0 in the order of its first one.

    Joined are outlines within reach of each other, unless the shortest line between them
    crosses a main road, and whatever is joined to the same. Measured in web mercator, which is
    longer than the ground by 1 / cos(latitude): by the latitude of the earlier of the two.

    Args:
        outlines: Areas in degrees (EPSG:4490), none empty.
        within_m: Reach in metres.
        roads: Lines in degrees with ``highway``.
    """
    count = len(outlines)
    if not count:
        return np.zeros(0, dtype=np.int64)
    flat = _mercator(outlines)
    bounds = shapely.bounds(outlines)
    reach = within_m / np.cos(np.radians((bounds[:, 1] + bounds[:, 3]) / 2))
    one, other = shapely.STRtree(flat).query(flat, predicate="dwithin", distance=reach)
    is_later = other > one
    one, other = one[is_later], other[is_later]
    is_open = ~_crossed(shapely.shortest_line(flat[one], flat[other]), roads)
    one, other = one[is_open], other[is_open]
    graph = coo_array((np.ones(len(one), dtype=bool), (one, other)), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    _, first, numbers = np.unique(labels, return_index=True, return_inverse=True)
    ranks = np.argsort(np.argsort(first))
    found: NDArray[np.int64] = ranks[numbers].astype(np.int64)
    return found


def _crossed(lines: NDArray[Any], roads: GeoDataFrame | None) -> NDArray[np.bool_]:
    crossed = np.zeros(len(lines), dtype=bool)
    if roads is None or not len(lines):
        return crossed
    main = roads[roads["highway"].isin(_MAIN_ROADS)]
    at, _ = shapely.STRtree(_mercator(main.geometry.to_numpy())).query(
        lines, predicate="intersects"
    )
    crossed[at] = True
    return crossed


def _mercator(shapes: NDArray[Any]) -> NDArray[Any]:
    def move(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(_MERCATOR.transform(points[:, 0], points[:, 1]))

    moved: NDArray[Any] = shapely.transform(shapes, move)
    return moved
