"""The values that a sheet of the form states once: who reports, when, and who signs (S41)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from geodata.ledger.sheets import Cell
from geodata.ledger.values import as_text

_UNIT: Final = re.compile(r"填报单位(?:\(盖章\))?\s*:?\s*(.*?)\s*(?=填报(?:时间|日期)|$)")
_FILLED_ON: Final = re.compile(r"填报(?:时间|日期)\s*:?\s*(.*?)\s*$")
_LABEL: Final = re.compile(r"(填写人|填表人|填报人|负责人|联系电话)\s*:?\s*")
_RESPONSIBLE: Final = "负责人"
_PHONE: Final = "联系电话"


@dataclass(frozen=True, slots=True)
class Signature:
    """What stands above and below the table of one sheet, as written; ``None`` where nothing.

    Attributes:
        sheet: The sheet, ``None`` for a text file.
        unit: 填报单位.
        filled_on: 填报时间.
        filled_by: 填写人.
        filled_by_phone: Its 联系电话.
        responsible: 负责人.
        responsible_phone: Its 联系电话.
    """

    sheet: str | None = None
    unit: str | None = None
    filled_on: str | None = None
    filled_by: str | None = None
    filled_by_phone: str | None = None
    responsible: str | None = None
    responsible_phone: str | None = None


def read_signature(
    sheet: str | None, above: Iterable[Sequence[Cell]], below: Iterable[Sequence[Cell]]
) -> Signature:
    """Read the lines above the header and the signature line; each may be one cell or several."""
    unit = filled_on = None
    for line in map(_line, above):
        unit = unit or _found(_UNIT, line)
        filled_on = filled_on or _found(_FILLED_ON, line)
    signed = _signed(" ".join(filter(_LABEL.match, map(_line, below))))
    return Signature(sheet, unit, filled_on, **signed)


def _signed(line: str) -> dict[str, str | None]:
    values: dict[str, str | None] = {}
    parts = _LABEL.split(line)[1:]
    person = "filled_by"
    for label, value in zip(parts[::2], parts[1::2], strict=True):
        if label != _PHONE:
            person = "responsible" if label == _RESPONSIBLE else "filled_by"
        key = f"{person}_phone" if label == _PHONE else person
        values.setdefault(key, value.strip() or None)
    return values


def _line(row: Sequence[Cell]) -> str:
    texts = (as_text(cell) for cell in row if cell != "")
    return unicodedata.normalize("NFKC", " ".join(filter(None, texts)))


def _found(pattern: re.Pattern[str], line: str) -> str | None:
    match = pattern.search(line)
    return (match[1] or None) if match else None
