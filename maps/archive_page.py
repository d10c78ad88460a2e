"""One HTML file that shows an archive of tiles: no server, no database, no network.

It is drawn by our own styles, so that it looks as other programs draw the same tiles.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from geodata.domain.vocabulary import Language, words
from geodata.layers import LAYERS
from maps.assets import DECODER, KIT_CSS, MODULES, OURS, PMTILES_JS, inlined, module_map
from maps.canvas import draw
from maps.coverage_scripts import map_words
from maps.overlays import ScriptOverlay
from maps.pages import templates
from maps.styles import SITES, STYLE_SOURCES, style
from maps.symbology import Colouring

_FILES: Final = [
    PMTILES_JS,
    OURS + "archive_page.css",
    *(
        OURS + name
        for name in (
            "words.js",
            "style_expressions.js",
            "archive_tiles.js",
            "archive_labels.js",
            "archive_page.js",
        )
    ),
    DECODER,
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownArchive:
    """What a page is made of.

    Attributes:
        content: The archive's bytes.
        title: Of the page, plain text.
        attribution: Whose data it is, plain text.
        layers: Ids of the layers in it.
        fields: What each field is called, by name.
    """

    content: bytes
    title: str
    attribution: str
    layers: Sequence[str]
    fields: dict[str, str]


def archive_page(
    shown: ShownArchive, language: Language, colouring: Colouring = Colouring.CATEGORY
) -> str:
    """Return the page.

    Args:
        shown: What it shows.
        language: Of words and labels.
        colouring: The one shown first.

    Raises:
        DomainError: ``assets.missing``.
    """
    said = map_words(language)
    config = {
        "styles": {one.value: _offline_style(one, language) for one in Colouring},
        "colouring": colouring.value,
        "hasSites": not set(SITES).isdisjoint(shown.layers),
        "attribution": shown.attribution,
        "words": {name: said[name] for name in ("colouring", "yes", "no")},
        "layers": [_layer(name, shown, language) for name in _by_importance(shown.layers)],
    }
    pieces = draw([ScriptOverlay("startArchive", config)])
    return (
        templates()
        .get_template("archive.html")
        .render(
            title=shown.title,
            language=language,
            modules=Markup(module_map(MODULES)),  # noqa: S704 - ours
            files=Markup(inlined([KIT_CSS, *pieces.links, *_FILES])),  # noqa: S704 - ours
            body=Markup(pieces.body),  # noqa: S704 - written by folium from our own names
            archive=b64encode(shown.content).decode(),
            script=Markup(pieces.script),  # noqa: S704 - JSON escaped in `maps.overlays`
        )
    )


def _offline_style(colouring: Colouring, language: Language) -> dict[str, Any]:
    return style(colouring, dict.fromkeys(STYLE_SOURCES, ""), language)


def _by_importance(layers: Sequence[str]) -> list[str]:
    first = [name for name in ("findings", *SITES, "gaps") if name in layers]
    return [*first, *(name for name in layers if name not in first)]


def _layer(name: str, shown: ShownArchive, language: Language) -> dict[str, Any]:
    label = words("layer")[name].label(language) if name in words("layer") else name
    fields = {field: _field(name, field, told, language) for field, told in shown.fields.items()}
    return {"id": name, "label": label, "fields": fields}


def _field(layer: str, name: str, label: str, language: Language) -> dict[str, Any]:
    declared = LAYERS[layer].field(name) if layer in LAYERS else None
    if declared is None or declared.vocabulary is None:
        return {"label": label}
    values = {key: word.label(language) for key, word in words(declared.vocabulary).items()}
    return {"label": label, "values": values}
