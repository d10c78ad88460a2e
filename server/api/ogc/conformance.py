"""What of OGC's standards the interface keeps; `tests/server/ogc/conformance.py` proves each."""

from __future__ import annotations

from typing import Final

_SPEC: Final = "http://www.opengis.net/spec"
"""Begins names; nobody fetches them."""

CONFORMS_TO: Final = tuple(
    f"{_SPEC}/{standard}/conf/{name}"
    for standard, names in {
        "ogcapi-features-1/1.0": ("core", "geojson", "oas30"),
        "ogcapi-features-2/1.0": ("crs",),
        "ogcapi-features-3/1.0": (
            *("queryables", "queryables-query-parameters", "filter", "features-filter"),
        ),
        "cql2/1.0": (
            *("cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators"),
            *("case-insensitive-comparison", "basic-spatial-functions"),
            *("basic-spatial-functions-plus", "spatial-functions", "temporal-functions"),
            "property-property",
        ),
        "ogcapi-tiles-1/1.0": (
            *("core", "tileset", "tilesets-list", "dataset-tilesets", "geodata-tilesets", "mvt"),
        ),
        "tms/2.0": ("tilematrixset", "json-tilematrixset"),
    }.items()
    for name in names
)
