"""Visits in words: why a site is due, why one is left out, what an order by hand breaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from geodata.domain.due import VisitReason
from geodata.domain.vocabulary import Language, label
from geodata.routing.argument import LeftOutReason
from server.i18n import fill, word

_COUNTED: Final = {
    VisitReason.REINSPECTION: "visits.days_waiting",
    VisitReason.OVERDUE_FINDING: "visits.days_overdue",
    VisitReason.DEADLINE_NEAR: "visits.days_left",
    VisitReason.UNVERIFIED: "visits.days_since",
    VisitReason.LONG_UNSEEN: "visits.days_since",
}
_LEFT_OUT: Final = {
    LeftOutReason.NOBODY: "visits.left_nobody",
    LeftOutReason.CLOSED: "visits.left_closed",
    LeftOutReason.UNREACHABLE: "visits.left_unreachable",
    LeftOutReason.TOO_LONG: "visits.left_too_long",
    LeftOutReason.LESS_VALUABLE: "visits.left_less_valuable",
    LeftOutReason.OVER_SHIFT: "visits.left_over_shift",
    LeftOutReason.OVER_DISTANCE: "visits.left_over_distance",
    LeftOutReason.HOURS: "visits.left_hours",
    LeftOutReason.NOT_WORTH: "visits.left_not_worth",
    LeftOutReason.NO_PLACE: "visits.left_no_place",
}
_MINUTE_S: Final = 60


def clock(seconds: int | None) -> str:
    """Return a time of day: 09:05."""
    if seconds is None:
        return "—"
    return f"{seconds // 3600:02d}:{seconds % 3600 // _MINUTE_S:02d}"


def minutes(seconds: int) -> int:
    """Return whole minutes, one at least."""
    return max(1, round(seconds / _MINUTE_S))


def due_sentence(reason: VisitReason, days: int | None, language: Language) -> str:
    """Return why a site should be visited, in one line."""
    text = label(reason, language)
    counted = _COUNTED.get(reason)
    if counted is None or days is None:
        return text
    return f"{text} · {fill(word(counted, language), {'days': days})}"


def left_out_sentence(one: Mapping[str, Any], language: Language) -> str:
    """Return why a visit is in no route, in one sentence.

    Args:
        one: An entry of a plan's ``unassigned``.
        language: Of the reader.
    """
    facts = dict(one["facts"])
    for name in ("over_s", "detour_s"):
        if name in facts:
            facts[name.replace("_s", "")] = minutes(facts[name])
    facts |= {"value": one["value"], "name": one["name"]}
    key = _LEFT_OUT[LeftOutReason(one["reason"])]
    if one["reason"] == LeftOutReason.LESS_VALUABLE and "over" in facts:
        key = "visits.left_less_valuable_over"
    return fill(word(key, language), facts)


def breach_sentence(one: Mapping[str, Any], language: Language) -> str:
    """Return what a route that somebody ordered by hand does not keep."""
    if one["site"] is None:
        facts = {"inspector": one["inspector"], "over": minutes(one["over_s"])}
        return fill(word("visits.breach_shift", language), facts)
    return fill(word("visits.breach_hours", language), {"name": one["name"]})
