"""The bulletin of a closed month as the parts of an official document, in words and numbers.

Everything comes from the snapshot: made again it says the same. Each number names what it
counts, so that a reader can open exactly these rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from geodata.domain.monthly import ReportTiming

_ORDINALS: Final = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Number:
    """A figure as it is written, with what it counts: ``{town or total}.{figure}``."""

    text: str
    ref: str


Run = str | Number


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part: a heading, paragraphs, and a table where it has one."""

    heading: str
    paragraphs: tuple[tuple[Run, ...], ...]
    header: tuple[str, ...] = ()
    rows: tuple[tuple[Run, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Bulletin:
    """An official document of a month.

    Attributes:
        title: 标题.
        to: 主送.
        opening: Before the first section.
        sections: In order.
        ranking: Header and rows of the annex.
        issuer: 落款.
        issued_on: 成文日期.
        copies: 抄送.
    """

    title: str
    to: str
    opening: tuple[Run, ...]
    sections: tuple[Section, ...]
    ranking: tuple[tuple[Run, ...], ...]
    issuer: str
    issued_on: date
    copies: str


def bulletin_of(
    figures: Mapping[str, Any], month: date, closed_on: date, *, district: str, issuer: str
) -> Bulletin:
    """Return the bulletin of a closed month.

    Args:
        figures: Of the snapshot.
        month: First day of the month.
        closed_on: When it was closed: the day of the document.
        district: Name of the district.
        issuer: Who issues it.
    """
    towns, total = figures["towns"], figures["total"]
    called = f"{month.year}年{month.month}月份"
    opening: tuple[Run, ...] = (f"现将{called}{district}住宅小区物业管理全覆盖工作情况通报如下。",)
    sections = (
        Section(_numbered(0, "总体情况"), (_overall(figures, total),)),
        Section(
            _numbered(1, "各镇(街道)情况"),
            ((f"截至{_day(figures['on'])}, 各镇(街道)情况见下表。",),),
            (
                "镇(街道)",
                "小区楼房(个)",
                "已覆盖(个)",
                "覆盖率",
                "比上月",
                "独幢楼房",
                "核实(个)",
                "月报",
            ),
            (*tuple(_town_row(one) for one in towns), _total_row(total)),
        ),
        Section(_numbered(2, "存在问题"), _problems(towns)),
        Section(_numbered(3, "下步要求"), _next(towns)),
    )
    return Bulletin(
        title=f"关于{called}{district}住宅小区物业管理全覆盖工作情况的通报",
        to="区委、区政府:",
        opening=opening,
        sections=sections,
        ranking=_ranking(towns),
        issuer=issuer,
        issued_on=closed_on,
        copies="区人大办, 区政协办, 区纪委办, 各镇政府、街道办事处",
    )


def ranked(towns: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return towns by coverage, then by how few sites are left, then in official order."""
    return sorted(
        towns,
        key=lambda one: (
            -_rate(one["figures"]),
            one["figures"]["sites"] - one["figures"]["covered"],
        ),
    )


def _rate(figures: Mapping[str, float]) -> float:
    return figures["covered"] / figures["sites"] if figures["sites"] else 1.0


def _numbered(at: int, text: str) -> str:
    return f"{_ORDINALS[at]}、{text}"


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.year}年{day.month}月{day.day}日"


def _percent(figures: Mapping[str, float]) -> str:
    return f"{_rate(figures):.1%}"


def _overall(figures: Mapping[str, Any], total: Mapping[str, int]) -> tuple[Run, ...]:
    return (
        f"截至{_day(figures['on'])}, 全区共有住宅小区和独幢楼房",
        Number(f"{total['sites']:,}", "total.sites"),
        "个, 已实施物业管理",
        Number(f"{total['covered']:,}", "total.covered"),
        f"个, 覆盖率{_percent(total)}; 其中专业化物业管理",
        Number(f"{total['market']:,}", "total.market"),
        "个, 经检查核实",
        Number(f"{total['verified']:,}", "total.verified"),
        "个。独幢楼房",
        Number(f"{total['standalone']:,}", "total.standalone"),
        "个, 已覆盖",
        Number(f"{total['standalone_covered']:,}", "total.standalone_covered"),
        f"个。本月新发现问题{total['findings_opened']:,}个, 销号{total['findings_closed']:,}个。",
    )


_TIMINGS: Final = {
    ReportTiming.ON_TIME: "按时",
    ReportTiming.LATE: "逾期",
    ReportTiming.MISSING: "未报",
    ReportTiming.NOT_DUE: "未到期",
}


def _town_row(one: Mapping[str, Any]) -> tuple[Run, ...]:
    own, code = one["figures"], one["code"]
    change = one["change"].get("covered")
    return (
        one["name"],
        Number(f"{own['sites']:,}", f"{code}.sites"),
        Number(f"{own['covered']:,}", f"{code}.covered"),
        _percent(own),
        "—" if change is None else f"{change:+,.0f}",
        Number(f"{own['standalone']:,}", f"{code}.standalone"),
        Number(f"{own['verified']:,}", f"{code}.verified"),
        _TIMINGS[ReportTiming(one["timing"])],
    )


def _total_row(total: Mapping[str, int]) -> tuple[Run, ...]:
    return (
        "合计",
        Number(f"{total['sites']:,}", "total.sites"),
        Number(f"{total['covered']:,}", "total.covered"),
        _percent(total),
        "",
        Number(f"{total['standalone']:,}", "total.standalone"),
        Number(f"{total['verified']:,}", "total.verified"),
        "",
    )


def _named(towns: Sequence[Mapping[str, Any]], timing: ReportTiming) -> str:
    return "、".join(one["name"] for one in towns if one["timing"] == timing)


def _problems(towns: Sequence[Mapping[str, Any]]) -> tuple[tuple[Run, ...], ...]:
    told: list[tuple[Run, ...]] = []
    behind = [one for one in ranked(towns)[::-1] if _rate(one["figures"]) < 1][:3]
    if behind:
        runs: list[Run] = ["(一)部分镇(街道)尚未实现全覆盖。"]
        for at, one in enumerate(behind):
            left = one["figures"]["sites"] - one["figures"]["covered"]
            runs += [
                f"{'、' if at else ''}{one['name']}覆盖率{_percent(one['figures'])}, 还差",
                Number(f"{left:,}", f"{one['code']}.uncovered"),
                "个",
            ]
        told.append((*runs, "。"))
    late, missing = _named(towns, ReportTiming.LATE), _named(towns, ReportTiming.MISSING)
    if late or missing:
        parts = [f"{missing}未报送月报" if missing else "", f"{late}逾期报送月报" if late else ""]
        told.append((f"(二)月报报送不及时。{', '.join(one for one in parts if one)}。",))
    return tuple(told) or (("各镇(街道)均已实现全覆盖, 月报均按时报送。",),)


def _next(towns: Sequence[Mapping[str, Any]]) -> tuple[tuple[Run, ...], ...]:
    left = sum(one["figures"]["sites"] - one["figures"]["covered"] for one in towns)
    if left:
        return (
            (
                "各镇(街道)要逐个落实一小区一对策, 对剩余",
                Number(f"{left:,}", "total.uncovered"),
                "个小区和楼房明确时限; 方案无法落实的, 组织社区落实简易物业管理, 实行政府托底。",
            ),
        )
    return (("各镇(街道)要巩固成果, 建立长效机制, 坚决防止出现新增物业失管小区。",),)


def _ranking(towns: Sequence[Mapping[str, Any]]) -> tuple[tuple[Run, ...], ...]:
    header: tuple[Run, ...] = ("名次", "镇(街道)", "覆盖率", "还差(个)")
    rows: list[tuple[Run, ...]] = []
    for place, one in enumerate(ranked(towns), start=1):
        left = one["figures"]["sites"] - one["figures"]["covered"]
        rows.append(
            (
                str(place),
                one["name"],
                _percent(one["figures"]),
                Number(f"{left:,}", f"{one['code']}.uncovered"),
            )
        )
    return (header, *rows)
