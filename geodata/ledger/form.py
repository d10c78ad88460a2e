"""The official form 住宅小区基本情况台账, column by column, as data.

Row A and row B are the two header rows. What the notice's notes name word for word and what is
this project's proposal is written down in `DECISIONS.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from geodata.domain.category import Category
from geodata.domain.management import ManagementType
from geodata.domain.site import ServiceStar
from geodata.domain.vocabulary import label, words

TITLE: Final = "住宅小区基本情况台账"
TOTAL: Final = "合计"
TICK: Final = "√"
FILLED_DOWN: Final = ("town", "neighbourhood")
"""Columns where an empty cell means the cell above: clerks merge them."""

NOTHING: Final = "-"
"""What stands in such a column where nothing is meant."""

NOTES: Final = (
    "备注：1.填写“物业类型”、“物业管理类型”、“物业服务等级标准情况”栏时在相应的选项内打“√”。",
    "2.“物业管理类型”中，可以多选。物业服务费用实行政府补贴的住宅小区应同时统计进“简易物业管理”类型。",
    (
        "3.“是否成立业主委员会”、“是否建立住宅专项维修资金制度”、“专业经营设施设备是否移交”栏中，"
        "应填写“是”或者“否”。"
    ),
    (
        "4.专业经营设施设备移交，是指包括分户计量装置（入户端口）以外设施设备的产权已经移交专业经营"
        "单位，并由其管理和维护。"
    ),
)
"""The four notes word for word."""


@dataclass(frozen=True, slots=True)
class FormColumn:
    """One column.

    Attributes:
        field: Field of `SiteDraft`, or the group that a tick belongs to.
        header: Row A.
        option: Row B for a column to tick, else ``None``.
        key: The value that a tick stands for, else ``None``.
        width: In characters.
    """

    field: str
    header: str
    option: str | None = None
    key: str | None = None
    width: float = 9


def _plain(field: str, width: float = 9) -> FormColumn:
    return FormColumn(field, words("field")[field].zh, width=width)


def _ticks(
    field: str, enum: type[Category | ManagementType | ServiceStar]
) -> tuple[FormColumn, ...]:
    header = words("field")[field].zh
    return tuple(FormColumn(field, header, label(one, "zh"), one.value, 6) for one in enum)


COLUMNS: Final[tuple[FormColumn, ...]] = (
    FormColumn("number", "序号", width=5),
    _plain("town", 11),
    _plain("neighbourhood", 14),
    _plain("name", 20),
    _plain("address", 22),
    _plain("built_year", 7),
    _plain("floor_area_m2", 11),
    _plain("buildings", 6),
    _plain("households", 7),
    _plain("occupied_households", 7),
    *_ticks("category", Category),
    *_ticks("management_type", ManagementType),
    *_ticks("service_star", ServiceStar),
    _plain("company", 22),
    _plain("project_manager"),
    _plain("phone", 13),
    _plain("fee_yuan_m2_month"),
    _plain("subsidised", 7),
    _plain("owners_committee", 7),
    _plain("maintenance_fund", 8),
    _plain("utility_handover", 8),
    _plain("note", 14),
)
