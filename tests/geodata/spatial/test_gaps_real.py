"""Houses left out of the ledger of real places are all found, and nothing else is."""

from __future__ import annotations

from random import Random

import pandas as pd
import pytest
from geopandas import GeoDataFrame

from geodata.domain.footprint import FootprintClass
from geodata.spatial.gaps import find_gaps
from geodata.spatial.osm import read_osm
from tests.real_data import BAYREUTH, WANGJING, needs_real_data

pytestmark = needs_real_data


def _sites(areas: GeoDataFrame, houses: GeoDataFrame) -> GeoDataFrame:
    """Mapped residential areas, and houses that are sites of their own."""
    shapes = pd.concat([areas[["geometry"]], houses[["geometry"]]], ignore_index=True)
    frame = GeoDataFrame(shapes, geometry="geometry", crs="EPSG:4490")
    return frame.assign(site_id=range(1, len(frame) + 1))


@pytest.mark.parametrize("extract", [WANGJING, BAYREUTH], ids=["wangjing", "bayreuth"])
def test_thirty_houses_left_out_are_found_and_none_inside_a_community(extract):
    found = read_osm(extract)
    areas = found.landuse[found.landuse["kind"] == "residential"]
    first = find_gaps(found.footprints, _sites(areas, found.footprints.iloc[:0]))
    houses = found.footprints[(first["gap_class"] == FootprintClass.MISSING).to_numpy()]
    assert len(houses) > 100
    left_out = set(Random(30).sample(list(houses.index), 30))
    listed = houses[~houses.index.isin(left_out)]
    second = find_gaps(found.footprints, _sites(areas, listed), roads=found.roads)
    missing = set(second.index[second["gap_class"] == FootprintClass.MISSING])
    # A house drawn twice in the map, or over another, lies in the one that is listed.
    over = {one for one in left_out if houses.loc[[one]].sjoin(listed, predicate="intersects").size}
    assert left_out - over <= missing <= left_out
    assert len(left_out - over) >= 20
    outside = second.loc[list(missing), "site_share"]
    assert (outside < 0.5).all()
    assert second.loc[list(missing), "candidate"].notna().all()
