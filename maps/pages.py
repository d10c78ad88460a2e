"""Maps put together: the coverage map for a page or as a file of its own, and one site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup

from geodata.domain.boundary import BoundarySource
from geodata.domain.vocabulary import Language, group_of, words
from maps.assets import DECODER, DRAWING_CSS, DRAWING_JS, KIT_CSS, OURS, PMTILES_JS, inlined
from maps.basemaps import Basemap
from maps.canvas import Pieces, draw
from maps.coverage_scripts import FILE_SCRIPTS, given, map_words
from maps.overlays import ScriptOverlay, TileOverlay
from maps.symbology import Colouring
from maps.templating import Unindented
from maps.tiles import drawn_from

MAP_CSS: Final = OURS + "coverage_map.css"
SCRIPTS: Final = [
    OURS + name
    for name in (
        "words.js",
        "ground.js",
        "divisions.js",
        "site.js",
        "changes.js",
        "comparison.js",
    )
]
_BOUNDARY_FILES: Final = [
    DRAWING_CSS,
    OURS + "boundary.css",
    DRAWING_JS,
    *(
        OURS + name
        for name in (
            "boundary_around.js",
            "boundary_shape.js",
            "boundary_tools.js",
            "boundary_panel.js",
            "boundary_saving.js",
            "boundary.js",
        )
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSubject:
    """What a coverage map is of.

    Attributes:
        district: Code of the district.
        name: Its name.
        on: Day of the data, ISO.
        is_sample: Whether it is marked 示例数据.
        attribution: Where the ground comes from, plain text.
        colouring: The one shown first.
        town: Code of the town shown first, ``None`` for all.
        bounds: West, south, east, north in degrees of what there is to show.
        basemap: What lies under it, ``None`` for nothing.
    """

    district: str
    name: str
    on: str
    is_sample: bool
    attribution: str = ""
    colouring: Colouring = Colouring.CATEGORY
    town: str | None = None
    bounds: tuple[float, float, float, float] | None = None
    basemap: Basemap | None = None


def map_files(pieces: Pieces) -> list[str]:
    """Return the local files that a page with a map of ours loads, in order."""
    return [*pieces.links, MAP_CSS, *SCRIPTS]


def coverage_files(pieces: Pieces, script: str, subject: MapSubject) -> list[str]:
    """Return the local files that a page with the coverage map loads, in order.

    Args:
        pieces: The map.
        script: Where `maps.coverage_scripts.coverage_script` is to be had.
        subject: What it is of.
    """
    reader = [] if _ground_archive(subject) is None else [PMTILES_JS]
    return [*pieces.links, MAP_CSS, *reader, script, DECODER]


def _ground_archive(subject: MapSubject) -> dict[str, Any] | None:
    """Return where the ground is drawn from, if out of an archive, and its deepest zoom."""
    below = subject.basemap
    if below is None or below.archive is None:
        return None
    return {"address": below.archive, "last": below.max_zoom}


def coverage_map(
    subject: MapSubject, tiles: Mapping[str, Any], sources: Mapping[str, str], language: Language
) -> tuple[Pieces, str]:
    """Return the coverage map's canvas, and the skeleton of its legend and panels.

    Args:
        subject: What it is of.
        tiles: Addresses: ``address`` (template), ``versions``, ``events``; ``isSparse``: whether
            there are few enough sites to draw each at any zoom.
        sources: Addresses: ``divisions``, ``figures``, ``gaps``, ``search``; templates ``site``,
            ``card``, ``town``. The map adds the subject's ``district`` and ``on`` to each.
        language: Of words and labels.
    """
    config = {"subject": asdict(subject), "sources": dict(sources), **_said(subject, language)}
    shown = {
        "bounds": subject.bounds,
        "on": subject.on,
        "colouring": subject.colouring,
        "groundArchive": _ground_archive(subject),
    }
    overlay = TileOverlay({**tiles, **shown})
    return draw([overlay, ScriptOverlay("startCoverage", config)]), _skeleton(subject, language)


def _skeleton(subject: MapSubject, language: Language) -> str:
    skeleton = templates().get_template("coverage_map.html")
    return skeleton.render(subject=subject, t=map_words(language))


def coverage_file(
    subject: MapSubject, sources: Mapping[str, Any], language: Language, *, title: str
) -> str:
    """Return the coverage map as one HTML document that needs no network.

    Args:
        subject: What it is of.
        sources: GeoJSON: ``divisions``, ``sites``, ``ground``.
        language: Of words and labels.
        title: Of the document.
    """
    config = {
        "subject": asdict(subject),
        "sources": dict(sources),
        "drawnFrom": drawn_from(),
        **given(language),
        **_said(subject, language),
    }
    pieces = draw([ScriptOverlay("startCoverage", config)])
    files = [*pieces.links, MAP_CSS, *FILE_SCRIPTS]
    document = templates().get_template("file.html")
    return document.render(
        title=title,
        language=language,
        files=Markup(inlined([KIT_CSS, *files])),  # noqa: S704 - ours
        body=Markup(pieces.body),  # noqa: S704 - written by folium from our own names
        skeleton=Markup(_skeleton(subject, language)),  # noqa: S704 - escaped when it was made
        script=Markup(pieces.script),  # noqa: S704 - JSON escaped in `maps.overlays`
    )


def site_map(config: Mapping[str, Any], subject: MapSubject, language: Language) -> Pieces:
    """Return the map of one site.

    Args:
        config: ``geometry`` (GeoJSON), ``colour``, and the addresses ``ground`` and
            ``footprints`` as in `coverage_map`.
        subject: The district it lies in.
        language: Of words.
    """
    return draw([ScriptOverlay("startSite", {**config, **_spoken(subject, language)})])


def changes_map(config: Mapping[str, Any], subject: MapSubject, language: Language) -> Pieces:
    """Return the map of what changed between two days.

    Args:
        config: ``sites``, address of GeoJSON with name, kinds and mark (gain, loss, changed);
            ``record``, address template; ``colours`` by mark; ``ground`` as in `coverage_map`.
        subject: The district they lie in.
        language: Of words.
    """
    said = {**config, "bounds": subject.bounds, **_spoken(subject, language)}
    return draw([ScriptOverlay("startChanges", said)])


def comparison_map(addresses: Mapping[str, str], subject: MapSubject, language: Language) -> Pieces:
    """Return a map of a district on which positions before and after are drawn.

    Args:
        addresses: ``divisions``, ``ground`` and ``footprints`` as in `coverage_map`.
        subject: The district.
        language: Of words.
    """
    config = {**addresses, "bounds": subject.bounds, **_spoken(subject, language)}
    return draw([ScriptOverlay("startComparison", config)])


def gaps_files(pieces: Pieces) -> list[str]:
    """Return the local files that a page with a map of gaps loads, in order."""
    return [*map_files(pieces), OURS + "gaps.js"]


def gaps_map(config: Mapping[str, Any], subject: MapSubject, language: Language) -> Pieces:
    """Return the map on which the gaps of a list are drawn; the list's script fills it.

    Args:
        config: ``ground`` and ``footprints`` as in `coverage_map`; ``colours`` by kind of gap.
        subject: The district they lie in.
        language: Of words.
    """
    said = {**config, "bounds": subject.bounds, **_spoken(subject, language)}
    return draw([ScriptOverlay("startGaps", said)])


def routes_files(pieces: Pieces) -> list[str]:
    """Return the local files that a page with routes of visits loads, in order."""
    return [*map_files(pieces), OURS + "routes.js"]


def routes_map(config: Mapping[str, Any], subject: MapSubject, language: Language) -> Pieces:
    """Return the map on which routes of visits are drawn; the plan's script fills it.

    Args:
        config: ``ground`` as in `coverage_map`.
        subject: The district they lie in.
        language: Of words.
    """
    said = {**config, "bounds": subject.bounds, **_spoken(subject, language)}
    return draw([ScriptOverlay("startRoutes", said)])


def overview_files(pieces: Pieces) -> list[str]:
    """Return the local files that a page with a district on one screen loads, in order."""
    return [*map_files(pieces), OURS + "overview.js"]


def overview_map(config: Mapping[str, Any], subject: MapSubject, language: Language) -> Pieces:
    """Return the map of one or two days, side by side; the page's script fills it.

    Args:
        config: ``divisions``, ``ground`` and ``footprints`` as in `coverage_map`; ``colours``:
            ``steps`` (least share and colour), ``standalone``, ``community``.
        subject: The district.
        language: Of words.
    """
    said = {**config, "bounds": subject.bounds, **_spoken(subject, language)}
    return draw([ScriptOverlay("startOverview", said)])


def field_files(pieces: Pieces, script: str) -> list[str]:
    """Return the local files that the map of a day in the field loads, in order.

    Args:
        pieces: The map.
        script: Where `maps.coverage_scripts.coverage_script` is to be had.
    """
    return [*pieces.links, MAP_CSS, script, OURS + "routes.js", DECODER]


def field_map(subject: MapSubject, tiles: Mapping[str, Any], language: Language) -> Pieces:
    """Return the map of a day in the field: routes over our own tiles.

    Args:
        subject: The district.
        tiles: Addresses as in `coverage_map`.
        language: Of words.
    """
    shown = {"bounds": subject.bounds, "on": subject.on, "colouring": subject.colouring}
    overlay = TileOverlay({**tiles, **shown})
    said = {"bounds": subject.bounds, **_spoken(subject, language)}
    return draw([overlay, ScriptOverlay("startRoutes", said)])


def boundary_files(pieces: Pieces) -> list[str]:
    """Return the local files that a page with a boundary to draw loads, in order."""
    return [*map_files(pieces), *_BOUNDARY_FILES]


def boundary_map(
    config: Mapping[str, Any], subject: MapSubject, language: Language
) -> tuple[Pieces, str]:
    """Return the canvas on which a site's boundary is drawn, and the skeleton of its tools.

    Args:
        config: ``site`` (name, place, address), ``geometry``, ``point`` and ``bounds`` to begin
            with, ``version``, ``source``, ``note``, ``accuracy_m``, ``canUndo``, the addresses
            ``boundary``, ``around``, ``ground`` and ``footprints``, ``places`` (before, after,
            left, list, record), and ``without``, the sites that the rest of a split may go to.
        subject: The district it lies in.
        language: Of words.
    """
    t = map_words(language, "boundary_words")
    labels = _labels(group_of(BoundarySource), language)
    whole = {**config, **_spoken(subject, language), "words": t, "sources": labels}
    pieces = draw([ScriptOverlay("startBoundary", {**whole, "language": language})])
    skeleton = templates().get_template("boundary.html")
    return pieces, skeleton.render(site=config["site"], places=config["places"], t=t)


def _labels(group: str, language: Language) -> dict[str, str]:
    return {key: word.label(language, short=True) for key, word in words(group).items()}


def _spoken(subject: MapSubject, language: Language) -> dict[str, Any]:
    """Return what a map of its own says of itself, with its words."""
    return {"words": map_words(language), **_said(subject, language)}


def _said(subject: MapSubject, language: Language) -> dict[str, Any]:
    """Return what every map says and shows of itself: its sources and its basemap."""
    said = map_words(language)
    below = subject.basemap
    parts = (
        said["sample"] if subject.is_sample else "",
        said["internal"],
        subject.attribution,
        below.attribution if below else "",
    )
    return {
        "attribution": " · ".join(dict.fromkeys(part for part in parts if part)),
        "basemap": None if below is None else asdict(below),
    }


@cache
def templates() -> Environment:
    """Return the templates of documents."""
    return Environment(
        loader=PackageLoader("maps", "templates"),
        autoescape=select_autoescape(),
        trim_blocks=True,
        extensions=[Unindented],
    )
