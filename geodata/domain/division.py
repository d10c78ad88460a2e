"""The units of a district: 区, 镇(街道), 社区(村居) (S01, S07)."""

from __future__ import annotations

from enum import StrEnum


class DivisionKind(StrEnum):
    """The level of a division; each has its parent one level up."""

    DISTRICT = "district"
    TOWN = "town"
    NEIGHBOURHOOD = "neighbourhood"


PARENT_KIND = {
    DivisionKind.TOWN: DivisionKind.DISTRICT,
    DivisionKind.NEIGHBOURHOOD: DivisionKind.TOWN,
}
