"""One cell, as people write it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.domain.errors import Severity
from geodata.ledger.values import (
    READERS,
    as_text,
    read_count,
    read_decimal,
    read_fee,
    read_phone,
    read_text,
    read_tick,
    read_year,
    read_yes_no,
)


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        (5.0, 5, None),
        ("5", 5, None),
        ("5.0", 5, None),
        ("５", 5, None),
        ("5栋", 5, "value.unit_taken_off"),
        ("共5幢", 5, "value.unit_taken_off"),
        ("约300户", 300, "value.unit_taken_off"),
        ("1,124 户", 1124, "value.unit_taken_off"),
        ("12(栋)", 12, "value.unit_taken_off"),
        ("", None, None),
        ("暂无", None, "value.unreported"),
        ("若干", None, "value.not_a_number"),
        ("12.5", None, "value.not_whole"),
        ("-3", None, "value.negative"),
        ("99999999999999", None, "value.too_large"),
        ("1e400", None, "value.too_large"),
    ],
)
def test_counts(cell: str | float, value: int | None, code: str | None) -> None:
    reading = read_count(cell)
    assert (reading.value, reading.code) == (value, code)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1.2万平方米", 12_000),
        ("3.15万㎡", 31_500),
        ("2万平", 20_000),
        ("5000㎡", 5000),
        ("5000 m²", 5000),
        (1234.5, 1234.5),
    ],
)
def test_areas(cell: str | float, value: float) -> None:
    assert read_decimal(cell).value == value


def test_a_conversion_from_ten_thousands_is_a_warning() -> None:
    assert read_decimal("1.2万平方米").severity is Severity.WARNING


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ("2.38元/平米/月", (2.38, 2.38), "value.unit_taken_off"),
        ("1.14至2.48元/平米/月", (1.14, 2.48), "value.range"),
        ("1.2-1.8元/㎡·月", (1.2, 1.8), "value.range"),
        ("1.5元/月/㎡", (1.5, 1.5), "value.unit_taken_off"),
        ("1.5元每平方米每月", (1.5, 1.5), "value.unit_taken_off"),
        ("0.5元~0.8元", (0.5, 0.8), "value.range"),
        ("0.8", (0.8, 0.8), None),
        ("暂无信息", None, "value.unreported"),
        ("2.48至1.14元", None, "value.range_reversed"),
        ("3000元/平米", None, "value.fee_too_high"),
        ("1至60", None, "value.fee_too_high"),
        ("面议", None, "value.not_a_number"),
    ],
)
def test_fees(cell: str, value: tuple[float, float] | None, code: str | None) -> None:
    reading = read_fee(cell)
    assert (reading.value, reading.code) == (value, code)


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        (1998.0, 1998, None),
        ("1998年", 1998, "value.unit_taken_off"),
        ("1998年建成", 1998, "value.unit_taken_off"),
        ("建于1998年", 1998, "value.unit_taken_off"),
        ("2005-06", 2005, "value.unit_taken_off"),
        (date(2005, 6, 1), 2005, "value.unit_taken_off"),
        ("98年", 1998, "value.short_year"),
        ("05年", 2005, "value.short_year"),
        ("未知年建成", None, "value.unreported"),
        ("1899", None, "value.not_a_year"),
        ("2999", None, "value.not_a_year"),
        ("九十年代", None, "value.not_a_year"),
    ],
)
def test_years(cell: str | float | date, value: int | None, code: str | None) -> None:
    reading = read_year(cell)
    assert (reading.value, reading.code) == (value, code)


@pytest.mark.parametrize(("cell", "value"), [("是", True), ("否", False), ("", None)])
def test_yes_or_no(cell: str, value: object) -> None:
    assert read_yes_no(cell).value is value
    assert read_yes_no(cell).code is None


def test_a_boolean_cell_is_a_yes_or_a_tick() -> None:
    assert read_yes_no(cell=True).value is True
    assert read_tick(cell=True).value is True


@pytest.mark.parametrize(("cell", "phone"), [(1.39e10, "13900000000"), ("0533-123", "0533-123")])
def test_phones_keep_their_digits(cell: str | float, phone: str) -> None:
    assert read_phone(cell).value == phone


def test_long_text_is_cut_and_told() -> None:
    reading = read_text("路" * 600)
    assert (len(reading.value or ""), reading.code) == (500, "value.text_cut")


def test_text_loses_what_no_person_sees() -> None:
    assert as_text("\ufeff和平\u3000 小区\x00\n") == "和平 小区"
    assert as_text(1111027375142.0) == "1111027375142"


@given(st.text() | st.floats() | st.booleans() | st.dates())
def test_no_cell_stops_a_reader(cell: str | float | date) -> None:
    for read in READERS.values():
        reading = read(cell)
        assert reading.value is None or reading.code is None or isinstance(reading.code, str)
