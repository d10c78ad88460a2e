"""The path to full coverage: what is missing, when the pace gets there, what would do it."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from geodata.domain.category import Category
from geodata.domain.division import DivisionKind
from geodata.domain.gap import GapKind
from geodata.domain.indicator import Denominator
from geodata.domain.path_to_full import PACE_WEEKS, PathAction
from geodata.domain.period import today
from geodata.store.queries.divisions import find_divisions
from geodata.store.queries.state import SiteFilter
from maps.assets import served
from maps.pages import gaps_files, gaps_map
from maps.symbology import GAP_COLOURS
from server.actions.export_map import map_subject
from server.actions.path_to_full import costs_of, path_to_full
from server.api.path import Wish, path_json
from server.auth import ReadingSession
from server.i18n import language_of, word
from server.pages.context import ShownDistrict, basemap_of, ground_addresses
from server.pages.record_fields import labels_of
from server.pages.render import page

router = APIRouter()

_WORDS: Final = ("path.chosen", "path.cost", "path.nothing")


@router.get("/path")
def path_page(
    request: Request,
    shown: ShownDistrict,
    session: ReadingSession,
    wish: Wish,
    town: str | None = None,
) -> Response:
    """Show the path; ticking actions off and on simulates the four rates, and decides nothing."""
    scope, district, on = shown.actor.scope, shown.district, today()
    language = language_of(request)
    wanted = SiteFilter(district=district.code, town=town or None)
    path = path_to_full(session, scope, wanted, wish, on=on)
    subject = map_subject(session, scope, district, on, town=town, below=basemap_of(request))
    pieces = gaps_map(
        {**ground_addresses(district.code), "colours": GAP_COLOURS}, subject, language
    )
    total = path.rows[-1][0]
    config: dict[str, Any] = {
        "actions": path_json(path)["actions"],
        "shapes": f"/api/gaps.geojson?kind={GapKind.UNMANAGED}&limit=20000&district={district.code}"
        + (f"&town={town}" if town else ""),
        "amounts": {one.value: total.amounts[one] for one in Denominator},
        "covered": {one.value: total.covered[one] for one in Denominator},
        "labels": {
            "action": labels_of(PathAction, language),
            "category": labels_of(Category, language),
        },
        "words": {key: word(key, language) for key in _WORDS},
    }
    return page(
        request,
        "path.html",
        active="path",
        path=path,
        wish=wish,
        town=town,
        towns=find_divisions(session, scope, kind=DivisionKind.TOWN, district=district.code),
        weeks=PACE_WEEKS,
        costs=costs_of(session, district.code, on=on),
        shown_for=(Denominator.SITES, Denominator.HOUSEHOLDS),
        total=total,
        config=config,
        pieces=pieces,
        files=served(gaps_files(pieces)),
        **{key: value for key, value in shown.head().items() if key != "on"},
    )
