"""Travel times between places: our road graph beside pgRouting on the same pieces of road.

Both get the same graph of a made-up town or of an extract, the same places, and answer all
pairs; times that differ by more than a second are counted.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from sqlalchemy import Connection, text

from geodata.domain.travel import TravelMode
from geodata.routing.network import RoadNetwork, road_network
from geodata.routing.problem import UNREACHABLE
from geodata.routing.travel import road_travel
from geodata.spatial.osm import read_osm
from geodata.store.session import connect
from scripts.cluster import Cluster

PLACES: Final = 200
_BLOCKS: Final = 120
_STEP: Final = 0.0025
_ROUNDS: Final = 3
_AGREES_S: Final = 2


def measure(home: Path, extract: Path | None) -> dict[str, Any]:
    """Return seconds for `PLACES` squared by both, and their ratio.

    Args:
        home: Folder of a cluster of its own; it is kept. pgRouting has to be installed.
        extract: OpenStreetMap roads, ``None`` for a made-up town of `_BLOCKS` squared blocks.
    """
    network = _of(extract) if extract else _made_up()
    rng = np.random.default_rng(1)
    junctions = rng.choice(np.unique(network.tails[network.is_main]), PLACES, replace=False)
    places = _points(network, junctions)
    ours, times = _best(lambda: road_travel(network, places))
    cluster = Cluster(home)
    cluster.ensure()
    try:
        engine = connect(cluster.url())
        with engine.begin() as connection:
            _fill(connection, network)
            theirs, rows = _best(lambda: _matrix(connection, junctions))
        engine.dispose()
    finally:
        cluster.stop()
    return {
        "pieces": len(network.tails),
        "junctions": network.junctions,
        "places": PLACES,
        "ours_s": round(ours, 3),
        "pgrouting_s": round(theirs, 3),
        "ratio": round(ours / theirs, 2),
        "pairs": len(rows),
        "differing": _differing(times.duration_s, junctions, rows),
    }


def _made_up() -> RoadNetwork:
    rng = np.random.default_rng(2)
    steps = range(_BLOCKS)
    lines = [shapely.LineString([(x * _STEP, y * _STEP) for x in steps]) for y in steps]
    lines += [shapely.LineString([(x * _STEP, y * _STEP) for y in steps]) for x in steps]
    kinds = rng.choice(["residential", "tertiary", "primary"], len(lines), p=[0.7, 0.2, 0.1])
    oneway = rng.random(len(lines)) < 0.2  # noqa: PLR2004 - every fifth street
    closed: list[str | None] = [None] * len(lines)
    return road_network(lines, [str(one) for one in kinds], list(oneway), closed, TravelMode.CAR)


def _of(extract: Path) -> RoadNetwork:
    roads = read_osm(extract).roads
    return road_network(
        list(roads.geometry),
        list(roads.highway),
        list(roads.is_oneway),
        list(roads.access),
        TravelMode.CAR,
    )


def _points(network: RoadNetwork, junctions: Any) -> Any:  # noqa: ANN401 - arrays
    first = {int(node): piece for piece, node in enumerate(network.tails)}
    return [shapely.get_point(network.lines[first[int(one)]], 0) for one in junctions]


def _best(act: Any) -> tuple[float, Any]:  # noqa: ANN401 - whatever it returns
    seconds = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        found = act()
        seconds.append(time.perf_counter() - began)
    return min(seconds), found


def _fill(connection: Connection, network: RoadNetwork) -> None:
    connection.execute(text("CREATE EXTENSION IF NOT EXISTS postgis"))
    connection.execute(text("CREATE EXTENSION IF NOT EXISTS pgrouting"))
    connection.execute(
        text(
            "CREATE TEMPORARY TABLE edge (id bigint, source bigint, target bigint,"
            " cost float8, reverse_cost float8)"
        )
    )
    tenths = np.maximum(np.ceil(10 * network.length_m / network.speed_ms), 1) / 10
    rows = [
        {
            "i": at,
            "s": int(tail),
            "t": int(head),
            "c": float(cost),
            "r": -1.0 if once else float(cost),
        }
        for at, (tail, head, cost, once) in enumerate(
            zip(network.tails, network.heads, tenths, network.is_oneway, strict=True)
        )
    ]
    connection.execute(text("INSERT INTO edge VALUES (:i, :s, :t, :c, :r)"), rows)
    connection.execute(text("ANALYZE edge"))


def _matrix(connection: Connection, junctions: Any) -> Any:  # noqa: ANN401
    return connection.execute(
        text(
            "SELECT start_vid, end_vid, agg_cost FROM pgr_dijkstraCostMatrix("
            "'SELECT id, source, target, cost, reverse_cost FROM edge', CAST(:nodes AS bigint[]))"
        ),
        {"nodes": [int(one) for one in junctions]},
    ).all()


def _differing(times: Any, junctions: Any, rows: Any) -> int:  # noqa: ANN401
    place = {int(node): at for at, node in enumerate(junctions)}
    known = np.full(times.shape, float(UNREACHABLE))
    np.fill_diagonal(known, 0)
    for start, end, cost in rows:
        known[place[start], place[end]] = cost
    return int((np.abs(known - times) > _AGREES_S).sum())
