"""Datums of coordinates in China."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from geodata.domain.errors import DomainError
from geodata.spatial.datum import Datum, from_cgcs2000, is_in_china, parse_datum, to_cgcs2000
from tests.real_data import DATUMS, needs_real_data

Degrees = NDArray[np.float64]
Places = dict[str, tuple[Degrees, Degrees]]
_M_PER_DEGREE = 111_320.0


def _metres(a: tuple[Degrees, Degrees], b: tuple[Degrees, Degrees]) -> Degrees:
    east = (a[0] - b[0]) * np.cos(np.radians(a[1]))
    return np.hypot(east, a[1] - b[1]) * _M_PER_DEGREE


@pytest.fixture(scope="module")
def places() -> Places:
    """166 places in three datums, worked out by somebody else."""
    with DATUMS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    def column(name: str) -> Degrees:
        return np.array([float(row[name]) for row in rows])

    return {
        datum: (column(f"{datum}_lon"), column(f"{datum}_lat"))
        for datum in ("wgs84", "gcj02", "bd09")
    }


@needs_real_data
def test_gcj02_of_known_places_within_a_metre(places: Places) -> None:
    assert len(places["wgs84"][0]) == 166
    found = from_cgcs2000(*places["wgs84"], Datum.GCJ02)
    assert _metres(found, places["gcj02"]).max() < 1.0


@needs_real_data
def test_known_places_come_back_from_gcj02_within_a_metre(places: Places) -> None:
    found = to_cgcs2000(*places["gcj02"], Datum.GCJ02)
    assert _metres(found, places["wgs84"]).max() < 1.0


@needs_real_data
def test_bd09_of_known_gcj02_places_within_20_cm(places: Places) -> None:
    here = to_cgcs2000(*places["gcj02"], Datum.GCJ02)
    assert _metres(from_cgcs2000(*here, Datum.BD09), places["bd09"]).max() < 0.2


@needs_real_data
def test_bd09_of_known_places_comes_back_within_a_metre(places: Places) -> None:
    found = to_cgcs2000(*places["bd09"], Datum.BD09)
    assert _metres(found, places["wgs84"]).max() < 1.2


@given(
    st.floats(73.5, 135.5),
    st.floats(3.5, 53.5),
    st.sampled_from(Datum),
)
def test_there_and_back_within_a_millimetre(
    longitude: float, latitude: float, datum: Datum
) -> None:
    here = np.array([longitude]), np.array([latitude])
    back = to_cgcs2000(*from_cgcs2000(*here, datum), datum)
    assert _metres(back, here).max() < 0.001


@pytest.mark.parametrize(("datum", "least_m"), [(Datum.GCJ02, 100), (Datum.BD09, 500)])
def test_a_shifted_datum_is_hundreds_of_metres_away(datum: Datum, least_m: float) -> None:
    here = np.array([117.8681]), np.array([36.8039])
    shifted = _metres(from_cgcs2000(*here, datum), here)[0]
    assert least_m < shifted < 2000


def test_wgs84_is_taken_as_cgcs2000() -> None:
    here = np.array([117.8681]), np.array([36.8039])
    assert to_cgcs2000(*here, Datum.WGS84) == here


def test_no_position_stays_no_position_beside_others() -> None:
    x, y = to_cgcs2000(np.array([np.nan, 117.8]), np.array([np.nan, 36.8]), Datum.BD09)
    assert np.isnan([x[0], y[0]]).all()
    assert np.isfinite([x[1], y[1]]).all()


def test_an_empty_list_of_positions_is_converted() -> None:
    assert to_cgcs2000(np.array([]), np.array([]), Datum.BD09)[0].shape == (0,)


def test_outside_the_box_nothing_is_shifted() -> None:
    here = np.array([11.57]), np.array([49.94])
    assert not is_in_china(*here)[0]
    assert from_cgcs2000(*here, Datum.GCJ02) == here


@pytest.mark.parametrize("text", ["BD-09", "bd09", " Bd09 "])
def test_a_datum_is_known_by_its_usual_names(text: str) -> None:
    assert parse_datum(text) is Datum.BD09


def test_an_unknown_datum_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(DomainError) as refusal:
        parse_datum("beijing54")
    assert refusal.value.code == "datum.unknown"
    assert refusal.value.facts["known"] == ["cgcs2000", "wgs84", "gcj02", "bd09"]
