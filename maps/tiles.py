"""What a map's scripts have to know of the tiles: from the table of layers, never told twice."""

from __future__ import annotations

from typing import Any, Final

from geodata.layers import FIRST_ZOOM, LAST_ZOOM, LAYERS

_GROUND: Final = ("landuse", "roads", "footprints")
_SITES: Final = ("communities", "standalone_buildings")


def tile_config() -> dict[str, Any]:
    """Return the zooms that have tiles, and what is asked for together.

    A theme's layers begin at the first zoom at which they are drawn: building outlines that would
    stand merged are left out, merged sites are drawn as circles down to ``detailedFrom``.
    """
    return {
        "first": FIRST_ZOOM,
        "last": LAST_ZOOM,
        "themes": {
            "ground": {
                "layers": [_asked(name, LAYERS[name].merged_below) for name in _GROUND],
                "detailedFrom": FIRST_ZOOM,
            },
            "sites": {
                "layers": [_asked(name, FIRST_ZOOM) for name in _SITES],
                "detailedFrom": max(LAYERS[name].merged_below for name in _SITES),
            },
        },
    }


def drawn_from() -> dict[str, int]:
    """Return the first zoom at which sites of each layer are outlines, not dots."""
    return {name: LAYERS[name].drawn_from for name in _SITES}


def _asked(name: str, first: int) -> dict[str, Any]:
    return {"id": name, "from": first, "group": LAYERS[name].group.value}
