"""Believable names; none is meant to be a real community or company."""

from __future__ import annotations

from typing import Final

import numpy as np

from geodata.domain.category import Category

_STREETS: Final = [
    "新建路",
    "正阳路",
    "东门路",
    "机场路",
    "航空路",
    "米山路",
    "周隆路",
    "丝绸路",
    "恒星路",
    "和平街",
    "胜利街",
    "永安街",
    "站前路",
    "保安街",
    "长行街",
    "银子市街",
    "油店街",
    "棉花市街",
    "中和街",
    "文昌路",
    "育才路",
    "建设路",
    "光明路",
    "凤阳路",
    "石桥路",
    "体育场路",
    "广场路",
    "园林路",
    "工业路",
    "兴鲁大道",
    "联通路",
    "南下河街",
]
_DIRECTIONS: Final = ("东", "西", "南", "北")
_NUMERALS: Final = "一二三四五六七八九"
_FIRST: Final = [
    "翠湖",
    "锦绣",
    "阳光",
    "丽景",
    "世纪",
    "华府",
    "御景",
    "书香",
    "金桥",
    "蓝岸",
    "紫荆",
    "盛世",
    "康泰",
    "鸿泰",
    "天鸿",
    "嘉和",
    "丽都",
    "瑞景",
    "凤凰",
    "东方",
    "江南",
    "明珠",
    "学府",
    "新天地",
    "荣盛",
    "碧水",
    "福泰",
    "祥和",
    "安居",
    "银河",
    "景泰",
    "望湖",
    "名都",
    "馨悦",
    "泰和",
]
_LAST: Final = ("花园", "家园", "苑", "小区", "名邸", "雅居", "华庭", "城")
_OLD: Final = [
    "建设",
    "胜利",
    "和平",
    "光明",
    "前进",
    "红旗",
    "新华",
    "友谊",
    "团结",
    "朝阳",
    "向阳",
    "东升",
    "工农",
    "文化",
    "南街",
    "北街",
]
_OLD_LAST: Final = ("小区", "新村", "里", "北区", "南区")
_UNITS: Final = [
    "教育局",
    "卫生局",
    "粮食局",
    "税务所",
    "邮电局",
    "供销社",
    "水利局",
    "农机局",
    "文化馆",
    "档案馆",
]
_FACTORIES: Final = [
    "纺织厂",
    "丝绸厂",
    "毛巾厂",
    "印染厂",
    "机床厂",
    "电机厂",
    "轴承厂",
    "陶瓷厂",
    "耐火厂",
    "食品厂",
    "造纸厂",
    "服装厂",
]
_COMPANIES: Final = ["安和", "润泽", "恒信", "佳园", "鸿福", "新洁", "诚德", "万邻", "瑞邦", "同心"]


def street_name(axis: int, number: int) -> str:
    """Return the name of a street, the same for the same line of the grid."""
    name = _STREETS[(axis * 11 + number * 7) % len(_STREETS)]
    band = abs(number) // len(_STREETS)
    return name if band == 0 else f"{name[:-1]}{_DIRECTIONS[band % 4]}{name[-1]}"


class Namer:
    """Gives names that are distinct within a neighbourhood."""

    def __init__(self, random: np.random.Generator) -> None:
        """Start with no name given."""
        self._random = random
        self._given: set[tuple[str, str]] = set()

    def community(self, category: Category, neighbourhood: str, place: str) -> str:
        """Return a name for a community of a category near a place."""
        name = self._plain(category, place)
        for suffix in ("", "二期", "三期", "东区", "西区", *(f"{n}区" for n in _NUMERALS)):
            if (neighbourhood, name + suffix) not in self._given:
                self._given.add((neighbourhood, name + suffix))
                return name + suffix
        return self._numbered(neighbourhood, name)

    def standalone(self, neighbourhood: str, street: str, number: int) -> str:
        """Return a name for a lone building on a street."""
        roll = self._random.random()
        if roll < 0.3:  # noqa: PLR2004 - a share
            name = f"{self._pick(_FACTORIES)}{self._random.integers(1, 9)}号宿舍楼"
        elif roll < 0.5:  # noqa: PLR2004 - a share
            name = f"{self._pick(_UNITS)}宿舍楼"
        else:
            name = f"{street}{number}号楼"
        if (neighbourhood, name) in self._given:
            return self._numbered(neighbourhood, name)
        self._given.add((neighbourhood, name))
        return name

    def company(self) -> str:
        """Return a company, marked as made up."""
        return f"示例{self._pick(_COMPANIES)}物业服务有限公司"

    def _plain(self, category: Category, place: str) -> str:
        match category:
            case Category.OLD_COMMUNITY:
                return self._pick(_OLD) + self._pick(_OLD_LAST)
            case Category.NEW_RURAL:
                return f"{place}新村"
            case Category.INSTITUTION_RUN:
                return f"{self._pick(_UNITS)}宿舍"
            case Category.ENTERPRISE_RUN:
                return f"{self._pick(_FACTORIES)}宿舍"
            case _:
                return self._pick(_FIRST) + self._pick(_LAST)

    def _numbered(self, neighbourhood: str, name: str) -> str:
        number = 2
        while (neighbourhood, f"{name}({number})") in self._given:
            number += 1
        self._given.add((neighbourhood, f"{name}({number})"))
        return f"{name}({number})"

    def _pick(self, names: tuple[str, ...] | list[str]) -> str:
        return str(names[self._random.integers(len(names))])
