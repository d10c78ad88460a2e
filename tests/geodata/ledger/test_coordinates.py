"""Where a row says that it lies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.ledger.coordinates import read_coordinates


@pytest.mark.parametrize(
    ("longitude", "latitude"),
    [
        (118.7, 32.0),
        ("118.7", "32"),
        (" 118.7 ", "３２"),
        ("118.7°E", "32°N"),
        ("东经118.7°", "北纬32度"),
    ],
)
def test_two_cells(longitude: str | float, latitude: str | float) -> None:
    reading = read_coordinates(longitude, latitude, "")
    assert (reading.value, reading.code) == ((118.7, 32.0), None)


@pytest.mark.parametrize(
    "both",
    ["118.7,32.0", "118.7，32", "118.7 32.0", "POINT(118.7 32)", "[118.7, 32]", "lng:118.7;lat:32"],
)
def test_one_cell(both: str) -> None:
    reading = read_coordinates("", "", both)
    assert (reading.value, reading.code) == ((118.7, 32.0), None)


def test_one_cell_that_begins_with_the_latitude_is_turned_round_and_told() -> None:
    reading = read_coordinates("", "", "32.0,118.7")
    assert (reading.value, reading.code) == ((118.7, 32.0), "listing.coordinates_order")


def test_two_cells_are_never_turned_round() -> None:
    assert read_coordinates("32.0", "118.7", "").value == (32.0, 118.7)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (("", "", ""), None),
        (("暂无", "暂无", ""), "value.unreported"),
        (("", "", "未知"), "value.unreported"),
        (("118.7", "", ""), "listing.coordinates_unreadable"),
        (("nan", "nan", ""), "value.unreported"),
        (("inf", "32", ""), "listing.coordinates_unreadable"),
        (("118°18'0\"", "32", ""), "listing.coordinates_unreadable"),
        (("", "", "118.7"), "listing.coordinates_unreadable"),
        (("", "", "某路1号"), "listing.coordinates_unreadable"),
    ],
)
def test_no_position(cells: tuple[str, str, str], code: str | None) -> None:
    reading = read_coordinates(*cells)
    assert (reading.value, reading.code) == (None, code)


@given(st.text() | st.floats(), st.text() | st.floats(), st.text())
def test_a_position_is_always_two_finite_numbers(
    longitude: str | float, latitude: str | float, both: str
) -> None:
    value = read_coordinates(longitude, latitude, both).value
    assert value is None or all(abs(one) < float("inf") for one in value)
