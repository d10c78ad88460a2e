"""The coverage map on paper: A4 or A3, with title, legend, scale, date, mark and review number."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from math import cos, floor, log10, radians
from pathlib import Path
from typing import Any, Final, Literal

import typst

from geodata.domain.category import Category
from geodata.domain.vocabulary import Language, label
from maps.symbology import COLOURS, COVERAGE_STEPS, UNCOVERED_EDGE, Gap
from server.i18n import fill, word

Paper = Literal["a4", "a3"]
Outlines = Mapping[str, Sequence[Sequence[Sequence[float]]]]
"""Rings of pairs of degrees by code of town."""

_TEMPLATE: Final = Path(__file__).with_name("coverage_sheet.typ")
_WIDE: Final = 1000.0
_HIGH: Final = 720.0
_MARGIN: Final = 30.0
_BAR: Final = 200.0
"""The longest that a scale's bar may be, in units of the picture."""
_METRES_PER_DEGREE: Final = 111_320.0
_DOTS_PER_INCH: Final = 200
_FONT: Final = "Noto Sans CJK SC"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOnPaper:
    """What a sheet shows.

    Attributes:
        title: Above it.
        towns: By rank: ``code``, ``name``, ``rate``, ``figures`` (sites, covered).
        outlines: Of towns; one without is in the table alone.
        spots: Sites that nobody manages: ``category``, ``longitude``, ``latitude``.
        on: Day of the data.
        mark: 内部使用, and 示例数据 where that holds.
    """

    title: str
    towns: Sequence[Mapping[str, Any]]
    outlines: Outlines
    spots: Sequence[Mapping[str, Any]]
    on: date
    mark: str


def coverage_sheet(
    shown: DayOnPaper, *, paper: Paper, language: Language, kind: Literal["pdf", "png"]
) -> bytes:
    """Return the sheet as PDF or PNG, lying on its long side.

    Args:
        shown: What is on it.
        paper: Its size.
        language: Of its words.
        kind: Of the file.
    """

    def say(key: str, **facts: object) -> str:
        return fill(word(f"overview.{key}", language), facts)

    counts = [one["figures"] for one in shown.towns]
    total = {key: sum(int(one[key]) for one in counts) for key in ("sites", "covered")}
    told = {
        "paper": paper,
        "title": shown.title,
        "mark": shown.mark,
        "map": _picture(shown, language),
        "legend": _legend(language),
        "day": say("as_of", day=shown.on.isoformat()),
        "total": say("sheet_total", **total, rate=_percent(total["covered"], total["sites"])),
        "review": say("sheet_review"),
        "head": [say("sheet_town"), say("sheet_covered"), say("sheet_rate")],
        "rows": [
            [
                str(one["name"]),
                f"{one['figures']['covered']:.0f} / {one['figures']['sites']:.0f}",
                _percent(one["figures"]["covered"], one["figures"]["sites"]),
            ]
            for one in shown.towns
        ],
    }
    inputs = {"told": json.dumps(told, ensure_ascii=False)}
    made: Any = typst.compile(_TEMPLATE, format=kind, ppi=_DOTS_PER_INCH, sys_inputs=inputs)
    return bytes(made[0] if isinstance(made, list) else made)


def _percent(part: float, whole: float) -> str:
    return f"{part / whole:.1%}" if whole else "—"


def _legend(language: Language) -> list[dict[str, str]]:
    lowest = COVERAGE_STEPS[-2][0]
    steps = [
        {"colour": colour, "text": f"≥ {least:.0%}" if least else f"< {lowest:.0%}"}
        for least, colour in COVERAGE_STEPS
    ]
    kinds = (Gap.STANDALONE_UNCOVERED, Gap.COMMUNITY_UNCOVERED)
    return steps + [{"colour": COLOURS[one], "text": label(one, language)} for one in kinds]


def _picture(shown: DayOnPaper, language: Language) -> str:
    """Return the map itself as SVG, north up, empty where nothing has a place."""
    towns, outlines = shown.towns, shown.outlines
    rings = [ring for one in towns for ring in outlines.get(one["code"], [])]
    placed = [one for one in shown.spots if one["longitude"] is not None]
    points = [
        *((pair[0], pair[1]) for ring in rings for pair in ring),
        *((one["longitude"], one["latitude"]) for one in placed),
    ]
    if not points:
        return ""
    frame = _Frame(points)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE:.0f} {_HIGH:.0f}"'
            f' font-family="{_FONT}">'
        ),
        f'<rect width="{_WIDE:.0f}" height="{_HIGH:.0f}" fill="#f6f5f1" stroke="#b5b5b5"/>',
    ]
    for town in towns:
        for ring in outlines.get(town["code"], []):
            ends = " ".join(frame.text(one) for one in ring)
            parts.append(
                f'<polygon points="{ends}" fill="{_colour(town["rate"])}" fill-opacity="0.6"'
                ' stroke="#46535f" stroke-width="1.2"/>'
            )
    parts += [_dot(one, frame) for one in placed]
    parts += [_name(one, outlines.get(one["code"], []), frame) for one in towns]
    return "".join([*parts, _scale_bar(frame), _north(language), "</svg>"])


class _Frame:
    """Places degrees on the picture, as large as they go."""

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        xs, ys = zip(*points, strict=True)
        self._west, self._north = min(xs), max(ys)
        self._shrink = cos(radians((min(ys) + max(ys)) / 2))
        across = max((max(xs) - self._west) * self._shrink, 1e-4)
        up = max(self._north - min(ys), 1e-4)
        self.scale = min((_WIDE - 2 * _MARGIN) / across, (_HIGH - 2 * _MARGIN) / up)
        self._left = (_WIDE - across * self.scale) / 2
        self._top = (_HIGH - up * self.scale) / 2

    def place(self, x: float, y: float) -> tuple[float, float]:
        left = self._left + (x - self._west) * self._shrink * self.scale
        return left, self._top + (self._north - y) * self.scale

    def text(self, pair: Sequence[float]) -> str:
        x, y = self.place(pair[0], pair[1])
        return f"{x:.1f},{y:.1f}"


def _colour(rate: float | None) -> str:
    share = 1.0 if rate is None else rate
    return next(colour for least, colour in COVERAGE_STEPS if share >= least)


def _dot(spot: Mapping[str, Any], frame: _Frame) -> str:
    x, y = frame.place(spot["longitude"], spot["latitude"])
    is_standalone = spot["category"] == Category.STANDALONE_BUILDING.value
    kind = Gap.STANDALONE_UNCOVERED if is_standalone else Gap.COMMUNITY_UNCOVERED
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.4" fill="{COLOURS[kind]}"'
        f' stroke="{UNCOVERED_EDGE}" stroke-width="0.7"/>'
    )


def _name(
    town: Mapping[str, Any], rings: Sequence[Sequence[Sequence[float]]], frame: _Frame
) -> str:
    if not rings:
        return ""
    longest = max(rings, key=len)
    x = sum(pair[0] for pair in longest) / len(longest)
    y = sum(pair[1] for pair in longest) / len(longest)
    left, top = frame.place(x, y)
    rate = _percent(town["figures"]["covered"], town["figures"]["sites"])
    return (
        f'<text x="{left:.1f}" y="{top:.1f}" text-anchor="middle" font-size="13"'
        ' stroke="#ffffff" stroke-width="3" paint-order="stroke" fill="#1f2937">'
        f"{escape(str(town['name']))} {rate}</text>"
    )


def _scale_bar(frame: _Frame) -> str:
    per_metre = frame.scale / _METRES_PER_DEGREE
    longest = _BAR / per_metre
    step = 10 ** floor(log10(longest))
    metres = max(one * step for one in (1, 2, 5) if one * step <= longest)
    text = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"  # noqa: PLR2004 - a km
    y = _HIGH - 16
    return (
        f'<line x1="20" y1="{y}" x2="{20 + metres * per_metre:.1f}" y2="{y}" stroke="#333"'
        f' stroke-width="3"/><text x="20" y="{y - 8}" font-size="13" fill="#333">{text}</text>'
    )


def _north(language: Language) -> str:
    x = _WIDE - 34
    letter = {"zh": "北", "en": "N"}[language]
    return (
        f'<path d="M{x} 22 l9 30 l-9 -7 l-9 7 z" fill="#333"/>'
        f'<text x="{x}" y="70" text-anchor="middle" font-size="15" fill="#333">{letter}</text>'
    )
