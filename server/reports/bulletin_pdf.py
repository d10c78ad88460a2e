"""The bulletin as PDF, and its map as a picture; both without a browser."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from math import cos, radians
from pathlib import Path
from typing import Any, Final

import typst

from maps.symbology import COVERAGE_STEPS
from server.reports.bulletin import Bulletin, Number, Run

_TEMPLATE: Final = Path(__file__).with_name("bulletin.typ")
_PICTURE: Final = (
    "#set page(width: 150mm, height: auto, margin: 0mm)\n"
    '#image(bytes(sys.inputs.map), format: "svg", width: 150mm)\n'
)
_WIDTH: Final = 900.0


def bulletin_pdf(bulletin: Bulletin, town_map: str) -> bytes:
    """Return a bulletin as PDF.

    Args:
        bulletin: What it says.
        town_map: SVG of `town_map`, empty for none.
    """

    def text(run: Run) -> str:
        return run.text if isinstance(run, Number) else run

    day = bulletin.issued_on
    told = {
        "title": bulletin.title,
        "to": bulletin.to,
        "opening": "".join(map(text, bulletin.opening)),
        "sections": [
            {
                "heading": one.heading,
                "paragraphs": ["".join(map(text, runs)) for runs in one.paragraphs],
                "rows": [[text(cell) for cell in row] for row in (one.header, *one.rows)]
                if one.rows
                else [],
            }
            for one in bulletin.sections
        ],
        "map": town_map,
        "ranking": [[text(cell) for cell in row] for row in bulletin.ranking],
        "issuer": bulletin.issuer,
        "day": f"{day.year}年{day.month}月{day.day}日",
        "copies": bulletin.copies,
    }
    inputs = {"told": json.dumps(told, ensure_ascii=False)}
    made: Any = typst.compile(_TEMPLATE, format="pdf", sys_inputs=inputs)
    return bytes(made)


def picture_of(town_map: str) -> bytes:
    """Return a map as PNG, for documents that take no SVG."""
    made: Any = typst.compile(
        _PICTURE.encode(), format="png", ppi=180, sys_inputs={"map": town_map}
    )
    return bytes(made[0] if isinstance(made, list) else made)


def town_map(figures: Mapping[str, Any], title: str) -> str:
    """Return a map of towns by coverage as SVG, empty where no town has a boundary.

    Args:
        figures: Of a snapshot; ``outlines``: rings of pairs of degrees by town.
        title: Above it.
    """
    outlines = figures.get("outlines") or {}
    points = [pair for rings in outlines.values() for ring in rings for pair in ring]
    if not points:
        return ""
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    shrink = cos(radians((south + north) / 2))
    scale = (_WIDTH - 60) / max((east - west) * shrink, 1e-6)
    high = (north - south) * scale + 150

    def place(pair: Sequence[float]) -> str:
        x = 30 + (pair[0] - west) * shrink * scale
        return f"{x:.1f},{80 + (north - pair[1]) * scale:.1f}"

    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:.0f} {high:.0f}"'
            ' font-family="Noto Sans CJK SC">'
        ),
        f'<text x="{_WIDTH / 2}" y="44" text-anchor="middle" font-size="30">{escape(title)}</text>',
    ]
    for town in figures["towns"]:
        rings = outlines.get(town["code"], [])
        own = town["figures"]
        share = own["covered"] / own["sites"] if own["sites"] else 1.0
        colour = next(colour for least, colour in COVERAGE_STEPS if share >= least)
        for ring in rings:
            ends = " ".join(place(pair) for pair in ring)
            parts.append(
                f'<polygon points="{ends}" fill="{colour}" fill-opacity="0.75" stroke="#333"/>'
            )
        if rings:
            longest = max(rings, key=len)
            x = sum(pair[0] for pair in longest) / len(longest)
            y = sum(pair[1] for pair in longest) / len(longest)
            left, top = place((x, y)).split(",")
            wide = (max(p[0] for p in longest) - min(p[0] for p in longest)) * shrink * scale
            size = max(9.0, min(20.0, wide / 9))
            parts.append(
                f'<text x="{left}" y="{top}" text-anchor="middle" font-size="{size:.0f}">'
                f"{escape(town['name'])} {share:.1%}</text>"
            )
    for number, (least, colour) in enumerate(COVERAGE_STEPS):
        x, y = 30 + number * 170, high - 40
        parts.append(f'<rect x="{x}" y="{y}" width="26" height="18" fill="{colour}"/>')
        parts.append(f'<text x="{x + 34}" y="{y + 16}" font-size="18">≥ {least:.0%}</text>')
    return "".join([*parts, "</svg>"])
