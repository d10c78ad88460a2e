"""Coordinate systems by every name that files give them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from geodata.domain.errors import DomainError
from geodata.spatial.doctor import distance_m
from geodata.spatial.systems import (
    BD09,
    CGCS2000,
    FIRST_ZONE,
    GCJ02,
    LAST_ZONE,
    parse_system,
    system_of_crs,
    zone,
)

ESRI_PRJ = (
    'PROJCS["my zone",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",{easting}],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",117.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


@pytest.mark.parametrize(("code", "east"), [("EPSG:4548", 577469.860), ("EPSG:4527", 39577469.860)])
def test_a_known_place_stands_where_conventions_say(code: str, east: float) -> None:
    x, y = parse_system(code).from_cgcs2000(np.array([117.8681]), np.array([36.8039]))
    assert (round(float(x[0]), 3), round(float(y[0]), 3)) == (east, 4075100.222)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("wgs84", "EPSG:4490"),
        ("CGCS2000", "EPSG:4490"),
        ("EPSG:4326", "EPSG:4490"),
        ("gcj-02", "GCJ-02"),
        ("BD09", "BD-09"),
        ("4527", "EPSG:4527"),
        ("epsg:4549", "EPSG:4549"),
        ("EPSG:3857", "EPSG:3857"),
    ],
)
def test_a_system_is_known_by_its_usual_names(text: str, label: str) -> None:
    assert parse_system(text).label == label


@pytest.mark.parametrize("text", ["beijing54", "EPSG:999999", "", "auto", "4527; drop"])
def test_an_unknown_system_is_refused(text: str) -> None:
    with pytest.raises(DomainError) as refusal:
        parse_system(text)
    assert refusal.value.code == "crs.unknown"


@pytest.mark.parametrize(("easting", "code"), [("500000.0", 4548), ("39500000.0", 4527)])
def test_a_zone_that_a_program_spells_out_is_recognised(easting: str, code: int) -> None:
    found = system_of_crs(CRS.from_wkt(ESRI_PRJ.format(easting=easting)))
    assert found == parse_system(str(code))


def test_a_file_that_names_no_known_system_has_none() -> None:
    assert system_of_crs(None) is None
    assert system_of_crs("what is this") is None
    assert (
        system_of_crs(
            'ENGCRS["x",EDATUM[""],CS[Cartesian,2],AXIS["E",east],AXIS["N",north],LENGTHUNIT["metre",1]]'
        )
        is None
    )


@pytest.mark.parametrize("code", [2437, 2383, 4610, 4214])
def test_old_national_datums_are_refused_not_left_a_hundred_metres_off(code: int) -> None:
    for find in (lambda: parse_system(str(code)), lambda: system_of_crs(CRS.from_epsg(code))):
        with pytest.raises(DomainError) as refusal:
            find()
        assert refusal.value.code == "crs.unpublished"


@given(
    st.floats(73.5, 135.5),
    st.floats(3.5, 53.5),
    st.sampled_from([GCJ02, BD09]),
)
def test_degrees_come_back_within_a_millimetre(x: float, y: float, system: object) -> None:
    here = np.array([x]), np.array([y])
    back = system.to_cgcs2000(*system.from_cgcs2000(*here))  # type: ignore[attr-defined]
    assert distance_m(np.column_stack(here), np.column_stack(back)).max() < 0.001


@given(
    st.integers(FIRST_ZONE, LAST_ZONE), st.floats(-1.5, 1.5), st.floats(3.5, 53.5), st.booleans()
)
def test_zones_come_back_within_a_millimetre(
    number: int,
    east: float,
    latitude: float,
    has_prefix: bool,  # noqa: FBT001
) -> None:
    system = zone(number, has_prefix=has_prefix)
    here = np.array([3.0 * number + east]), np.array([latitude])
    back = system.to_cgcs2000(*system.from_cgcs2000(*here))
    assert distance_m(np.column_stack(here), np.column_stack(back)).max() < 0.001


def test_numbers_that_cannot_be_of_a_system_are_no_positions() -> None:
    for system in (CGCS2000, zone(39, has_prefix=False), zone(39, has_prefix=True)):
        x, _ = system.to_cgcs2000(np.array([4.07e6, np.nan]), np.array([577469.0, np.nan]))
        assert np.isnan(x).all(), system.label
