"""The units of a district: 区, 镇(街道), 社区(村居) (S01, S07)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class DivisionKind(StrEnum):
    """The level of a division; each has its parent one level up."""

    DISTRICT = "district"
    TOWN = "town"
    NEIGHBOURHOOD = "neighbourhood"


PARENT_KIND = {
    DivisionKind.TOWN: DivisionKind.DISTRICT,
    DivisionKind.NEIGHBOURHOOD: DivisionKind.TOWN,
}


@dataclass(frozen=True, slots=True)
class DivisionDraft:
    """One division as a file tells it.

    Attributes:
        code: Official code.
        kind: Its level.
        name: As official.
        parent_code: Of the division one level up.
        aliases: Other names that ledgers use.
        boundary: A shapely MultiPolygon in EPSG:4490, ``None`` where the file has none; the
            domain itself never looks into it.
    """

    code: str
    kind: DivisionKind
    name: str
    parent_code: str | None
    aliases: tuple[str, ...] = ()
    boundary: Any = None
