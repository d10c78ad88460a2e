"""Which buildings lie in no site of the ledger, for frames in memory.

The database runs the same definition set by set (`geodata/store/sql/091_footprint_classes.sql`,
`092_gap_candidates.sql`); tests hold the two against each other.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from geodata.domain.footprint import (
    CLASS_DECIDED,
    REMEMBERED_SHARE,
    RULES,
    ClassReason,
    FootprintClass,
    FootprintFacts,
    GapRules,
    class_of,
)
from geodata.domain.gap import GapDecision
from geodata.spatial.clusters import cluster

Shapes = NDArray[Any]
Floats = NDArray[np.float64]

_EQUATOR_M: Final = 6_378_137.0
_FLATTENING: Final = 1 / 298.257222101
"""Of CGCS2000 (GRS80)."""
_ECCENTRICITY_2: Final = _FLATTENING * (2 - _FLATTENING)
_HALF_TURN: Final = 90.0


def find_gaps(
    footprints: GeoDataFrame,
    sites: GeoDataFrame,
    *,
    rules: GapRules = RULES,
    roads: GeoDataFrame | None = None,
    decisions: GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Return what each footprint is to the ledger, and which of the missing ones belong together.

    A footprint lies in sites by the share of its area inside all of them together; it is that of
    the site with the largest share. A site that has only a point holds the footprint that it
    stands in. No outline stops the run: what crosses itself is made whole, and what has no area,
    or lies off the globe, is `FootprintClass.UNUSABLE`.

    Args:
        footprints: (Multi)polygons in degrees (EPSG:4490), of any quality; ``use`` and
            ``floors`` where known.
        sites: Valid polygons or points in degrees; ``site_id``, all listed.
        rules: The thresholds.
        roads: Lines in degrees with ``highway``; main ones part candidates.
        decisions: Outlines in degrees with ``decision`` (`GapDecision`), the latest last.

    Returns:
        In the order and with the index of ``footprints``: ``gap_class``, ``gap_reason``,
        ``site_id`` (missing where none), ``site_share`` (0-1), ``candidate`` (a number from 0 in
        the order of the first footprint, missing where the class is not `FootprintClass.MISSING`).
    """
    result = classes_of(footprints, sites, rules=rules, decisions=decisions)
    return with_candidates(result, footprints, rules=rules, roads=roads)


def classes_of(
    footprints: GeoDataFrame,
    sites: GeoDataFrame,
    *,
    rules: GapRules = RULES,
    decisions: GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Return what each footprint is to the ledger; as `find_gaps`, without ``candidate``.

    Footprints do not look at each other here, so that parts of them can be classed apart.
    """
    outlines = usable_outlines(footprints.geometry.to_numpy())
    held, share = _held(outlines, sites, rules.min_share)
    stands = _standing(outlines, sites)
    found = _classes(
        share=share,
        stands=stands,
        decided=_decided(outlines, decisions),
        areas=areas_m2(outlines),
        told=footprints,
        rules=rules,
    )
    result = pd.DataFrame(found, index=footprints.index, columns=["gap_class", "gap_reason"])
    by_share = (result["gap_reason"] == ClassReason.SHARE).to_numpy()
    by_point = (result["gap_reason"] == ClassReason.POINT).to_numpy()
    site_ids = np.where(by_share, held, np.where(by_point, stands, np.nan))
    result["site_id"] = pd.array(site_ids, dtype="Float64").astype("Int64")
    result["site_share"] = share
    return result


def with_candidates(
    classes: pd.DataFrame,
    footprints: GeoDataFrame,
    *,
    rules: GapRules = RULES,
    roads: GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Return classes with the ``candidate`` of each missing footprint; as `find_gaps`.

    Args:
        classes: As `classes_of` returns them, in the order of the footprints.
        footprints: The same.
        rules: The thresholds.
        roads: Lines in degrees with ``highway``.
    """
    missing = np.flatnonzero(classes["gap_class"] == FootprintClass.MISSING)
    outlines = usable_outlines(footprints.geometry.to_numpy()[missing])
    labels = np.full(len(classes), np.nan)
    labels[missing] = cluster(outlines, rules.join_within_m, roads)
    return classes.assign(candidate=pd.array(labels, dtype="Float64").astype("Int64"))


def usable_outlines(shapes: Shapes) -> Shapes:
    """Return outlines flat and valid; what is no area, or off the globe, as empty polygons."""
    empty = shapely.MultiPolygon()
    flat: Shapes = shapely.force_2d(shapes)
    flat[shapely.is_missing(shapes)] = empty
    broken = ~shapely.is_valid(flat)
    if broken.any():
        flat[broken] = [_areas_of(one) for one in shapely.make_valid(flat[broken])]
    west, south, east, north = shapely.bounds(flat).T
    lies_off = (np.abs([south, north]) > _HALF_TURN) | (np.abs([west, east]) > 2 * _HALF_TURN)
    is_area = np.isin(shapely.get_type_id(flat), (3, 6))
    flat[lies_off.any(axis=0) | ~is_area] = empty
    return flat


def areas_m2(outlines: Shapes) -> Floats:
    """Return the areas of outlines in degrees (EPSG:4490) in square metres.

    By the size of a square degree of the ellipsoid at the middle latitude: for outlines of
    buildings within a hundred-thousandth of the geodesic area.
    """
    bounds = shapely.bounds(outlines)
    latitude = np.radians((bounds[:, 1] + bounds[:, 3]) / 2)
    flatness = 1 - _ECCENTRICITY_2 * np.sin(latitude) ** 2
    along = _EQUATOR_M * (1 - _ECCENTRICITY_2) / flatness**1.5
    across = _EQUATOR_M / np.sqrt(flatness) * np.cos(latitude)
    per_degree = np.radians(1) ** 2 * along * across
    areas: Floats = np.nan_to_num(shapely.area(outlines) * per_degree)
    return areas


def _areas_of(shape: Any) -> Any:  # noqa: ANN401 - any geometry
    parts = [one for one in shapely.get_parts(shape) if shapely.get_dimensions(one) == 2]  # noqa: PLR2004
    return shapely.MultiPolygon([each for one in parts for each in shapely.get_parts(one)])


def _held(outlines: Shapes, sites: GeoDataFrame, min_share: float) -> tuple[Floats, Floats]:
    """Return the site that holds most of each outline (NaN for none), and the share in all."""
    areas = sites[sites.geometry.geom_type.isin(["Polygon", "MultiPolygon"])]
    shapes, ids = areas.geometry.to_numpy(), areas["site_id"].to_numpy(float)
    held, share = np.full(len(outlines), np.nan), np.zeros(len(outlines))
    at, of = shapely.STRtree(shapes).query(outlines, predicate="intersects")
    if not len(at):
        return held, share
    shapely.prepare(shapes)
    inside = np.ones(len(at))
    cut = ~shapely.covers(shapes[of], outlines[at])
    whole = shapely.area(outlines[at[cut]])
    inside[cut] = shapely.area(shapely.intersection(outlines[at[cut]], shapes[of[cut]])) / whole
    order = np.lexsort((ids[of], -inside, at))
    at, of, inside = at[order], of[order], inside[order]
    first = np.flatnonzero(np.r_[True, at[1:] != at[:-1]])
    held[at[first]], share[at[first]] = ids[of[first]], inside[first]
    counts = np.diff(np.r_[first, len(at)])
    for start, count in zip(first[counts > 1], counts[counts > 1], strict=True):
        if inside[start] < min_share:
            # Neighbours hold it together; ground that they both claim counts once.
            one = outlines[at[start]]
            shared = shapely.union_all(shapes[of[start : start + count]])
            share[at[start]] = shapely.intersection(one, shared).area / one.area
    return held, share


def _standing(outlines: Shapes, sites: GeoDataFrame) -> Floats:
    """Return the site of which only a point is known, in each outline; NaN for none."""
    points = sites[sites.geometry.geom_type == "Point"].sort_values("site_id")
    stands = np.full(len(outlines), np.nan)
    if len(points):
        of, at = shapely.STRtree(outlines).query(points.geometry.to_numpy(), predicate="within")
        # The smallest id is written last, and stays.
        stands[at[::-1]] = points["site_id"].to_numpy(float)[of[::-1]]
    return stands


def _decided(outlines: Shapes, decisions: GeoDataFrame | None) -> NDArray[np.object_]:
    decided = np.full(len(outlines), None, dtype=object)
    if decisions is None or decisions.empty:
        return decided
    shapes = decisions.geometry.to_numpy()
    classes = [CLASS_DECIDED.get(GapDecision(one)) for one in decisions["decision"]]
    at, of = shapely.STRtree(shapes).query(outlines, predicate="intersects")
    larger = np.maximum(shapely.area(outlines[at]), shapely.area(shapes[of]))
    alike = (
        shapely.area(shapely.intersection(outlines[at], shapes[of])) >= REMEMBERED_SHARE * larger
    )
    for one, decision in sorted(zip(at[alike], of[alike], strict=True), key=lambda pair: pair[1]):
        if classes[decision] is not None:
            decided[one] = classes[decision]
    return decided


def _classes(
    *,
    share: Floats,
    stands: Floats,
    decided: NDArray[np.object_],
    areas: Floats,
    told: GeoDataFrame,
    rules: GapRules,
) -> list[tuple[FootprintClass, ClassReason]]:
    """Ask the rule once for each combination of facts that makes a difference."""
    bounds = [0, rules.min_area_m2, rules.one_storey_m2, rules.max_area_m2]
    # 0 for no area at all, then from bound to bound; the last bound itself is still a building.
    sizes = np.searchsorted(bounds, areas, side="right")
    sizes[areas == 0], sizes[areas == rules.max_area_m2] = 0, 3
    examples = np.array([0.0, 0.0, rules.min_area_m2, rules.one_storey_m2, np.inf])
    examples[1] = rules.min_area_m2 / 2
    frame = pd.DataFrame(
        {
            "inside": share >= rules.min_share,
            "stands": ~np.isnan(stands),
            "decided": decided,
            "use": _column(told, "use"),
            "low": _column(told, "floors") == 1,
            "size": sizes,
        }
    )
    codes, kinds = pd.factorize(pd.MultiIndex.from_frame(frame))
    answers = [
        class_of(
            FootprintFacts(
                share=1.0 if inside else 0.0,
                holds_point=holds,
                decided=None if pd.isna(chosen) else chosen,
                use=None if pd.isna(use) else use,
                area_m2=float(examples[size]) or None,
                floors=1 if low else None,
            ),
            rules,
        )
        for inside, holds, chosen, use, low, size in kinds
    ]
    return [answers[code] for code in codes]


def _column(frame: GeoDataFrame, name: str) -> NDArray[np.object_]:
    if name not in frame:
        return np.full(len(frame), None, dtype=object)
    column = frame[name].astype(object)
    return column.where(column.notna(), None).to_numpy()
