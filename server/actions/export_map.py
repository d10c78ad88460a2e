"""The coverage map as one file that needs no network."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.vocabulary import Language
from geodata.store.queries.divisions import DivisionRow, get_division
from geodata.store.queries.drawn import (
    DRAWN_DECIMALS,
    divisions_geojson,
    drawn_bounds,
    ground_geojson,
    sites_geojson,
)
from geodata.store.queries.sounding import pinyin
from geodata.store.queries.state import SiteFilter
from maps.basemaps import Basemap
from maps.coverage_scripts import map_words
from maps.pages import MapSubject, coverage_file
from maps.symbology import Colouring
from server.actions.described import ground_attribution


@dataclass(frozen=True, slots=True)
class ExportedMap:
    """A document and its title."""

    title: str
    html: str


def export_map(
    session: Session, scope: Scope, district: str, *, on: date, language: Language
) -> ExportedMap:
    """Draw the coverage map of what an actor sees of a district into one HTML document.

    Args:
        session: A reading session.
        scope: The actor's.
        district: Code of a district in scope.
        on: The day.
        language: Of the document.

    Raises:
        DomainError: ``division.not_found``; ``assets.missing``.
    """
    subject = map_subject(session, scope, get_division(session, scope, district), on)
    wanted = SiteFilter(district=district)
    sites = json.loads(sites_geojson(session, scope, wanted, on=on, decimals=DRAWN_DECIMALS))
    for one in sites["features"]:
        # A file has no server to ask how a name sounds.
        one["properties"]["pinyin"] = pinyin(one["properties"]["name"])
    sources = {
        "divisions": json.loads(divisions_geojson(session, scope, district)),
        "sites": sites,
        "ground": json.loads(ground_geojson(session, scope, district)),
    }
    words = map_words(language)
    title = f"{subject.name} {words['title']}"
    if subject.is_sample:
        title += f" ({words['sample']})"
    return ExportedMap(title, coverage_file(subject, sources, language, title=title))


def map_subject(
    session: Session,
    scope: Scope,
    district: DivisionRow,
    on: date,
    *,
    colouring: Colouring = Colouring.CATEGORY,
    town: str | None = None,
    below: Basemap | None = None,
) -> MapSubject:
    """Return what a coverage map of a district is of, for an actor."""
    return MapSubject(
        district=district.code,
        name=district.name,
        on=on.isoformat(),
        is_sample=district.is_sample,
        colouring=colouring,
        town=town,
        bounds=drawn_bounds(session, scope, district.code),
        attribution=ground_attribution(session, district.code),
        basemap=below,
    )
