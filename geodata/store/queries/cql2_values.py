"""The scalar values of a CQL2 filter: fields, texts, numbers, truths and days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Boolean, Date, Double, Text, cast, func, literal

from geodata.domain.errors import DomainError
from geodata.domain.period import SHANGHAI
from geodata.layers import LayerField
from geodata.store.queries.feature_sources import FeatureSource

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_TOLD: Final = 40


@dataclass(frozen=True, slots=True)
class Operand:
    """One value: its expression, its kind, and how a refusal names it."""

    expression: Any
    kind: str
    told: str


class Values:
    """Reads the values of a filter over a source's fields.

    Args:
        source: The features.
    """

    def __init__(self, source: FeatureSource) -> None:
        """Keep the source."""
        self._source = source

    def operand(self, tree: Any) -> Operand:  # noqa: ANN401 - the JSON of CQL2
        """Return a value.

        Raises:
            DomainError: ``filter.property_unknown``, ``filter.operator_unknown``,
                ``filter.wrong_kind``, ``filter.text_bad``.
        """
        told = str(tree)[:_TOLD]
        if isinstance(tree, bool):
            return Operand(literal(tree, Boolean), "boolean", told)
        if isinstance(tree, int | float):
            return Operand(literal(_double(tree), Double), "number", told)
        if isinstance(tree, str):
            return Operand(literal(clean(tree), Text), "string", told)
        if isinstance(tree, dict):
            return self._object(tree, told)
        raise DomainError("filter.wrong_kind", value=told, kind="value")

    def of_kind(self, tree: Any, kind: str) -> Operand:  # noqa: ANN401
        """Return a value that must be of a kind.

        Raises:
            DomainError: As `operand`.
        """
        found = self.operand(tree)
        if found.kind != kind:
            raise DomainError("filter.wrong_kind", value=found.told, kind=kind)
        return found

    def _object(self, tree: dict[str, Any], told: str) -> Operand:
        if "property" in tree:
            return self._property(tree["property"])
        if "date" in tree or "timestamp" in tree:
            day = day_of(tree.get("date", tree.get("timestamp")))
            return Operand(literal(day, Date), "date", told)
        op, args = tree.get("op"), tree.get("args")
        if op == "casei" and isinstance(args, list):
            inner = self.of_kind(arguments(args, 1)[0], "string")
            return Operand(func.lower(inner.expression), "string", inner.told)
        if op is not None:
            raise DomainError("filter.operator_unknown", op=str(op)[:_TOLD])
        raise DomainError("filter.wrong_kind", value=told, kind="value")

    def _property(self, name: Any) -> Operand:  # noqa: ANN401
        field = self._source.layer.field(name) if isinstance(name, str) else None
        if field is None:
            known = [one.name for one in self._source.layer.fields]
            raise DomainError("filter.property_unknown", name=str(name)[:_TOLD], known=known)
        kind = _kind(field)
        value: Any = self._source.fields[field.name]
        return Operand(cast(value, Double) if kind == "number" else value, kind, field.name)


def _kind(field: LayerField) -> str:
    return "number" if field.kind == "integer" else field.kind


def day_of(text: Any) -> date:  # noqa: ANN401
    """Return the day of a date, or the day in Shanghai of a moment, as RFC 3339 writes them.

    Raises:
        DomainError: ``filter.wrong_kind``.
    """
    try:
        if isinstance(text, str) and _DAY.fullmatch(text):
            return date.fromisoformat(text)
        if isinstance(text, str):
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is not None:
                return moment.astimezone(SHANGHAI).date()
    except (ValueError, OverflowError) as error:
        raise DomainError("filter.wrong_kind", value=str(text)[:_TOLD], kind="date") from error
    raise DomainError("filter.wrong_kind", value=str(text)[:_TOLD], kind="date")


def clean(text: str) -> str:
    """Return a text that the database can hold.

    Raises:
        DomainError: ``filter.text_bad`` for NUL and for halves of characters.
    """
    if "\0" in text or any("\ud800" <= one <= "\udfff" for one in text):
        raise DomainError("filter.text_bad")
    return text


def arguments(args: list[Any], count: int) -> list[Any]:
    """Return arguments, if they are as many as there must be.

    Raises:
        DomainError: ``filter.arguments``.
    """
    if len(args) != count:
        raise DomainError("filter.arguments", found=len(args), wanted=count)
    return args


def _double(number: float) -> float:
    try:
        return float(number)
    except OverflowError as error:
        raise DomainError("filter.wrong_kind", value="…", kind="number") from error
