"""The picture under our own layers: none unless an operator sets one.

Without a basemap the map draws towns, roads, water and names from the district's own rows and
asks nobody. Tianditu's tiles follow CGCS2000 in web mercator; a set XYZ template is taken as it
is, and must not be one of a shifted datum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_TIANDITU: Final = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}"
    "&TILECOL={{x}}&tk={key}"
)
_TIANDITU_SERVERS: Final = "01234567"
_DEEPEST: Final = 18


@dataclass(frozen=True, slots=True)
class Basemap:
    """Tiles under the map.

    Attributes:
        urls: XYZ templates, the lowest first.
        attribution: Who made them, as plain text.
        subdomains: What ``{s}`` stands for, one letter each.
        max_zoom: Deepest zoom that has tiles of its own.
        archive: Address of a PMTiles archive whose layers take the place of the ground from
            the database; it has no `urls`.
    """

    urls: tuple[str, ...]
    attribution: str
    subdomains: str = "abc"
    max_zoom: int = _DEEPEST
    archive: str | None = None


def archived(address: str, attribution: str, last: int) -> Basemap:
    """Return a basemap out of an archive of vector tiles.

    Args:
        address: Of the archive.
        attribution: Who made what is in it, as plain text.
        last: Deepest zoom that it has.
    """
    return Basemap((), attribution, max_zoom=last, archive=address)


def basemap(url: str | None, tianditu_key: str | None) -> Basemap | None:
    """Return the basemap that the settings name, ``None`` for none."""
    if tianditu_key:
        urls = tuple(_TIANDITU.format(layer=one, key=tianditu_key) for one in ("vec", "cva"))
        return Basemap(urls, "天地图", _TIANDITU_SERVERS)
    return Basemap((url,), "") if url else None
