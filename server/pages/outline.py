"""A boundary before and after, small enough to stand in a line of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import cos, radians
from typing import Any, Final

_SIZE: Final = 100.0
_MARGIN: Final = 6.0

Ring = list[list[float]]


@dataclass(frozen=True, slots=True)
class Outline:
    """Paths of an SVG picture 112 by 112, and areas in square metres; ``None`` for nothing."""

    old: str
    new: str
    old_m2: float | None
    new_m2: float | None


def outline(shape: Mapping[str, Any]) -> Outline:
    """Return the picture of a changed boundary.

    Args:
        shape: ``old`` and ``new`` as GeoJSON (EPSG:4490), ``old_m2`` and ``new_m2``.
    """
    rings = {side: list(_rings(shape.get(side))) for side in ("old", "new")}
    points = [point for found in rings.values() for ring in found for point in ring]
    paths = {"old": "", "new": ""}
    if points:
        west, north = min(x for x, _ in points), max(y for _, y in points)
        shrink = cos(radians(north))
        width = (max(x for x, _ in points) - west) * shrink
        height = north - min(y for _, y in points)
        scale = _SIZE / max(width, height, 1e-9)

        def place(point: list[float]) -> str:
            x, y = (point[0] - west) * shrink * scale, (north - point[1]) * scale
            return f"{x + _MARGIN:.1f} {y + _MARGIN:.1f}"

        paths = {side: " ".join(_path(ring, place) for ring in rings[side]) for side in rings}
    return Outline(paths["old"], paths["new"], shape.get("old_m2"), shape.get("new_m2"))


def _rings(shape: Mapping[str, Any] | None) -> Iterator[Ring]:
    for polygon in (shape or {}).get("coordinates", []):
        yield from polygon


def _path(ring: Ring, place: Any) -> str:  # noqa: ANN401 - a function of one point
    return "M" + "L".join(place(point) for point in ring) + "Z"
