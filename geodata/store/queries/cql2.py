"""A CQL2 filter as a condition over a layer's declared fields; never as text of SQL.

Building it asks nothing of the database: what the filter has wrong is refused before.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Iterable
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, and_, false, not_, or_, true

from geodata.domain.errors import DomainError
from geodata.spatial.cql2_text import MOST_DEEP, SPATIAL_OPS, TEMPORAL_OPS, read_text
from geodata.spatial.offered_crs import OfferedCrs
from geodata.store.queries.cql2_spatial import spatial
from geodata.store.queries.cql2_temporal import temporal
from geodata.store.queries.cql2_values import Operand, Values, arguments
from geodata.store.queries.feature_sources import FeatureSource

FilterLanguage = Literal["cql2-text", "cql2-json"]

MOST_CHARACTERS: Final = 16_000
MOST_PARTS: Final = 1000
"""Conditions and values of one filter."""

_COMPARE: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_JOIN: Final[dict[str, Callable[[Iterable[ColumnElement[bool]]], ColumnElement[bool]]]] = {
    "and": lambda parts: and_(true(), *parts),
    "or": lambda parts: or_(false(), *parts),
}
_LIKE_ESCAPE: Final = "\\"


def read_filter(text: str, language: FilterLanguage) -> Any:  # noqa: ANN401 - the JSON of CQL2
    """Return the CQL2 JSON of a filter; what its names mean is looked at later.

    Raises:
        DomainError: ``filter.too_long``, ``filter.too_deep``, ``filter.syntax``.
    """
    if len(text) > MOST_CHARACTERS:
        raise DomainError("filter.too_long", most=MOST_CHARACTERS)
    tree = read_text(text) if language == "cql2-text" else _read_json(text)
    _measure(tree)
    return tree


def _read_json(text: str) -> Any:  # noqa: ANN401
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise DomainError("filter.too_deep", most=MOST_DEEP) from error
    except json.JSONDecodeError as error:
        near = text[error.pos : error.pos + 40] or "∎"
        raise DomainError("filter.syntax", at=error.pos + 1, near=near) from error
    except ValueError as error:  # a number of thousands of digits
        raise DomainError("filter.syntax", at=1, near=text[:40]) from error


def _no_number(name: str) -> None:
    raise DomainError("filter.syntax", at=1, near=name)


def _measure(tree: Any) -> None:  # noqa: ANN401
    """Refuse a tree that nests too deep or has too many parts, without recursion."""
    level, depth, parts = [tree], 0, 0
    while level:
        depth += 1
        # Each bracket of the text is an object and its list.
        if depth > 2 * MOST_DEEP + 8:
            raise DomainError("filter.too_deep", most=MOST_DEEP)
        below: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                parts += 1
                below += [value for key, value in one.items() if key != "coordinates"]
            elif isinstance(one, list):
                parts += len(one)
                below += one
        if parts > MOST_PARTS:
            raise DomainError("filter.too_many", most=MOST_PARTS)
        level = below


def condition(tree: Any, source: FeatureSource, crs: OfferedCrs) -> ColumnElement[bool]:  # noqa: ANN401
    """Return the condition that a filter writes over a layer's fields.

    Args:
        tree: As `read_filter` returns it.
        source: The features.
        crs: Of the filter's positions.

    Raises:
        DomainError: ``filter.property_unknown``, ``filter.operator_unknown``,
            ``filter.wrong_kind``, ``filter.geometry_bad``, ``ogc.bbox``.
    """
    return _Translation(source, crs).boolean(tree)


class _Translation:
    """One filter over one layer.

    Args:
        source: The features.
        crs: Of the filter's positions.
    """

    def __init__(self, source: FeatureSource, crs: OfferedCrs) -> None:
        self._source = source
        self._crs = crs
        self._values = Values(source)

    def boolean(self, tree: Any) -> ColumnElement[bool]:  # noqa: ANN401
        if isinstance(tree, bool):
            return true() if tree else false()
        if isinstance(tree, dict) and "property" in tree:
            found: ColumnElement[bool] = self._values.of_kind(tree, "boolean").expression
            return found
        op, args = _operation(tree)
        if op in _JOIN:
            return _JOIN[op](self.boolean(one) for one in args)
        if op == "not":
            return not_(self.boolean(arguments(args, 1)[0]))
        return self._predicate(op, args)

    def _predicate(self, op: str, args: list[Any]) -> ColumnElement[bool]:
        if op in SPATIAL_OPS:
            return spatial(op, arguments(args, 2), self._source, self._crs)
        if op in TEMPORAL_OPS:
            return temporal(op, arguments(args, 2), self._values)
        return self._scalar_predicate(op, args)

    def _scalar_predicate(self, op: str, args: list[Any]) -> ColumnElement[bool]:
        if op in _COMPARE:
            left, right = (self._values.operand(one) for one in arguments(args, 2))
            return self._compare(op, left, right)
        if op == "isNull":
            return self._is_null(arguments(args, 1)[0])
        if op == "between":
            one, low, high = (self._values.operand(part) for part in arguments(args, 3))
            return self._compare(">=", one, low) & self._compare("<=", one, high)
        if op == "in":
            return self._one_of(*arguments(args, 2))
        if op == "like":
            left, pattern = (self._values.of_kind(one, "string") for one in arguments(args, 2))
            found: ColumnElement[bool] = left.expression.like(
                pattern.expression, escape=_LIKE_ESCAPE
            )
            return found
        raise DomainError("filter.operator_unknown", op=op[:40])

    @staticmethod
    def _compare(op: str, left: Operand, right: Operand) -> ColumnElement[bool]:
        if left.kind != right.kind:
            raise DomainError("filter.wrong_kind", value=right.told, kind=left.kind)
        found: ColumnElement[bool] = _COMPARE[op](left.expression, right.expression)
        return found

    def _one_of(self, one: Any, several: Any) -> ColumnElement[bool]:  # noqa: ANN401
        if not isinstance(several, list) or not several:
            raise DomainError("filter.wrong_kind", value=str(several)[:40], kind="array")
        left = self._values.operand(one)
        rights = [self._values.of_kind(part, left.kind).expression for part in several]
        found: ColumnElement[bool] = left.expression.in_(rights)
        return found

    def _is_null(self, tree: Any) -> ColumnElement[bool]:  # noqa: ANN401
        if isinstance(tree, dict) and tree.get("property") == "geometry":
            return self._source.geometry.is_(None)
        found: ColumnElement[bool] = self._values.operand(tree).expression.is_(None)
        return found


def _operation(tree: Any) -> tuple[str, list[Any]]:  # noqa: ANN401
    if isinstance(tree, dict) and isinstance(tree.get("op"), str):
        args = tree.get("args")
        if isinstance(args, list):
            return tree["op"], args
    raise DomainError("filter.wrong_kind", value=str(tree)[:40], kind="boolean")
