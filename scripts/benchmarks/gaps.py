"""Finding the buildings that the ledger misses: our engines beside what one would write at once.

All in one run over the same made-up ground: sites in a grid, fifty houses round each, every
twentieth of them outside; once stored house beside house, once shuffled, since the files that one
gets lie somewhere between. The contenders answer the plainest question, which houses lie within
no site; ours tell share, class and reason besides. Whoever finds another set of ids is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import geopandas
import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine, text

from geodata.domain.footprint import FootprintClass
from geodata.spatial.gaps import find_gaps
from geodata.store.migrate import upgrade
from geodata.store.queries.gap_frames import gap_frames
from geodata.store.session import connect, reading
from scripts.benchmarks.own_key import own_key
from scripts.cluster import Cluster

SITES: Final = 20_000
DISTRICT: Final = "370306"
ORDERS: Final = {"sorted": "i", "shuffled": "hashint8(i), i"}
_SQL: Final = Path(__file__).with_suffix(".sql")
_ANTI_JOIN: Final = (
    "SELECT f.id FROM footprint AS f WHERE NOT EXISTS"
    " (SELECT FROM site AS s WHERE ST_Within(f.geom, s.geom))"
)
_MOST_IN_MEMORY: Final = 2_000_000
"""Frames of more take what an office's server has not got."""
_ALONE: Final = "SET LOCAL max_parallel_workers_per_gather = 0"
_OURS: Final = (
    "SELECT n.id FROM footprint_findings(ARRAY(SELECT id FROM footprint)) AS n"
    " WHERE (n.found)[1] = 'missing'"
)
Ids = set[int]


def measure(home: Path, sizes: list[int]) -> list[dict[str, Any]]:
    """Return the seconds of each contender and the ratios, for each size and order of rows.

    Args:
        home: Folder of a cluster of its own; it is kept.
        sizes: Numbers of footprints.
    """
    cluster = Cluster(home)
    own_key(home)
    cluster.ensure()
    try:
        upgrade(cluster.url())
        engine = connect(cluster.url())
        found = [_measured(engine, size, order) for size in sizes for order in ORDERS]
        engine.dispose()
    finally:
        cluster.stop()
    return found


def _measured(engine: Engine, size: int, order: str) -> dict[str, Any]:
    told = {"{sites}": str(SITES), "{houses}": str(size), "{order}": ORDERS[order]}
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in _SQL.read_text("utf-8").split(";\n"):
            if statement.strip():
                for name, value in told.items():
                    statement = statement.replace(name, value)  # noqa: PLW2901 - filled in
                connection.exec_driver_sql(statement.replace("%", "%%"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in ("footprint", "site"):
            connection.exec_driver_sql(f"VACUUM (ANALYZE) {table}")
    contenders: dict[str, Callable[[], Ids]] = {
        "postgis_ours": lambda: _ids(engine, _OURS),
        "memory_ours": lambda: _in_memory(engine),
        "geopandas_sjoin": lambda: _with_geopandas(engine),
        "postgis_anti_join": lambda: _ids(engine, _ANTI_JOIN),
        "anti_join_one_process": lambda: _ids(engine, _ANTI_JOIN, _ALONE),
    }
    if size > _MOST_IN_MEMORY:
        del contenders["memory_ours"], contenders["geopandas_sjoin"]
    seconds: dict[str, float] = {}
    answers: dict[str, Ids] = {}
    for name, find in contenders.items():
        began = time.perf_counter()
        answers[name] = find()
        seconds[name] = round(time.perf_counter() - began, 2)
    return {
        "footprints": size,
        "rows": order,
        "sites": SITES,
        "missing": len(answers["postgis_ours"]),
        "seconds": seconds,
        "ours_us_each": round(1e6 * seconds["postgis_ours"] / size, 2),
        "anti_join_to_ours": _ratio(seconds, "postgis_anti_join", "postgis_ours"),
        "anti_join_alone_to_ours": _ratio(seconds, "anti_join_one_process", "postgis_ours"),
        "geopandas_to_ours": _ratio(seconds, "geopandas_sjoin", "postgis_ours"),
        "geopandas_to_memory": _ratio(seconds, "geopandas_sjoin", "memory_ours"),
        "same_ids": all(one == answers["postgis_ours"] for one in answers.values()),
    }


def _ratio(seconds: dict[str, float], one: str, to: str) -> float | None:
    return round(seconds[one] / seconds[to], 2) if one in seconds else None


def _ids(engine: Engine, query: str, *settings: str) -> Ids:
    with engine.connect() as connection:
        for setting in settings:
            connection.exec_driver_sql(setting)
        return set(connection.scalars(text(query)))


def _in_memory(engine: Engine) -> Ids:
    with reading(engine) as session:
        frames = gap_frames(session, DISTRICT)
    found = find_gaps(frames.footprints, frames.sites)
    return set(found.index[found["gap_class"] == FootprintClass.MISSING].tolist())


def _with_geopandas(engine: Engine) -> Ids:
    with engine.connect() as connection:
        houses = _read(connection, "SELECT id, geom FROM footprint")
        sites = _read(connection, "SELECT id AS site, geom FROM site")
    joined = geopandas.sjoin(houses, sites, how="left", predicate="within")
    return set(joined.loc[joined["site"].isna(), "id"].astype(np.int64).tolist())


def _read(connection: Connection, query: str) -> Any:  # noqa: ANN401 - a GeoDataFrame
    return geopandas.read_postgis(query, connection, geom_col="geom")


def report(found: list[dict[str, Any]]) -> str:
    """Return the figures as a page of Markdown."""
    rows = [
        {
            "footprints": f"{one['footprints']:,}",
            "rows": one["rows"],
            "missing": f"{one['missing']:,}",
            **{name: f"{value:.2f}" for name, value in one["seconds"].items()},
            "ours, µs each": one["ours_us_each"],
            "anti-join : ours": one["anti_join_to_ours"],
            "alone : ours": one["anti_join_alone_to_ours"],
            "geopandas : ours": one["geopandas_to_ours"],
            "geopandas : memory": one["geopandas_to_memory"],
            "same ids": "yes" if one["same_ids"] else "NO",
        }
        for one in found
    ]
    frame = pd.DataFrame(rows).fillna("—")
    head = " | ".join(frame.columns)
    lines = [f"| {head} |", "|" + "---:|" * len(frame.columns)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in frame.itertuples(index=False)]
    title = f"# Gaps: which of the footprints lie in none of {SITES:,} sites\n\n"
    note = (
        "Seconds in one run; geopandas and memory with loading. Ours in PostGIS tells share, class"
        " and reason of each footprint besides; the anti-join only which lie within no site, in"
        " three processes or, alone, in one.\n\n"
    )
    return title + note + "\n".join(lines) + "\n"
