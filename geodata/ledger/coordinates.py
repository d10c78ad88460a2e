"""Read where a row says that it lies: two cells, or one that holds both numbers."""

from __future__ import annotations

import re
from math import isfinite
from typing import Final

from geodata.domain.errors import Severity
from geodata.ledger.sheets import Cell
from geodata.ledger.values import Reading, as_text, is_unreported, unreadable

Position = tuple[float, float]

_NUMBER: Final = r"[-+]?\d+(?:\.\d+)?"
_ONE: Final = re.compile(rf"^(?:东经|北纬|[en])?({_NUMBER})[°度]?[en]?$")
_BOTH: Final = re.compile(rf"^\D*?({_NUMBER})[^\d.+-]+({_NUMBER})\D*$")
_NORTHERNMOST: Final = 56.0
_WESTERNMOST: Final = 72.0
"""No place in China has a latitude above the one or a longitude below the other."""

_LONGEST: Final = 100


def read_coordinates(longitude: Cell, latitude: Cell, both: Cell) -> Reading[Position]:
    """Read a position in degrees of the file's own datum.

    Args:
        longitude: Its cell, ``""`` where there is none.
        latitude: The same.
        both: A cell such as ``116.3,39.9`` or ``POINT(116.3 39.9)``; it counts where the other
            two are empty. Where the numbers can only be a latitude and then a longitude in
            China, they are exchanged and the report says so.
    """
    texts = [_text(longitude), _text(latitude)]
    if not any(texts):
        return _one_cell(_text(both))
    if any(is_unreported(text) for text in texts):
        return Reading(None, "value.unreported")
    found = [_ONE.match(text) for text in texts]
    if not all(found):
        return unreadable("listing.coordinates_unreadable")
    return _position(*(float(match[1]) for match in found if match), code=None)


def _one_cell(text: str) -> Reading[Position]:
    if not text:
        return Reading(None)
    if is_unreported(text):
        return Reading(None, "value.unreported")
    match = _BOTH.match(text)
    if match is None:
        return unreadable("listing.coordinates_unreadable")
    first, second = float(match[1]), float(match[2])
    if 0 < first < _NORTHERNMOST and second > _WESTERNMOST:
        return _position(second, first, code="listing.coordinates_order")
    return _position(first, second, code=None)


def _position(longitude: float, latitude: float, *, code: str | None) -> Reading[Position]:
    if not (isfinite(longitude) and isfinite(latitude)):
        return unreadable("listing.coordinates_unreadable")
    return Reading((longitude, latitude), code, Severity.NOTE)


def _text(cell: Cell) -> str:
    # Not `as_text`: it would show a number as a person reads it.
    text = repr(cell) if isinstance(cell, float) else as_text(cell)
    return text.strip().lower()[:_LONGEST]
