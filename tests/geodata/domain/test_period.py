"""Periods and deadlines as the notice writes them (S21, S22, S37)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from geodata.domain.errors import DomainError
from geodata.domain.period import SHANGHAI, Period, is_on_time, parse_period, report_deadline


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("11月上旬", date(2017, 11, 1), date(2017, 11, 10)),
        ("11月中旬", date(2017, 11, 11), date(2017, 11, 20)),
        ("11月下旬", date(2017, 11, 21), date(2017, 11, 30)),
        ("12月下旬", date(2017, 12, 21), date(2017, 12, 31)),
        ("11月底", date(2017, 11, 30), date(2017, 11, 30)),
        ("11月底前", date(2017, 11, 1), date(2017, 11, 30)),
        ("11月15日前", date(2017, 11, 1), date(2017, 11, 15)),
        ("11月10日", date(2017, 11, 10), date(2017, 11, 10)),
        ("12月", date(2017, 12, 1), date(2017, 12, 31)),
        ("2020年2月下旬", date(2020, 2, 21), date(2020, 2, 29)),
        (" 2018年2月底 ", date(2018, 2, 28), date(2018, 2, 28)),
    ],
)
def test_a_period_is_read_as_written(text, first, last):
    assert parse_period(text, year=2017) == Period(first, last)


@pytest.mark.parametrize(
    "text", ["", "上旬", "13月上旬", "11月31日前", "2月30日", "十一月上旬", "0月"]
)
def test_what_is_no_period_is_refused(text):
    with pytest.raises(DomainError) as refusal:
        parse_period(text, year=2017)
    assert refusal.value.code == "period.unreadable"
    assert refusal.value.facts == {"text": text}


def test_a_period_without_a_year_needs_one():
    with pytest.raises(DomainError, match=r"period\.unreadable"):
        parse_period("11月上旬")


def test_before_the_fifteenth_includes_the_fifteenth_until_midnight_in_shanghai():
    period = parse_period("11月15日前", year=2017)
    last = datetime(2017, 11, 15, 23, 59, 59, 999_999, SHANGHAI)
    assert last in period
    assert last + timedelta(microseconds=1) not in period
    assert date(2017, 11, 15) in period
    assert date(2017, 11, 16) not in period


def test_a_moment_is_seen_in_shanghai_wherever_it_was_taken():
    period = parse_period("11月15日前", year=2017)
    assert datetime(2017, 11, 15, 15, 59, tzinfo=UTC) in period
    assert datetime(2017, 11, 15, 16, 0, tzinfo=UTC) not in period


def test_a_period_ends_with_the_last_second_of_its_last_day():
    ends_at = parse_period("11月底", year=2017).ends_at
    assert ends_at.isoformat() == "2017-11-30T23:59:59+08:00"


def test_what_is_no_time_lies_in_no_period():
    assert "2017-11-05" not in parse_period("11月上旬", year=2017)


@pytest.mark.parametrize(
    ("submitted_at", "expected"),
    [
        (datetime(2017, 11, 26, 23, 59, 59, tzinfo=SHANGHAI), True),
        (datetime(2017, 11, 26, 23, 59, 59, 999_999, SHANGHAI), True),
        (datetime(2017, 11, 27, 0, 0, 0, tzinfo=SHANGHAI), False),
        (datetime(2017, 11, 26, 15, 59, 59, tzinfo=UTC), True),
        (datetime(2017, 11, 26, 16, 0, 0, tzinfo=UTC), False),
    ],
)
def test_a_report_is_on_time_through_the_whole_26th_though_a_sunday(submitted_at, expected):
    deadline = report_deadline(date(2017, 11, 1))
    assert deadline.date() == date(2017, 11, 26)
    assert deadline.isoweekday() == 7
    assert is_on_time(submitted_at, deadline) is expected


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_has_its_own_26th(month):
    assert report_deadline(date(2018, month, 1)).date() == date(2018, month, 26)
