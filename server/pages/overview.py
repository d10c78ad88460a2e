"""A district on one screen: for leaders, and for a display on the wall."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Final

from fastapi import APIRouter, Request, Response

from geodata.domain.indicator import Denominator
from geodata.domain.monthly import month_before
from geodata.domain.vocabulary import Language, label
from maps.assets import served
from maps.pages import overview_files, overview_map
from maps.symbology import COLOURS, COVERAGE_STEPS, Gap
from server.actions.export_map import map_subject
from server.auth import ReadingSession
from server.i18n import catalogue, language_of
from server.pages.context import ShownDistrict, basemap_of, ground_addresses
from server.pages.render import page

router = APIRouter()

_MONTHS: Final = 18
"""Ends of months that the slider of days reaches back."""


@router.get("/overview")
def overview_page(request: Request, shown: ShownDistrict, session: ReadingSession) -> Response:
    """Show rates, map, ranking, lapses and gaps of a day; the slider moves all of them."""
    scope, district, language = shown.actor.scope, shown.district, language_of(request)
    subject = map_subject(session, scope, district, shown.on, below=basemap_of(request))
    addresses = {
        **ground_addresses(district.code),
        "divisions": f"/api/map/divisions.geojson?district={district.code}",
    }
    colours = {
        "steps": COVERAGE_STEPS,
        "standalone": COLOURS[Gap.STANDALONE_UNCOVERED],
        "community": COLOURS[Gap.COMMUNITY_UNCOVERED],
    }
    pieces = overview_map({**addresses, "colours": colours}, subject, language)
    return page(
        request,
        "overview.html",
        active="overview",
        config={
            "district": district.code,
            "name": district.name,
            "days": [one.isoformat() for one in month_ends(shown.on, _MONTHS)],
            "denominators": [(one, label(one, language)) for one in Denominator],
            "words": _words(language),
        },
        steps=COVERAGE_STEPS,
        gap_colours={one: COLOURS[one] for one in Gap},
        Gap=Gap,
        pieces=pieces,
        files=served(overview_files(pieces)),
        **shown.head(),
    )


def month_ends(on: date, count: int) -> list[date]:
    """Return the ends of the last months in order, and the day itself."""
    days = [on]
    month = month_before(on.replace(day=1))
    for _ in range(count):
        days.append(month.replace(day=monthrange(month.year, month.month)[1]))
        month = month_before(month)
    return days[::-1]


def _words(language: Language) -> dict[str, str]:
    return {
        key.removeprefix("overview."): told[language]
        for key, told in catalogue("words").items()
        if key.startswith("overview.")
    }
