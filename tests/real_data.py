"""Files of real places that tests read but the repository does not hold.

They lie in ``shared/data`` beside the checkout, or where ``FUGAI_REAL_DATA`` says.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = Path(
    os.environ.get("FUGAI_REAL_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
)

needs_real_data = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="no folder of real data: set FUGAI_REAL_DATA"
)
"""Marks a test, or a module by ``pytestmark``; a file that is missing there fails the test."""

LISTING_WITH_PLACES = FOLDER / "listings" / "beijing_2019_lonlat_bd09.csv"
LISTING_WITH_COMPANIES = FOLDER / "listings" / "beijing_2018_property_company.csv"
WANGJING = FOLDER / "osm" / "cn_chaoyang_wangjing.osm.pbf"
BAYREUTH = FOLDER / "osm" / "north-bayreuth.osm.pbf"
SUZHOU = FOLDER / "footprints" / "suzhou_buildings_floor_height.geojson"
DIVISIONS = FOLDER / "divisions" / "zhoucun_370306.csv"
DATUMS = FOLDER / "coordinates" / "places_wgs84_gcj02_bd09.csv"
ROUTING = FOLDER / "routing"
