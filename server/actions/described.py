"""What others are told of our layers: what they hold, where they lie, and whose ground it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.vocabulary import UNREPORTED, UNREPORTED_KEY, Language, words
from geodata.layers import LAYERS, FieldKind, Layer
from geodata.store.queries.audit import find_act
from geodata.store.queries.divisions import Bounds
from geodata.store.queries.drawn import drawn_bounds
from server.i18n import fill, word

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
    layers: Sequence[Layer], language: Language, *, first: int, last: int, with_kinds: bool = False
) -> list[dict[str, Any]]:
    """Return layers and their fields as TileJSON 3.0.0 describes them.

    Args:
        layers: The layers.
        language: Of the descriptions.
        first: The first zoom that has tiles.
        last: The last.
        with_kinds: Whether fields tell ``Number``, ``Boolean`` or ``String``, as programs that
            read an archive make columns of them, in place of what they mean.
    """
    named = words("layer")
    told = []
    for layer in layers:
        fields = {
            one.name: _KINDS.get(one.kind, "String")
            if with_kinds
            else word(f"ogc.field_{one.name}", language)
            for one in layer.fields
        }
        if first < layer.merged_below:
            merged = _merged_fields(layer, language)
            fields |= dict.fromkeys(merged, "Number") if with_kinds else merged
        description = word(f"ogc.{layer.id}_note", language)
        told.append(
            {
                "id": layer.id,
                "description": f"{named[layer.id].label(language)}: {description}",
                "minzoom": first,
                "maxzoom": last,
                "fields": fields,
            }
        )
    return told


def field_words(language: Language) -> dict[str, str]:
    """Return what every field of a layer is called, by name."""
    found: dict[str, str] = {}
    for layer in LAYERS.values():
        found |= {one.name: word(f"ogc.field_{one.name}", language) for one in layer.fields}
        found |= _merged_fields(layer, language)
    return found


_KINDS: Final[dict[FieldKind, str]] = {
    "integer": "Number",
    "number": "Number",
    "boolean": "Boolean",
}


def _merged_fields(layer: Layer, language: Language) -> dict[str, str]:
    """Return what only merged features have: how many they are, and how many of each value."""
    found = {"count": word("tiles.count", language)}
    if layer.id not in _COUNTED_BY_VALUE:
        return found
    for one in LAYERS["communities"].fields:
        if one.vocabulary is None:
            continue
        values = {key: value.label(language) for key, value in words(one.vocabulary).items()}
        if one.vocabulary != "inspection_status":
            values[UNREPORTED_KEY] = UNREPORTED[language]
        for key, label in values.items():
            found[f"n_{one.name}_{key}"] = fill(word("tiles.number", language), {"value": label})
    return found


_COUNTED_BY_VALUE: Final = frozenset({"communities", "standalone_buildings", "gaps"})
