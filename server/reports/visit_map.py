"""A route as a picture for print: streets, the way, numbered stops; no tiles, no network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import cos, radians
from typing import Any, Final

WIDTH: Final = 930.0
HEIGHT: Final = 440.0
_MARGIN: Final = 46.0
_METRES_PER_DEGREE: Final = 111_320.0
_BARS_M: Final = (100, 200, 500, 1000, 2000, 5000, 10_000)
_LONGEST_BAR: Final = 200.0
_LEAST_SPAN: Final = 0.004

Pairs = Sequence[Sequence[float]]
Place = Callable[[float, float], tuple[float, float]]


def bounds_of(route: dict[str, Any]) -> tuple[float, float, float, float]:
    """Return west, south, east, north of a route's way, stops and ends, in degrees."""
    points = [
        *(pair for leg in route["line"] for pair in leg),
        *([one["longitude"], one["latitude"]] for one in route["stops"]),
        *(route["start"], route["end"]),
    ]
    longitudes, latitudes = zip(*points, strict=True)
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def route_picture(route: dict[str, Any], roads: Iterable[Pairs]) -> str:
    """Return a route as an SVG picture, north up, `WIDTH` by `HEIGHT`.

    Args:
        route: As `GET /api/visit-plans/{id}` tells it.
        roads: Streets around it, pairs of degrees.
    """
    place, per_metre = _placing(bounds_of(route))
    bar_m = max((one for one in _BARS_M if one * per_metre <= _LONGEST_BAR), default=_BARS_M[0])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}">',
        f'<rect width="{WIDTH:.0f}" height="{HEIGHT:.0f}" fill="#f6f5f1" stroke="#b5b5b5"/>',
        *(_line(one, place, "#d5d2ca", 3) for one in roads),
        *(_line(one, place, "#12385a", 4.5) for one in route["line"]),
        _mark(route["start"], place, "#009e73"),
        _mark(route["end"], place, "#d55e00"),
        *(_stop(one, place) for one in route["stops"]),
        _bar(bar_m, bar_m * per_metre),
        "</svg>",
    ]
    return "".join(parts)


def _placing(bounds: tuple[float, float, float, float]) -> tuple[Place, float]:
    west, south, east, north = bounds
    shrink = cos(radians((south + north) / 2))
    across = max((east - west) * shrink, _LEAST_SPAN)
    up = max(north - south, _LEAST_SPAN)
    scale = min((WIDTH - 2 * _MARGIN) / across, (HEIGHT - 2 * _MARGIN) / up)
    middle = ((west + east) / 2, (south + north) / 2)

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            WIDTH / 2 + (x - middle[0]) * shrink * scale,
            HEIGHT / 2 - (y - middle[1]) * scale,
        )

    return place, scale / _METRES_PER_DEGREE


def _line(pairs: Pairs, place: Place, colour: str, width: float) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*one) for one in pairs))
    return (
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}"'
        ' stroke-linejoin="round" stroke-linecap="round"/>'
    )


def _mark(spot: Sequence[float], place: Place, colour: str) -> str:
    x, y = place(*spot)
    return f'<rect x="{x - 9:.1f}" y="{y - 9:.1f}" width="18" height="18" fill="{colour}"/>'


def _stop(stop: dict[str, Any], place: Place) -> str:
    x, y = place(stop["longitude"], stop["latitude"])
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="15" fill="#ffffff" stroke="#12385a"'
        f' stroke-width="3"/><text x="{x:.1f}" y="{y + 6:.1f}" text-anchor="middle"'
        ' font-family="Noto Sans CJK SC" font-size="17" font-weight="bold"'
        f' fill="#12385a">{int(stop["position"])}</text>'
    )


def _bar(metres: int, length: float) -> str:
    text = f"{metres} m" if metres < 1000 else f"{metres // 1000} km"  # noqa: PLR2004 - a kilometre
    y = HEIGHT - 16
    return (
        f'<line x1="20" y1="{y}" x2="{20 + length:.1f}" y2="{y}" stroke="#333" stroke-width="3"/>'
        f'<text x="20" y="{y - 8}" font-family="Noto Sans CJK SC" font-size="15"'
        f' fill="#333">{text}</text>'
    )
