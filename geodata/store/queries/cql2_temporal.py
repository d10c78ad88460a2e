"""Temporal predicates of CQL2 over days and runs of days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Date, and_, literal

from geodata.domain.errors import DomainError
from geodata.store.queries.cql2_values import Values, arguments, day_of

_OPEN: Final = ".."


@dataclass(frozen=True, slots=True)
class _Run:
    """First and last day, both expressions; a single day is both."""

    first: Any
    last: Any


Relation = Callable[[_Run, _Run], ColumnElement[bool]]

_RELATIONS: Final[dict[str, Relation]] = {
    "t_after": lambda a, b: a.first > b.last,
    "t_before": lambda a, b: a.last < b.first,
    "t_contains": lambda a, b: and_(a.first < b.first, a.last > b.last),
    "t_disjoint": lambda a, b: (a.last < b.first) | (a.first > b.last),
    "t_during": lambda a, b: and_(a.first > b.first, a.last < b.last),
    "t_equals": lambda a, b: and_(a.first == b.first, a.last == b.last),
    "t_finishedBy": lambda a, b: and_(a.first < b.first, a.last == b.last),
    "t_finishes": lambda a, b: and_(a.first > b.first, a.last == b.last),
    "t_intersects": lambda a, b: and_(a.first <= b.last, a.last >= b.first),
    "t_meets": lambda a, b: a.last == b.first,
    "t_metBy": lambda a, b: a.first == b.last,
    "t_overlappedBy": lambda a, b: and_(a.first > b.first, a.first < b.last, a.last > b.last),
    "t_overlaps": lambda a, b: and_(a.first < b.first, a.last > b.first, a.last < b.last),
    "t_startedBy": lambda a, b: and_(a.first == b.first, a.last > b.last),
    "t_starts": lambda a, b: and_(a.first == b.first, a.last < b.last),
}


def temporal(op: str, args: list[Any], values: Values) -> ColumnElement[bool]:
    """Return the condition of a temporal predicate.

    Args:
        op: Such as ``t_after``.
        args: Two, each a field with a day, a day, a moment (its day in Shanghai) or an interval.
        values: Reads the fields.

    Raises:
        DomainError: ``filter.property_unknown``, ``filter.wrong_kind``.
    """
    left, right = (_run(one, values) for one in args)
    return _RELATIONS[op](left, right)


def _run(tree: Any, values: Values) -> _Run:  # noqa: ANN401
    if isinstance(tree, dict) and "interval" in tree:
        ends = tree["interval"]
        if not isinstance(ends, list):
            raise DomainError("filter.wrong_kind", value=str(ends)[:40], kind="interval")
        first, last = arguments(ends, 2)
        return _Run(_end(first, values, date.min), _end(last, values, date.max))
    day = values.of_kind(tree, "date").expression
    return _Run(day, day)


def _end(tree: Any, values: Values, open_end: date) -> Any:  # noqa: ANN401
    if isinstance(tree, str):
        return literal(open_end if tree == _OPEN else day_of(tree), Date)
    return values.of_kind(tree, "date").expression
