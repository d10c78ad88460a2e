"""Read one cell as people write it, and say so where it was not written plainly.

Each reader returns a `Reading`: the value, and a code when the cell needed tidying or could
not be read. A value that cannot be read is ``None``, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from math import isfinite
from typing import Any, Final, Generic, TypeVar

from geodata.domain.errors import Severity
from geodata.domain.ledger_rules import FIRST_YEAR, HIGHEST_FEE_YUAN, LONGEST_TEXT, MOST
from geodata.domain.vocabulary import squeeze, words
from geodata.ledger.sheets import Cell

T = TypeVar("T")

TICKS: Final = frozenset("√✓✔☑对1")
_TRUE: Final = "true"
_PICTURE_MARK: Final = "\ufe0f"
"""Stands behind ✔ and ☑ where a program shows them as pictures; no person sees it."""

_NUMBER: Final = r"[-+]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?"
_PLAIN: Final = re.compile(rf"^{_NUMBER}$")
_ABOUT: Final = "(?:共|约|合计|总计|大约|近)*"
_PER: Final = r"(?:[/每·•.*]|平方米|平方|平米|平|m2|m²|㎡|月)*"
_UNIT: Final = (
    rf"栋楼?|幢楼?|座|户|套|个|(?:建筑)?平方米|平方|平米|平|㎡|m2|m²|(?:元|块){_PER}|yuan"
)
_WITH_UNIT: Final = re.compile(rf"^{_ABOUT}({_NUMBER})({_UNIT})?(?:左右|\([^()]*\))*$")
_TEN_THOUSAND: Final = re.compile(rf"^{_ABOUT}({_NUMBER})万(平方米|平方|平米|平|㎡|m2|m²)?$")
_RANGE: Final = re.compile(rf"^{_ABOUT}({_NUMBER})({_UNIT})?(?:至|到|-|~|—|–)({_NUMBER})(.*)$")
_YEAR: Final = re.compile(r"^(?:建于|建成于|约)?(\d{4})((?:年|[-/.~至]|[01]\d(?:[0-3]\d)?$).*)?$")
_SERIAL: Final = re.compile(r"^[1-5]\d{4}(?:\.\d+)?$")
"""A day as spreadsheet programs count it, from 1927 to 2064."""

_DAY_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a day of a calendar
_SHORT_YEAR: Final = re.compile(r"^(\d{2})年.*$")
_CENTURY: Final = 100
_MOBILE: Final = re.compile(r"^1\d{10}$")
_ROUNDED: Final = re.compile(r"^\d(?:\.\d+)?e\+?\d+$|^\d+\.\d+$")
_LONGEST_PHRASE: Final = 24
_KEPT: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """What a cell says.

    Attributes:
        value: ``None`` for 未填报 and for what cannot be read.
        code: Why the report should mention it, ``None`` when it was plain.
        severity: Of the mention.
    """

    value: T | None
    code: str | None = None
    severity: Severity = Severity.NOTE


def unreadable(code: str) -> Reading[Any]:
    """Return the reading of a cell that says something, but nothing we understand."""
    return Reading(None, code, Severity.WARNING)


def as_text(cell: Cell) -> str:
    """Return a cell as the text a user sees: whole numbers without a point, no control marks."""
    if isinstance(cell, str):
        return cell.strip() if cell.isprintable() and "  " not in cell else _tidy(cell)
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    return str(cell)


def _tidy(text: str) -> str:
    kept = (one if one.isprintable() else " " for one in text if one != "\ufeff")
    return re.sub(r" {2,}", " ", "".join(kept)).strip()


def is_unreported(text: str) -> bool:
    """Tell whether a text is one of the ways to say that nothing is known."""
    return len(text) <= _LONGEST_PHRASE and _squeezed(text) in _unreported()


def read_text(cell: Cell) -> Reading[str]:
    """Read a text; too long a one is cut, and the report says so."""
    text = as_text(cell)
    if not text:
        return Reading(None)
    if is_unreported(text):
        return Reading(None, "value.unreported")
    if len(text) > LONGEST_TEXT:
        return Reading(text[:LONGEST_TEXT], "value.text_cut", Severity.WARNING)
    if isinstance(cell, datetime | date):
        # 3-2号 typed into a plain cell is a date to the program, and the text is lost.
        return Reading(text, "value.date_as_text", Severity.WARNING)
    return Reading(text)


def read_count(cell: Cell) -> Reading[int]:
    """Read a whole number of things: ``5``, ``5栋``, ``1,124户``, full-width digits."""
    reading = read_decimal(cell)
    if reading.value is None:
        return Reading(None, reading.code, reading.severity)
    if reading.value != int(reading.value):
        return unreadable("value.not_whole")
    return Reading(int(reading.value), reading.code, reading.severity)


def read_decimal(cell: Cell) -> Reading[float]:
    """Read a number not below zero: plain, with a unit, or in 万."""
    if isinstance(cell, float) and isfinite(cell):
        # Programs keep 15 digits and differ in the rest: 6172.799999999999 is 6172.8 elsewhere.
        return _within_reason(float(f"{cell:.15g}"), None)
    text = narrow(cell)
    if not text:
        return Reading(None)
    return Reading(None, "value.unreported") if is_unreported(text) else _written_number(text)


def _written_number(text: str) -> Reading[float]:
    if _PLAIN.match(text):
        return _within_reason(_float(text), None)
    if match := _WITH_UNIT.match(text):
        return _within_reason(_float(match[1]), "value.unit_taken_off")
    if match := _TEN_THOUSAND.match(text):
        ten_thousands = round(_float(match[1]) * 10_000, 2)
        return _within_reason(ten_thousands, "value.in_ten_thousands", Severity.WARNING)
    return unreadable("value.not_a_number")


def read_fee(cell: Cell) -> Reading[tuple[float, float]]:
    """Read a fee or a range of fees: ``2.38元/平米/月``, ``1.14至2.48元/平米/月``; 0 to 50 yuan."""
    match = _RANGE.match(narrow(cell))
    if match and _WITH_UNIT.match(match[3] + match[4]):
        reading = Reading((_float(match[1]), _float(match[3])), "value.range")
    else:
        one = read_decimal(cell)
        value = None if one.value is None else (one.value, one.value)
        reading = Reading(value, one.code, one.severity)
    low, high = reading.value or (0.0, 0.0)
    if low > high:
        return unreadable("value.range_reversed")
    return reading if high <= HIGHEST_FEE_YUAN else unreadable("value.fee_too_high")


def read_year(cell: Cell) -> Reading[int]:
    """Read a year from 1900 on: ``1998``, ``1998年建成``, ``98年``, a date or its number."""
    if isinstance(cell, datetime | date):
        return _year(cell.year, "value.unit_taken_off")
    text = narrow(cell)
    if not text:
        return Reading(None)
    if is_unreported(text) or is_unreported(text.removesuffix("年建成")):
        return Reading(None, "value.unreported")
    return _written_year(text)


def _written_year(text: str) -> Reading[int]:
    if _SERIAL.match(text):
        day = _DAY_ZERO + timedelta(days=float(text))
        return replace(_year(day.year, "value.year_from_serial"), severity=Severity.WARNING)
    if match := _YEAR.match(text.removesuffix(".0")):
        return _year(int(match[1]), "value.unit_taken_off" if match[2] else None)
    if match := _SHORT_YEAR.match(text):
        this_century, short = divmod(date.today().year, _CENTURY)  # noqa: DTZ011 - a year
        century = this_century - (int(match[1]) > short)
        year = _year(century * _CENTURY + int(match[1]), "value.short_year")
        return replace(year, severity=Severity.WARNING)
    return unreadable("value.not_a_year")


def read_yes_no(cell: Cell) -> Reading[bool]:
    """Read 是 or 否 and nothing else: √ belongs into the columns to tick (S45)."""
    text = as_text(cell)
    if not text:
        return Reading(None)
    if text in ("是", "否"):
        return Reading(text == "是")
    code = "value.tick_for_yes_no" if text in TICKS else "value.not_yes_no"
    return Reading(None, code, Severity.ERROR)


def read_tick(cell: Cell) -> Reading[bool]:
    """Read a cell to tick: one of √ ✓ ✔ ☑ 对 1, or empty (S42)."""
    text = narrow(cell)
    if not text:
        return Reading(value=False)
    if text.removesuffix(_PICTURE_MARK) in TICKS or cell is True or text == _TRUE:
        return Reading(value=True)
    return Reading(None, "value.not_a_tick", Severity.ERROR)


def read_phone(cell: Cell) -> Reading[str]:
    """Read a phone number, or several; one that a program made a number gets its digits back.

    What a program rounded (``1.39E+10``) is not guessed at.
    """
    text = as_text(cell)
    if not text or is_unreported(text):
        return Reading(None)
    if _ROUNDED.match(_squeezed(text)):
        return unreadable("value.phone_rounded")
    if isinstance(cell, float):
        # A mobile number begins with 1 and has 11 digits; a number with an area code has
        # lost the 0 that it began with.
        is_mobile = _MOBILE.match(text) is not None
        return Reading(
            text,
            "value.phone_as_number" if is_mobile else "value.phone_doubtful",
            Severity.NOTE if is_mobile else Severity.WARNING,
        )
    return Reading(text)


READERS: Final[dict[str, Callable[[Cell], Reading[Any]]]] = {
    "built_year": read_year,
    "floor_area_m2": read_decimal,
    "buildings": read_count,
    "households": read_count,
    "occupied_households": read_count,
    "phone": read_phone,
    "fee_yuan_m2_month": read_fee,
    "subsidised": read_yes_no,
    "owners_committee": read_yes_no,
    "maintenance_fund": read_yes_no,
    "utility_handover": read_yes_no,
}
"""How a field's cells are read; the other fields are texts."""


@cache
def _unreported() -> frozenset[str]:
    word = words("phrase")["unreported"]
    return frozenset(squeeze(one) for one in (word.zh, *word.aliases))


_squeezed = lru_cache(_KEPT)(squeeze)
"""Cells repeat each other: most of the time of reading a large ledger went into this."""


def narrow(cell: Cell) -> str:
    """Return the text of a cell squeezed, as headers and aliases are compared."""
    return _squeezed(as_text(cell))


def _float(text: str) -> float:
    return float(text.replace(",", ""))


def _within_reason(
    value: float, code: str | None, severity: Severity = Severity.NOTE
) -> Reading[float]:
    if value < 0:
        return unreadable("value.negative")
    if value > MOST:
        return unreadable("value.too_large")
    return Reading(value, code, severity)


def _year(year: int, code: str | None) -> Reading[int]:
    if not FIRST_YEAR <= year <= date.today().year:  # noqa: DTZ011 - a year
        return unreadable("value.not_a_year")
    return Reading(year, code)
