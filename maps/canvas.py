"""The folium map that everything is drawn on, taken apart so that a page of ours can hold it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import folium
from branca.element import MacroElement

from maps.assets import local_links
from maps.templating import unindented


@dataclass(frozen=True, slots=True)
class Pieces:
    """A map in parts.

    Attributes:
        links: Local files that its page has to load, in order.
        body: The element that the map fills.
        script: What makes it a map; goes after `links` and `body`.
    """

    links: list[str]
    body: str
    script: str


def draw(overlays: Iterable[MacroElement]) -> Pieces:
    """Return a map that holds the overlays, on no basemap of folium's.

    Args:
        overlays: Elements of `maps.overlays`, the lowest first.

    Raises:
        DomainError: ``assets.unknown_link`` when folium refers to a file that is not ours.
    """
    canvas = folium.Map(
        tiles=None,
        prefer_canvas=True,
        zoom_control=False,
        zoom_snap=0.5,
        max_zoom=19,
        # A tile takes the place of an older one at once: fading lets what is below shine through.
        fade_animation=False,
    )
    # A page holds one map: a random name for it would only make each page another.
    canvas._id = "1"  # noqa: SLF001 - no public way
    for overlay in overlays:
        canvas.add_child(overlay)
    root: Any = canvas.get_root()
    root.render()
    # What folium writes is indented by up to 20 blanks a line; the map page keeps below 10 kB.
    return Pieces(
        links=local_links(root.header.render()),
        body=unindented(root.html.render()),
        script=unindented(root.script.render()),
    )
