"""The printed sheet of an inspector's day: A4, the route on a map, a row and a code for a stop."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal, cast

import typst

from geodata.domain.travel import TravelBasis, TravelMode
from geodata.domain.vocabulary import Language, label
from server.i18n import fill, word
from server.qr import qr_code
from server.reports.sheet_layout import Box, page_mark, placed, qr_box, row_top, tick_boxes
from server.reports.visit_map import Pairs, route_picture
from server.visit_words import clock, minutes

_TEMPLATE: Final = Path(__file__).with_name("visit_sheet.typ")
_TICK_WORDS: Final = {
    "passed": "sheet.passed",
    "problems": "sheet.problems",
    "not_seen": "sheet.not_seen",
    "covered": "sheet.covered",
    "cleaning": "sheet.cleaning",
    "security": "sheet.security",
    "order": "sheet.order",
}


def visit_sheets(
    plan: dict[str, Any],
    routes: Sequence[tuple[dict[str, Any], Sequence[Pairs]]],
    *,
    address: str,
    mark: str,
    language: Language,
    picture: bool = False,
) -> list[bytes]:
    """Return the sheets of routes: one PDF, or a PNG a page.

    Args:
        plan: As `GET /api/visit-plans/{id}` tells it.
        routes: Of its routes, each with the streets around it, pairs of degrees.
        address: Of this server, for the codes: they open a stop on a phone.
        mark: Printed in the corner: 内部使用, and 示例数据 where that holds.
        language: Of the sheet.
        picture: Whether to return pictures (200 dots an inch) in place of a PDF.
    """
    told = {
        "title": word("sheet.workbook", language),
        "words": {key: word(f"sheet.{key}", language) for key in ("note", "signature", "foot")},
        "sheets": [_sheet(plan, one, roads, address, mark, language) for one, roads in routes],
    }
    kind: Literal["png", "pdf"] = "png" if picture else "pdf"
    made = typst.compile(
        _TEMPLATE, format=kind, ppi=200, sys_inputs={"told": json.dumps(told, ensure_ascii=False)}
    )
    return cast("list[bytes]", made if isinstance(made, list) else [made])


def code_of(address: str, plan: int, site: int, page: int, row: int) -> str:
    """Return what the code of a stop says: an address that opens it on a phone."""
    return f"{address}/v/{plan}/{site}/{page}/{row}"


def _sheet(
    plan: dict[str, Any],
    route: dict[str, Any],
    roads: Sequence[Pairs],
    address: str,
    mark: str,
    language: Language,
) -> dict[str, Any]:
    def say(key: str, **facts: object) -> str:
        return fill(word(key, language), facts)

    stops = route["stops"]
    pages: dict[int, list[dict[str, Any]]] = {1: []}
    for stop, (page, row) in zip(stops, placed(len(stops)), strict=True):
        code = code_of(address, plan["id"], stop["site"], page, row)
        pages.setdefault(page, []).append(
            {
                "top": row_top(page, row),
                "number": stop["position"],
                "time": f"{clock(stop['begins_s'])}–{clock(stop['ends_s'])}",
                "name": stop["name"],
                "place": " · ".join(
                    str(stop[one])
                    for one in ("town_name", "neighbourhood_name", "address")
                    if stop[one]
                ),
                "why": stop["sentence"],
                "ticks": [
                    {"box": _box(box), "label": word(_TICK_WORDS[key], language)}
                    for key, box in tick_boxes(page, row).items()
                ],
                "qr": {**_box(qr_box(page, row)), "svg": qr_code(code)},
            }
        )
    basis = label(TravelBasis(plan["basis"]), language)
    mode = label(TravelMode(plan["mode"]), language)
    km = f"{route['distance_m'] / 1000:.1f}"
    return {
        "title": say("sheet.title", inspector=route["inspector_name"], day=route["on"]),
        "summary": say(
            "sheet.summary",
            stops=len(stops),
            starts=clock(route["starts_s"]),
            ends=clock(route["ends_s"]),
            lunch=clock(route["lunch_s"]),
            km=km,
            travel=minutes(route["travel_s"]),
            mode=mode,
            basis=basis,
        ),
        "mark": mark,
        "map": route_picture(route, roads),
        "pages": [
            {
                "rows": rows,
                "mark": {
                    **_box(page_mark()),
                    "svg": qr_code(code_of(address, plan["id"], 0, page, 0)),
                },
            }
            for page, rows in pages.items()
        ],
    }


def _box(box: Box) -> dict[str, float]:
    return {"x": box.x, "y": box.y, "side": box.side}
