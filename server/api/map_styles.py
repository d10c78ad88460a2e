"""Our tiles for other programs: what they hold (TileJSON), and how we draw them (a style)."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session

from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.domain.vocabulary import words
from geodata.layers import FIRST_ZOOM, LAST_ZOOM
from geodata.store.queries.divisions import DivisionRow, find_divisions, get_division
from geodata.store.tiles import named_layers
from maps.styles import STYLE_SOURCES, style
from maps.symbology import Colouring
from server.actions.described import bounds_of, ground_attribution, vector_layers
from server.auth import Actor, CurrentActor, ReadingSession
from server.i18n import language_of

router = APIRouter(tags=["map"])

_VERSION: Final = "3.0.0"
_CENTRE_ZOOM: Final = 11
"""A district fits a screen here."""


@router.get("/tiles/{layers}/tilejson.json")
def tilejson(
    request: Request,
    layers: str,
    actor: CurrentActor,
    session: ReadingSession,
    district: str | None = None,
    on: date | None = None,
) -> dict[str, Any]:
    """Describe the tiles of one or several layers, joined by commas (TileJSON 3.0.0).

    Bounds and centre are those of what the actor sees; without a day the tiles are always
    those of the present one.
    """
    wanted = named_layers(layers)
    language = language_of(request)
    codes = [one.code for one in _districts(session, actor, district)]
    names = ",".join(layer.id for layer in wanted)
    named = words("layer")
    found: dict[str, Any] = {
        "tilejson": _VERSION,
        "name": ", ".join(named[layer.id].label(language) for layer in wanted),
        "scheme": "xyz",
        "tiles": [_address(request, f"tiles/{names}/{{z}}/{{x}}/{{y}}.mvt", district, on)],
        "minzoom": FIRST_ZOOM,
        "maxzoom": LAST_ZOOM,
        "vector_layers": vector_layers(wanted, language, first=FIRST_ZOOM, last=LAST_ZOOM),
    }
    attribution = ground_attribution(session, *codes)
    if attribution:
        found["attribution"] = attribution
    bounds = bounds_of(session, actor.scope, codes)
    if bounds is not None:
        west, south, east, north = bounds
        found["bounds"] = bounds
        found["center"] = [(west + east) / 2, (south + north) / 2, _CENTRE_ZOOM]
    return found


@router.get("/styles/{colouring}.json")
def map_style(
    request: Request,
    colouring: str,
    actor: CurrentActor,
    session: ReadingSession,
    district: str | None = None,
    on: date | None = None,
) -> dict[str, Any]:
    """Return a MapLibre style (version 8) of a colouring: category, management_type, and so on."""
    if colouring not in list(Colouring):
        raise DomainError("style.unknown", colouring=colouring[:100], known=list(Colouring))
    language = language_of(request)
    codes = [one.code for one in _districts(session, actor, district)]
    sources = {
        name: _address(request, f"tiles/{','.join(held)}/tilejson.json", district, on, language)
        for name, held in STYLE_SOURCES.items()
    }
    found = style(
        Colouring(colouring), sources, language, attribution=ground_attribution(session, *codes)
    )
    bounds = bounds_of(session, actor.scope, codes)
    if bounds is not None:
        west, south, east, north = bounds
        found["center"] = [(west + east) / 2, (south + north) / 2]
        found["zoom"] = _CENTRE_ZOOM
    return found


def _districts(session: Session, actor: Actor, district: str | None) -> list[DivisionRow]:
    if district is None:
        return find_divisions(session, actor.scope, kind=DivisionKind.DISTRICT)
    found = get_division(session, actor.scope, district)
    if found.kind is not DivisionKind.DISTRICT:
        raise DomainError("division.not_found", division=district[:100])
    return [found]


def _address(
    request: Request, path: str, district: str | None, on: date | None, lang: str | None = None
) -> str:
    """Return an address as the reader reaches us, with what it asked for."""
    asked = {"district": district, "on": on and on.isoformat(), "lang": lang}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{request.base_url}{path}" + (f"?{query}" if query else "")
