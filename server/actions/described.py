"""What others are told of our layers: what they hold, where they lie, and whose ground it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.vocabulary import Language, words
from geodata.layers import Layer
from geodata.store.queries.audit import find_act
from geodata.store.queries.divisions import Bounds
from geodata.store.queries.drawn import drawn_bounds
from server.i18n import word

_OSM: Final = "© OpenStreetMap contributors"
"""What the licence of OpenStreetMap's data (ODbL) asks to be shown with it."""


def ground_attribution(session: Session, *districts: str) -> str:
    """Return who has to be named where the ground of some districts is shown, as plain text."""
    from_osm = (find_act(session, "import_osm", district=one) for one in districts)
    return _OSM if any(act is not None for act in from_osm) else ""


def bounds_of(session: Session, scope: Scope, districts: Sequence[str]) -> Bounds | None:
    """Return west, south, east, north of what an actor sees of some districts."""
    boxes = [box for one in districts if (box := drawn_bounds(session, scope, one)) is not None]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def vector_layers(
    layers: Sequence[Layer], language: Language, *, first: int, last: int
) -> list[dict[str, Any]]:
    """Return layers and their fields as TileJSON 3.0.0 describes them.

    Args:
        layers: The layers.
        language: Of the descriptions.
        first: The first zoom that has tiles.
        last: The last.
    """
    named = words("layer")
    return [
        {
            "id": layer.id,
            "description": f"{named[layer.id].label(language)}: "
            + word(f"ogc.{layer.id}_note", language),
            "minzoom": first,
            "maxzoom": last,
            "fields": {one.name: word(f"ogc.field_{one.name}", language) for one in layer.fields},
        }
        for layer in layers
    ]
