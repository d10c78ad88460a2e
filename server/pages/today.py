"""The inspector's day on a phone: an installable page that opens without a network."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse

from geodata.domain.checklist import CHECKLIST, SixScore
from geodata.domain.period import today
from geodata.domain.visiting import StopState
from geodata.domain.vocabulary import Language, label, words
from maps.assets import MODULES, served
from maps.overlays import script_json
from maps.pages import field_files, field_map
from maps.symbology import Colouring
from server.actions.export_map import map_subject
from server.auth import ReadingSession
from server.i18n import catalogue, language_of, word
from server.pages.context import ShownDistrict, basemap_of
from server.pages.record_fields import labels_of
from server.pages.render import page

router = APIRouter()

_STATIC: Final = Path(__file__).resolve().parent.parent / "static"
_DARK: Final = "#12385a"


@router.get("/visits/today")
def today_page(
    request: Request,
    shown: ShownDistrict,
    session: ReadingSession,
    day: Annotated[date | None, Query(description="Today by default")] = None,
) -> Response:
    """Show the stops of a day, to follow and to record."""
    language, district = language_of(request), shown.district
    subject = map_subject(
        session,
        shown.actor.scope,
        district,
        today(),
        colouring=Colouring.INSPECTION_STATUS,
        below=basemap_of(request),
    )
    asked = urlencode({"district": district.code, "on": today().isoformat()})
    tiles = {
        "address": f"/tiles/{{layers}}/{{z}}/{{x}}/{{y}}.mvt?{asked}",
        "versions": f"/api/map/versions?district={quote(district.code)}",
        "events": f"/api/events?district={quote(district.code)}",
        "isSparse": True,
    }
    pieces = field_map(subject, tiles, language)
    return page(
        request,
        "today.html",
        actor=shown.actor,
        imports=script_json({"imports": MODULES}),
        config={
            "on": (day or today()).isoformat(),
            "words": _words(language),
            "labels": {
                "state": labels_of(StopState, language),
                "column": {key: one.label(language) for key, one in words("column").items()},
            },
            "clauses": _clauses(language),
            "six": [{"key": one, "label": label(one, language)} for one in SixScore],
        },
        pieces=pieces,
        files=served(field_files(pieces, f"/map/coverage.js?lang={language}")),
    )


@router.get("/visits/worker.js")
def worker_script() -> Response:
    """Return the script that keeps the day on a device; it lies where its reach begins."""
    return FileResponse(_STATIC / "visits_worker.js", media_type="text/javascript")


@router.get("/visits/today.webmanifest")
def manifest(request: Request) -> Response:
    """Return what a phone needs to put the page on its screen."""
    language = language_of(request)
    return JSONResponse(
        {
            "name": f"{word('today.title', language)} · {word('app.name', language)}",
            "short_name": word("today.title", language),
            "lang": "zh-CN" if language == "zh" else "en",
            "start_url": "/visits/today",
            "scope": "/visits/",
            "display": "standalone",
            "background_color": "#f4f6f9",
            "theme_color": _DARK,
            "icons": [
                {"src": "/assets/server/icon.svg", "sizes": "any", "type": "image/svg+xml"},
            ],
        },
        media_type="application/manifest+json",
    )


@router.get("/v/{plan}/{site}/{page_number}/{row}")
def scanned(plan: int, site: int, page_number: int, row: int) -> Response:
    """Open the stop whose code on a printed sheet was scanned."""
    del page_number, row  # where it stands on the sheet, for who reads a photo of it
    target = f"/visits/today#{site}" if site else f"/visits/{plan}"
    return RedirectResponse(target, status_code=303)


def _words(language: Language) -> dict[str, Any]:
    said = catalogue("words")
    return {
        key.removeprefix("today."): told[language]
        for key, told in said.items()
        if key.startswith("today.")
    }


def _clauses(language: Language) -> list[dict[str, str]]:
    """Return what a problem can be about: the items of the checklist with their clauses."""
    return [
        {"clause": rule.clause, "label": label(item, language)} for item, rule in CHECKLIST.items()
    ]
