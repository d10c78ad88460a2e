"""Our layers in our colours for other programs: styles of MapLibre (version 8).

Zooms are those of tiles, which a style draws 512 pixels wide: one less than on our own map. No
style names a font server or a sprite: MapLibre GL JS from 5.11 on writes texts with the reader's
fonts where a style has no ``glyphs``, and QGIS always does. Without a sprite nothing can be
hatched: a site of several management types has the colour of the first, and a dashed edge in
that of the second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from itertools import combinations
from typing import Any, Final

from geodata.domain.division import DivisionKind
from geodata.domain.management import ManagementType
from geodata.domain.road import ROAD_FROM_ZOOM
from geodata.domain.vocabulary import UNREPORTED_KEY, Language
from geodata.layers import FIRST_ZOOM, LAYERS, NAMES_FROM
from maps.symbology import (
    AREA_COLOURS,
    COLOURS,
    COVERED_EDGE,
    DIVISION_LINES,
    FOOTPRINT_FILL,
    FOOTPRINT_LINE,
    LAND,
    ROAD,
    ROAD_CASING_PX,
    ROAD_SYMBOLS,
    TEXT,
    UNCOVERED_EDGE,
    UNREPORTED_COLOUR,
    Colouring,
    Gap,
    colouring_label,
    entries,
)

GROUND: Final = ("landuse", "roads", "footprints")
SITES: Final = ("communities", "standalone_buildings")
STYLE_SOURCES: Final[dict[str, tuple[str, ...]]] = {
    "ground": GROUND,
    "sites": ("divisions", *SITES),
}
"""The layers of each source: what changes rarely is fetched apart from what changes often."""

_FONTS: Final = ["Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "sans-serif"]
_IS_AREA: Final = ["==", ["geometry-type"], "Polygon"]
_IS_MERGED: Final = ["has", "count"]
_IS_ONE_POINT: Final = ["all", ["==", ["geometry-type"], "Point"], ["!", ["has", "count"]]]
_LABELLED: Final[dict[DivisionKind, tuple[int, int, int]]] = {
    # From and below which zoom, and how many pixels high.
    DivisionKind.DISTRICT: (FIRST_ZOOM, 9, 14),
    DivisionKind.TOWN: (9, NAMES_FROM, 13),
    DivisionKind.NEIGHBOURHOOD: (NAMES_FROM, 15, 11),
}
_LINES_FROM: Final = {DivisionKind.NEIGHBOURHOOD: 12}

_Layers = list[dict[str, Any]]


def style(
    colouring: Colouring, sources: Mapping[str, str], language: Language, *, attribution: str = ""
) -> dict[str, Any]:
    """Return a style.

    Args:
        colouring: What the colour of a site tells.
        sources: Address of the TileJSON of each of `STYLE_SOURCES`.
        language: Of the style's name and legend.
        attribution: Where the ground comes from, plain text.
    """
    layers: _Layers = [
        {"id": "land", "type": "background", "paint": {"background-color": LAND}},
        *_ground(),
        *_division_lines(),
    ]
    for name in SITES:
        layers += _sites(name, colouring)
    # There are many more lone buildings than communities: their circles come below.
    layers += [_merged(name, colouring) for name in reversed(SITES)]
    layers += _labels()
    legend = {one.key: asdict(one) for one in entries(colouring, language)}
    return {
        "version": 8,
        "name": colouring_label(colouring, language),
        "metadata": {"fugai:colouring": colouring.value, "fugai:legend": legend},
        "sources": {
            name: {"type": "vector", "url": url, "attribution": attribution}
            for name, url in sources.items()
        },
        "layers": layers,
    }


def _drawn(kind: str, source: str, layer: str, suffix: str, **rest: Any) -> dict[str, Any]:  # noqa: ANN401
    found = {"id": f"{layer}-{suffix}", "type": kind, "source": source, "source-layer": layer}
    return found | rest


def _ground() -> _Layers:
    colours = _match(["get", "kind"], AREA_COLOURS, LAND)
    paint = {"fill-color": colours, "fill-antialias": False}
    layers = [_drawn("fill", "ground", "landuse", "areas", paint=paint)]
    buildings = {"fill-color": FOOTPRINT_FILL, "fill-outline-color": FOOTPRINT_LINE}
    first = LAYERS["footprints"].drawn_from
    layers.append(
        _drawn(
            "fill",
            "ground",
            "footprints",
            "outlines",
            minzoom=first,
            filter=_IS_AREA,
            paint=buildings,
        )
    )
    # Casings of all roads before the roads themselves, so that crossings stay open.
    for part, more in (("casing", ROAD_CASING_PX), ("line", 0)):
        layers += [_road(rank, part, more) for rank in sorted(ROAD_SYMBOLS, reverse=True)]
    return layers


def _road(rank: int, part: str, more: float) -> dict[str, Any]:
    symbol = ROAD_SYMBOLS[rank]
    # Our map's zoom 12, where roads begin to widen, is a style's 11.
    widths = [(zoom, round(symbol.width((zoom - 11) / 5) + more, 2)) for zoom in range(11, 17)]
    stops = [number for pair in widths for number in pair]
    return _drawn(
        "line",
        "ground",
        "roads",
        f"{rank}-{part}",
        minzoom=ROAD_FROM_ZOOM[rank],
        filter=["==", ["get", "rank"], rank],
        layout={"line-cap": "round", "line-join": "round"},
        paint={
            "line-color": symbol.casing if part == "casing" else ROAD,
            "line-width": ["interpolate", ["linear"], ["zoom"], *stops],
        },
    )


def _division_lines() -> _Layers:
    layers = []
    for kind in reversed(DIVISION_LINES):
        line = DIVISION_LINES[kind]
        paint: dict[str, Any] = {"line-color": line.colour, "line-width": line.width}
        if line.dashes:
            # In widths of the line.
            paint["line-dasharray"] = [round(one / line.width, 2) for one in line.dashes]
        first = _LINES_FROM.get(kind, FIRST_ZOOM)
        is_kind = ["==", ["get", "kind"], kind.value]
        layers.append(
            _drawn(
                "line", "sites", "divisions", kind.value, minzoom=first, filter=is_kind, paint=paint
            )
        )
    return layers


def _sites(name: str, colouring: Colouring) -> _Layers:
    colour = _colour(name, colouring)
    edge = ["case", _is_true("covered"), COVERED_EDGE, UNCOVERED_EDGE]
    areas = {"fill-color": colour}
    layers = [
        _drawn("fill", "sites", name, "areas", filter=_IS_AREA, paint=areas),
        _drawn(
            "line",
            "sites",
            name,
            "edges",
            filter=_IS_AREA,
            paint={"line-color": edge, "line-width": 1.1},
        ),
    ]
    points = {
        "circle-color": colour,
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 10, 2.4, 14, 6],
        "circle-stroke-color": edge,
        "circle-stroke-width": 1,
    }
    layers.append(_drawn("circle", "sites", name, "points", filter=_IS_ONE_POINT, paint=points))
    if colouring is Colouring.MANAGEMENT_TYPE:
        layers.append(_second_type(name))
    return layers


def _merged(name: str, colouring: Colouring) -> dict[str, Any]:
    count, covered = ["get", "count"], ["coalesce", ["get", "covered"], 0]
    paint = {
        "circle-color": _most_frequent(name, colouring),
        "circle-radius": ["min", 15, ["+", 3.5, ["*", 1.3, ["sqrt", count]]]],
        "circle-stroke-color": ["case", ["<", covered, count], UNCOVERED_EDGE, COVERED_EDGE],
        "circle-stroke-width": 1,
        "circle-opacity": 0.9,
    }
    below = LAYERS[name].merged_below
    return _drawn("circle", "sites", name, "merged", maxzoom=below, filter=_IS_MERGED, paint=paint)


def _colour(name: str, colouring: Colouring) -> Any:  # noqa: ANN401 - an expression
    match colouring:
        case Colouring.CATEGORY | Colouring.INSPECTION_STATUS:
            field = ["coalesce", ["get", colouring.value], UNREPORTED_KEY]
            colours = {one.key: one.colour for one in entries(colouring, "en")}
            return _match(field, colours, UNREPORTED_COLOUR)
        case Colouring.MANAGEMENT_TYPE:
            return _by_types(0)
        case Colouring.GAP:
            return ["case", _is_true("covered"), COLOURS[Gap.COVERED], COLOURS[_gap(name)]]


def _by_types(place: int) -> list[Any]:
    """Return the colour of a site's first or second type: all sets of types are named.

    A program that cannot take a text apart can still compare it.
    """
    told: list[Any] = ["match", ["coalesce", ["get", "management_types"], UNREPORTED_KEY]]
    for one in ManagementType:
        sets = [",".join(chosen) for chosen in _type_sets() if chosen[place : place + 1] == (one,)]
        told += [sets, COLOURS[one]] if sets else []
    return [*told, UNREPORTED_COLOUR]


def _type_sets() -> list[tuple[ManagementType, ...]]:
    kinds = list(ManagementType)
    return [chosen for size in range(1, len(kinds) + 1) for chosen in combinations(kinds, size)]


def _second_type(name: str) -> dict[str, Any]:
    several = [",".join(chosen) for chosen in _type_sets() if len(chosen) > 1]
    has_several = ["match", ["get", "management_types"], several, True, False]
    paint = {"line-color": _by_types(1), "line-width": 3, "line-dasharray": [2, 1.5]}
    return _drawn(
        "line", "sites", name, "second-type", filter=["all", _IS_AREA, has_several], paint=paint
    )


def _most_frequent(name: str, colouring: Colouring) -> list[Any]:
    if colouring is Colouring.GAP:
        is_mostly = [">=", ["*", 2, ["coalesce", ["get", "covered"], 0]], ["get", "count"]]
        return ["case", is_mostly, COLOURS[Gap.COVERED], COLOURS[_gap(name)]]
    is_typed = colouring is Colouring.MANAGEMENT_TYPE
    field = "management_types" if is_typed else colouring.value
    told = entries(colouring, "en")
    numbers = [["coalesce", ["get", f"n_{field}_{one.key}"], 0] for one in told]
    chosen: list[Any] = ["case"]
    for one, number in zip(told, numbers, strict=True):
        chosen += [["==", number, ["max", *numbers]], one.colour]
    return [*chosen, UNREPORTED_COLOUR]


def _gap(name: str) -> Gap:
    return Gap.STANDALONE_UNCOVERED if name == "standalone_buildings" else Gap.COMMUNITY_UNCOVERED


def _labels() -> _Layers:
    layers = [_site_names(name) for name in reversed(SITES)]
    for kind, (first, last, size) in reversed(_LABELLED.items()):
        named = _drawn(
            "symbol",
            "sites",
            "divisions",
            f"{kind.value}-names",
            minzoom=first,
            maxzoom=last,
            filter=["==", ["get", "kind"], kind.value],
            **_written(size),
        )
        layers.append(named)
    return layers


def _site_names(name: str) -> dict[str, Any]:
    first = max(NAMES_FROM, LAYERS[name].drawn_from) + 1
    return _drawn("symbol", "sites", name, "names", minzoom=first, **_written(11))


def _written(size: int) -> dict[str, Any]:
    return {
        "layout": {"text-field": ["get", "name"], "text-font": _FONTS, "text-size": size},
        "paint": {"text-color": TEXT, "text-halo-color": ROAD, "text-halo-width": 1.5},
    }


def _is_true(field: str) -> list[Any]:
    return ["==", ["get", field], True]


def _match(value: Any, colours: Mapping[str, str], otherwise: str) -> list[Any]:  # noqa: ANN401
    pairs = [part for pair in colours.items() for part in pair]
    return ["match", value, *pairs, otherwise]
