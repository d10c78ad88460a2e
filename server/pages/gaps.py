"""What nobody manages, or the ledger does not know: list, map and decisions on one page."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from geodata.domain.boundary import BoundaryProblem
from geodata.domain.category import Category
from geodata.domain.division import DivisionKind
from geodata.domain.footprint import ClassReason
from geodata.domain.gap import GapDecision, GapKind
from geodata.domain.gap_rules import GAP_RULES
from geodata.domain.management import ManagementType
from geodata.domain.period import today
from geodata.domain.policy import Requirement
from geodata.domain.vocabulary import Language, words
from geodata.store.queries.divisions import find_divisions
from geodata.store.queries.gaps.boundary_gaps import NO_BOUNDARY
from geodata.store.queries.gaps.site_gaps import SERVICES
from maps.assets import served
from maps.pages import gaps_files, gaps_map
from maps.symbology import GAP_COLOURS
from server.actions.export_map import map_subject
from server.auth import ReadingSession
from server.i18n import catalogue, language_of, word
from server.pages.context import ShownDistrict, basemap_of, ground_addresses
from server.pages.ledger import is_writer
from server.pages.record_fields import labels_of
from server.pages.render import page

router = APIRouter()

_ALIKE: Final = ("name", "address", "ground")
_LABELLED: Final = (Category, ManagementType, GapKind, GapDecision)
_REASONS: Final = (Requirement, BoundaryProblem, ClassReason)


@router.get("/gaps")
def gaps_page(
    request: Request,
    shown: ShownDistrict,
    session: ReadingSession,
    kind: GapKind = GapKind.UNMANAGED,
    town: str | None = None,
) -> Response:
    """Show what a town, or a district, has to do something about today."""
    scope, district = shown.actor.scope, shown.district
    language = language_of(request)
    subject = map_subject(session, scope, district, today(), town=town, below=basemap_of(request))
    ground = ground_addresses(district.code)
    pieces = gaps_map({**ground, "colours": GAP_COLOURS}, subject, language)

    def places(level: DivisionKind) -> list[Any]:
        return find_divisions(session, scope, kind=level, district=district.code)

    return page(
        request,
        "gaps.html",
        active="gaps",
        kind=kind,
        GapKind=GapKind,
        town=town,
        towns=places(DivisionKind.TOWN),
        neighbourhoods=places(DivisionKind.NEIGHBOURHOOD),
        config=_config(district.code, language, may_decide=is_writer(shown.actor)),
        pieces=pieces,
        files=served(gaps_files(pieces)),
        **{key: value for key, value in shown.head().items() if key != "on"},
    )


def reasons_of(language: Language) -> dict[str, str]:
    """Return what each key of `Gap.lacks` is called."""
    lacks = {key: told for enum in _REASONS for key, told in labels_of(enum, language).items()}
    lacks |= {key: word(f"gaps.alike_{key}", language) for key in _ALIKE}
    lacks |= {key: words("column")[key].label(language) for key in SERVICES}
    lacks["use"] = word("gaps.use_residential", language)
    lacks[NO_BOUNDARY] = word("gaps.no_boundary", language)
    return lacks


def _config(district: str, language: Language, *, may_decide: bool) -> dict[str, Any]:
    said = {key: told[language] for key, told in catalogue("words").items()}
    spoken = {
        key.removeprefix("gaps."): told for key, told in said.items() if key.startswith("gaps.")
    }
    return {
        "district": district,
        "asked": urlencode({"district": district}),
        "mayDecide": may_decide,
        "labels": {enum.__name__: labels_of(enum, language) for enum in _LABELLED},
        "lacks": reasons_of(language),
        "decisions": {kind.value: rule.decisions for kind, rule in GAP_RULES.items()},
        "words": spoken,
    }
