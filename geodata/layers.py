"""The layers that maps draw and other programs fetch: declared here, never discovered.

Tiles, the OGC interface, styles and documents follow from this table; the SQL that fills a
layer lies in `geodata/store`. No layer has a field with personal data.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

FieldKind = Literal["string", "integer", "number", "boolean", "date"]
GeometryKind = Literal["point", "line", "polygon", "mixed"]

FIRST_ZOOM: Final = 6
"""A prefecture fits a screen here; nothing is drawn from farther away."""
LAST_ZOOM: Final = 16
"""Tiles hold 15 cm here; clients enlarge them from here on."""
DEEPEST_ZOOM: Final = 20
"""The largest zoom that is answered when asked for."""


class ChangeGroup(StrEnum):
    """What changes together, so that what is kept of it goes stale together.

    Sites and footprints change block by block; the ground (divisions, roads, areas) changes
    by imports, as a whole.
    """

    SITES = "sites"
    FOOTPRINTS = "footprints"
    GROUND = "ground"


@dataclass(frozen=True, slots=True)
class LayerField:
    """One property of a layer's features.

    Attributes:
        name: As in tiles and GeoJSON.
        kind: Its type; dates are ISO texts.
        vocabulary: The list whose keys it holds, ``None`` for free values. A field that may
            hold several joins their keys by commas, in the list's order.
        from_zoom: The first zoom whose tiles carry it; the OGC interface always does.
        is_several: Whether it may hold several keys.
    """

    name: str
    kind: FieldKind = "string"
    vocabulary: str | None = None
    from_zoom: int = FIRST_ZOOM
    is_several: bool = False


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer.

    Attributes:
        id: As in addresses.
        geometry: What its features are; ``mixed``: a boundary, else a point.
        group: What it changes with.
        fields: Its properties.
        merged_below: Below this zoom features stand merged as points with ``count``, and for
            sites ``covered`` and the number by each value; 0 where they never are.
        drawn_from: First zoom at which outlines are drawn; points stand for them before.
        is_dated: Whether it can be had as of a past day.
    """

    id: str
    geometry: GeometryKind
    group: ChangeGroup
    fields: tuple[LayerField, ...]
    merged_below: int = 0
    drawn_from: int = FIRST_ZOOM
    is_dated: bool = False

    def field(self, name: str) -> LayerField | None:
        """Return a field by its name."""
        return next((one for one in self.fields if one.name == name), None)


NAMES_FROM: Final = 13
"""Names are not read from farther away, and would be most of a tile."""

_WHERE: Final = (LayerField("town"), LayerField("neighbourhood", from_zoom=NAMES_FROM))
_SITE: Final = (
    LayerField("name", from_zoom=NAMES_FROM),
    LayerField("category", vocabulary="category"),
    LayerField("management_types", vocabulary="management_type", is_several=True),
    LayerField("inspection_status", vocabulary="inspection_status"),
    LayerField("covered", "boolean"),
    LayerField("market_covered", "boolean", from_zoom=NAMES_FROM),
    LayerField("verified", "boolean", from_zoom=NAMES_FROM),
    LayerField("uncovered_since", "date", from_zoom=NAMES_FROM),
    LayerField("households", "integer", from_zoom=NAMES_FROM),
    LayerField("on", "date"),
    *_WHERE,
)

LAYERS: Final[dict[str, Layer]] = {
    one.id: one
    for one in (
        Layer(
            "divisions",
            "polygon",
            ChangeGroup.GROUND,
            (
                LayerField("code"),
                LayerField("kind", vocabulary="division_kind"),
                LayerField("name"),
                LayerField("parent"),
                LayerField("sort_order", "integer"),
            ),
        ),
        Layer(
            "communities",
            "mixed",
            ChangeGroup.SITES,
            _SITE,
            merged_below=10,
            drawn_from=12,
            is_dated=True,
        ),
        Layer(
            "standalone_buildings",
            "mixed",
            ChangeGroup.SITES,
            _SITE,
            merged_below=10,
            drawn_from=15,
            is_dated=True,
        ),
        Layer(
            "gaps",
            "mixed",
            ChangeGroup.SITES,
            (
                LayerField("name", from_zoom=NAMES_FROM),
                LayerField("gap", vocabulary="gap"),
                LayerField("category", vocabulary="category"),
                LayerField("uncovered_since", "date"),
                LayerField("households", "integer", from_zoom=NAMES_FROM),
                LayerField("on", "date"),
                *_WHERE,
            ),
            merged_below=10,
            drawn_from=13,
            is_dated=True,
        ),
        Layer(
            "findings",
            "point",
            ChangeGroup.SITES,
            (
                LayerField("site", "integer"),
                LayerField("site_name", from_zoom=NAMES_FROM),
                LayerField("clause"),
                LayerField("status", vocabulary="finding_status"),
                LayerField("overdue", "boolean"),
                LayerField("opened_on", "date"),
                LayerField("due_on", "date"),
                LayerField("on", "date"),
                *_WHERE,
            ),
            merged_below=10,
            is_dated=True,
        ),
        Layer(
            "planned_stops",
            "point",
            ChangeGroup.SITES,
            (
                LayerField("site", "integer"),
                LayerField("site_name", from_zoom=NAMES_FROM),
                LayerField("visits_on", "date"),
                LayerField("position", "integer"),
                LayerField("state", vocabulary="stop_state"),
                LayerField("reason", vocabulary="visit_reason"),
                LayerField("on", "date"),
                *_WHERE,
            ),
            merged_below=10,
            is_dated=True,
        ),
        Layer(
            "candidates",
            "polygon",
            ChangeGroup.FOOTPRINTS,
            (
                LayerField("footprints", "integer"),
                LayerField("area_m2", "integer"),
                LayerField("name", from_zoom=NAMES_FROM),
                LayerField("first_found_on", "date"),
                *_WHERE,
            ),
            merged_below=13,
            drawn_from=13,
        ),
        Layer(
            "footprints",
            "polygon",
            ChangeGroup.FOOTPRINTS,
            (
                LayerField("use"),
                LayerField("floors", "integer"),
                LayerField("site", "integer"),
                *_WHERE,
            ),
            merged_below=14,
            drawn_from=14,
        ),
        Layer(
            "roads",
            "line",
            ChangeGroup.GROUND,
            (
                LayerField("highway"),
                LayerField("rank", "integer"),
                LayerField("name", from_zoom=NAMES_FROM),
            ),
        ),
        Layer(
            "landuse",
            "polygon",
            ChangeGroup.GROUND,
            (LayerField("kind"), LayerField("name", from_zoom=NAMES_FROM)),
        ),
    )
}
"""All layers by id, the lowest last."""
