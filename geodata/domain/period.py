"""Periods and deadlines as the notice writes them, inclusive, in Asia/Shanghai (S21, S22, S37)."""

from __future__ import annotations

import os
import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from geodata.domain.errors import DomainError

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
REPORT_DAY: Final = 26
"""The monthly report is due on this day of its own month, Sundays included (S37)."""

_MONTH: Final = r"(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月"
_PERIOD: Final = re.compile(rf"^{_MONTH}(?P<part>上旬|中旬|下旬|底前?|(?P<day>\d{{1,2}})日前?)?$")


@dataclass(frozen=True, slots=True)
class Period:
    """A run of days.

    Attributes:
        first_on: First day.
        last_on: Last day, inclusive.
    """

    first_on: date
    last_on: date

    def __contains__(self, moment: object) -> bool:
        """Tell whether a date, or an aware time seen in Shanghai, lies in the period."""
        if isinstance(moment, datetime):
            moment = moment.astimezone(SHANGHAI).date()
        return isinstance(moment, date) and self.first_on <= moment <= self.last_on

    @property
    def ends_at(self) -> datetime:
        """The last second of the period, aware, in Shanghai."""
        return end_of(self.last_on)


CLOCK_VARIABLE: Final = "FUGAI_NOW"
"""Sets the clock of tests and demonstrations: an ISO moment, Shanghai's where it names no zone."""


def now() -> datetime:
    """Return the moment it is in Shanghai, wherever the server stands.

    Raises:
        DomainError: ``period.clock`` where `CLOCK_VARIABLE` says something else than a moment.
    """
    told = os.environ.get(CLOCK_VARIABLE)
    if not told:
        return datetime.now(SHANGHAI)
    try:
        moment = datetime.fromisoformat(told)
    except ValueError as error:
        raise DomainError("period.clock", value=told) from error
    return moment.replace(tzinfo=moment.tzinfo or SHANGHAI).astimezone(SHANGHAI)


def today() -> date:
    """Return the day it is in Shanghai."""
    return now().date()


def month_of(text: str) -> date:
    """Read a month such as 2017-11 as its first day.

    Raises:
        DomainError: ``period.unreadable`` with the text.
    """
    try:
        return datetime.strptime(text.strip(), "%Y-%m").replace(tzinfo=SHANGHAI).date()
    except ValueError as error:
        raise DomainError("period.unreadable", text=text) from error


def last_day_of(month: date) -> date:
    """Return the last day of the month that a day lies in."""
    return month.replace(day=_last_day(month))


def last_month_end(day: date) -> date:
    """Return the last day of the month before a day's."""
    return day.replace(day=1) - timedelta(days=1)


def end_of(day: date) -> datetime:
    """Return the last second of a day in Shanghai."""
    return datetime.combine(day, time(23, 59, 59), SHANGHAI)


def parse_period(text: str, *, year: int | None = None) -> Period:
    """Read a period such as 11月上旬, 2017年12月底, 11月15日前.

    上旬 is 1-10, 中旬 11-20, 下旬 21 to the end; N日前 runs from the first of the month to the
    Nth inclusive; 月底 is the month's last day, 月底前 the month up to it.

    Args:
        text: As the notice writes it.
        year: Used where the text names none.

    Raises:
        DomainError: ``period.unreadable`` with the text; also for a day that does not exist.
    """
    match = _PERIOD.match(text.strip())
    year_read = int(match["year"]) if match and match["year"] else year
    if match is None or year_read is None:
        raise DomainError("period.unreadable", text=text)
    try:
        first = date(year_read, int(match["month"]), 1)
        first_day, last_day = _days(match["part"] or "", match["day"], _last_day(first))
        return Period(first.replace(day=first_day), first.replace(day=last_day))
    except ValueError as error:
        raise DomainError("period.unreadable", text=text) from error


def _days(part: str, day: str | None, last: int) -> tuple[int, int]:
    if day is not None:
        return (1 if part.endswith("前") else int(day)), int(day)
    fixed = {"上旬": (1, 10), "中旬": (11, 20), "下旬": (21, last), "底": (last, last)}
    return fixed.get(part, (1, last))


def _last_day(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def report_deadline(month: date) -> datetime:
    """Return the moment up to which the report of a month is on time (S37)."""
    return end_of(month.replace(day=REPORT_DAY))


def is_on_time(submitted_at: datetime, deadline: datetime) -> bool:
    """Tell whether an aware moment keeps a deadline; the deadline's whole second counts."""
    return submitted_at < deadline + timedelta(seconds=1)
