"""The coverage map's own scripts, as one file, with the words and colours that they speak in."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import Any, Final

from geodata.domain.indicator import CoverageKind, Denominator
from geodata.domain.inspection import VERIFIED_WITHIN_DAYS
from geodata.domain.vocabulary import Language, group_of, words
from maps.assets import OURS, file_of
from maps.overlays import script_json
from maps.symbology import Colouring, colouring_label, entries
from maps.tiles import tile_config

_SCRIPTS: Final = [
    OURS + name
    for name in (
        *("words.js", "sites.js", "symbols.js", "ground.js", "divisions.js", "labels.js"),
        *("tile_content.js", "tile_layer.js", "tile_ground.js", "tile_sites.js", "map_tiles.js"),
        *("labelled.js", "panels.js", "filters.js", "gap_list.js", "search.js", "pointing.js"),
        "coverage_map.js",
    )
]
PAGE_SCRIPTS: Final = [
    *_SCRIPTS,
    *(OURS + name for name in ("tile_source.js", "live.js", "register.js")),
]
"""Of a map that has a server behind it."""
FILE_SCRIPTS: Final = [
    *_SCRIPTS,
    *(OURS + name for name in ("feature_source.js", "file_register.js")),
]
"""Of a map that is a file of its own."""


def coverage_script(language: Language) -> str:
    """Return all scripts of the page in one, so that one request brings them.

    Args:
        language: Of the words and labels.
    """
    parts = [file_of(one).read_text("utf-8") for one in PAGE_SCRIPTS]
    told = script_json({**given(language), "tiles": tile_config()})
    return "\n".join([*parts, f"fugai.given = {told};"])


def given(language: Language) -> dict[str, Any]:
    """Return what all coverage maps share: words, colours, names of figures."""
    return {
        "language": language,
        "words": map_words(language),
        "verifiedDays": VERIFIED_WITHIN_DAYS,
        "colourings": [
            {
                "key": one.value,
                "label": colouring_label(one, language),
                "entries": [asdict(entry) for entry in entries(one, language)],
            }
            for one in Colouring
        ],
        "denominators": [
            {"key": key, "label": word.label(language), "unit": word.label(language, short=True)}
            for key, word in words(group_of(Denominator)).items()
        ],
        "kinds": [
            {"key": key, "label": word.label(language)}
            for key, word in words(group_of(CoverageKind)).items()
        ],
    }


@cache
def map_words(language: Language, name: str = "words") -> dict[str, str]:
    """Return the map's own words, or those of one of its pages."""
    texts = tomllib.loads(files("maps").joinpath(f"{name}.toml").read_text("utf-8"))
    return {key: entry[language] for key, entry in texts.items()}
