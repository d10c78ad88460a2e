"""By what a layer's features can be filtered, as JSON Schema."""

from __future__ import annotations

from typing import Any, Final

from geodata.domain.vocabulary import Language, words
from geodata.layers import FieldKind, GeometryKind, Layer, LayerField
from geodata.store.queries.cql2_spatial import GEOMETRY
from server.i18n import word

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_KINDS: Final[dict[FieldKind, dict[str, str]]] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
}
_GEOMETRIES: Final[dict[GeometryKind, str]] = {
    "point": "geometry-point",
    "line": "geometry-linestring",
    "polygon": "geometry-multipolygon",
    "mixed": "geometry-any",
}


def queryables_schema(layer: Layer, href: str, language: Language) -> dict[str, Any]:
    """Return the schema of a layer's queryables.

    Args:
        layer: The layer.
        href: Its own address.
        language: Of titles.
    """
    geometry = {"format": _GEOMETRIES[layer.geometry], "x-ogc-role": "primary-geometry"}
    fields = {one.name: field_schema(one, language) for one in layer.fields}
    return {
        "$schema": _DIALECT,
        "$id": href,
        "type": "object",
        "title": words("layer")[layer.id].label(language),
        "properties": {GEOMETRY: geometry} | fields,
        "additionalProperties": False,
    }


def field_schema(field: LayerField, language: Language) -> dict[str, Any]:
    """Return the schema of one field; keys of the vocabulary are listed with their labels."""
    found: dict[str, Any] = {"title": word(f"ogc.field_{field.name}", language)}
    found |= _KINDS[field.kind]
    if field.vocabulary is None:
        return found
    labels = {key: one.label(language) for key, one in words(field.vocabulary).items()}
    found["description"] = "; ".join(f"{key}: {label}" for key, label in labels.items())
    if not field.is_several:
        found["enum"] = list(labels)
    return found
