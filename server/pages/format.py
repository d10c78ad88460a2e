"""Numbers and days as Chinese offices write them, and as English readers expect."""

from __future__ import annotations

from datetime import date, datetime

from geodata.domain.indicator import Denominator
from geodata.domain.period import SHANGHAI
from geodata.domain.vocabulary import Language, words

_M2_PER_WAN: int = 10_000


def percent(share: float | None) -> str:
    """Return a share as ``90.0%``, a dash where there is none."""
    return "—" if share is None else f"{share:.1%}"


def amount(value: float, denominator: Denominator, language: Language) -> str:
    """Return an amount in its denominator's unit; areas of Chinese pages in 万平方米."""
    if denominator is Denominator.FLOOR_AREA_M2 and language == "zh":
        return f"{value / _M2_PER_WAN:,.2f}"
    return f"{value:,.0f}"


def unit(denominator: Denominator, language: Language) -> str:
    """Return the unit that `amount` writes in."""
    if denominator is Denominator.FLOOR_AREA_M2 and language == "zh":
        return "万平方米"
    return words("denominator")[denominator.value].label(language, short=True)


def day(value: date | None, language: Language) -> str:
    """Return a day: 2017年11月15日, or 2017-11-15 in English."""
    if value is None:
        return "—"
    return f"{value.year}年{value.month}月{value.day}日" if language == "zh" else value.isoformat()


def moment(value: datetime | None, language: Language) -> str:
    """Return a moment in Shanghai: 2017年11月15日 09:30."""
    if value is None:
        return "—"
    local = value.astimezone(SHANGHAI)
    return f"{day(local.date(), language)} {local:%H:%M}"


def signed(value: int) -> str:
    """Return a change with its sign: +3, −2, ±0."""
    return f"{value:+,d}".replace("-", "−") if value else "±0"
