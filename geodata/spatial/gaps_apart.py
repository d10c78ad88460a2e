"""The same gaps by several processes: footprints classed part by part, on Dask.

Beyond one machine the parts go to workers elsewhere; what joins them, the candidates, is
computed from the missing ones alone, which are few.
"""

from __future__ import annotations

import pandas as pd
from geopandas import GeoDataFrame

from geodata.domain.errors import DomainError
from geodata.domain.footprint import RULES, GapRules
from geodata.spatial.gaps import classes_of, with_candidates


def find_gaps_apart(
    footprints: GeoDataFrame,
    sites: GeoDataFrame,
    *,
    workers: int,
    rules: GapRules = RULES,
    roads: GeoDataFrame | None = None,
    decisions: GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Return what `find_gaps` returns, row for row.

    Args:
        footprints: As in `find_gaps`, with ``town_code``: neighbours in a town
            are classed together.
        sites: As in `find_gaps`.
        workers: Processes, at least one.
        rules: The thresholds.
        roads: As in `find_gaps`.
        decisions: As in `find_gaps`.

    Raises:
        DomainError: ``gap.dask_missing`` where Dask is not installed.
    """
    try:
        # Heavy, and an extra: only who asks for it has to have it.
        from dask.distributed import Client, LocalCluster  # noqa: PLC0415
        from dask_geopandas import from_geopandas  # noqa: PLC0415
    except ImportError as error:
        raise DomainError("gap.dask_missing") from error
    by_town = footprints.sort_values("town_code", kind="stable")
    parts = max(workers, by_town["town_code"].nunique(dropna=False))
    empty = classes_of(footprints.iloc[:0], sites, rules=rules)
    with (
        LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        Client(cluster),  # type: ignore[no-untyped-call]
    ):
        frame = from_geopandas(by_town, npartitions=parts, sort=False)
        classed = frame.map_partitions(
            classes_of, sites, rules=rules, decisions=decisions, meta=empty
        )
        found = classed.compute()
    return with_candidates(found.loc[footprints.index], footprints, rules=rules, roads=roads)
