"""Towns and neighbourhoods that tile a district: unions of small cells."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import numpy as np
import shapely
from shapely import MultiPoint, MultiPolygon, Polygon

from geodata.domain.division import DivisionDraft, DivisionKind
from scripts.demo.plane import Array, warp

DISTRICT: Final = "370306"
"""周村区."""

_CELLS: Final = 7000
_REACH_M: Final = 10_500.0
_SEATS_KM: Final = {
    "370306001": (1.3, -0.9, 0.4),
    "370306002": (-0.4, 0.3, 0.0),
    "370306003": (1.5, 0.9, 0.5),
    "370306004": (-1.6, -0.9, 0.4),
    "370306005": (0.2, 2.9, 0.9),
    "370306100": (-1.4, 6.6, 2.2),
    "370306101": (4.2, -4.6, 2.2),
    "370306102": (-8.0, -0.6, 2.4),
    "370306103": (-4.4, -5.6, 2.0),
    "370306104": (0.6, -7.8, 1.6),
}
"""East, north and pull of each town's seat, in km: five streets within five larger towns."""


@dataclass(frozen=True, slots=True)
class Territory:
    """The divisions in the plane.

    Attributes:
        drafts: In official order; boundaries in metres.
        seats: Seat of each town by code, metres.
        villages: Seat of each neighbourhood by code, metres.
    """

    drafts: list[DivisionDraft]
    seats: dict[str, tuple[float, float]]
    villages: dict[str, tuple[float, float]]

    def areas(self, kind: DivisionKind) -> dict[str, MultiPolygon]:
        """Return boundaries by code."""
        return {one.code: one.boundary for one in self.drafts if one.kind is kind}


def lay_territory(random: np.random.Generator, stretch: float) -> Territory:
    """Divide a district: cells go to the nearest town, then to the nearest village in it."""
    rows = _official_rows()
    cells, centres = _cells(random, stretch)
    codes = list(_SEATS_KM)
    seats = np.array([_SEATS_KM[code][:2] for code in codes]) * 1000 * stretch
    pull = np.array([_SEATS_KM[code][2] for code in codes]) * 1000 * stretch
    bent = warp(centres, amplitude_m=420 * stretch, length_m=2600 * stretch)
    distance = np.hypot(*(bent[:, None] - seats[None]).transpose(2, 0, 1)) - pull
    town_of = distance.argmin(axis=1)
    inside = _is_inside(random, bent, stretch)
    drafts: dict[str, DivisionDraft] = {}
    villages: dict[str, tuple[float, float]] = {}
    for index, town in enumerate(codes):
        own = np.flatnonzero(inside & (town_of == index))
        children = [row["code"] for row in rows if row["parent_code"] == town]
        village_of, points = _villages(random, bent[own], children)
        for number, code in enumerate(children):
            shape = _union(cells[own[village_of == number]])
            drafts[code] = _draft(rows, code, shape)
            villages[code] = (float(points[number, 0]), float(points[number, 1]))
        drafts[town] = _draft(rows, town, _union(cells[own]))
    district = rows[0]["code"]
    drafts[district] = _draft(rows, district, _union(cells[inside]))
    seat_of = {code: (float(x), float(y)) for code, (x, y) in zip(codes, seats, strict=True)}
    return Territory([drafts[row["code"]] for row in rows], seat_of, villages)


def _official_rows() -> list[dict[str, str]]:
    text = files("scripts.demo").joinpath("zhoucun_divisions.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def _cells(random: np.random.Generator, stretch: float) -> tuple[np.ndarray, Array]:
    """Return Voronoi cells and their centres, over more than the district."""
    side = int(np.sqrt(_CELLS))
    axis = np.linspace(-1.35, 1.35, side) * _REACH_M * stretch
    x, y = np.meshgrid(axis, axis)
    x = x + (np.arange(side)[:, None] % 2) * (axis[1] - axis[0]) / 2
    points = np.column_stack([x.ravel(), y.ravel()])
    points += random.normal(0, (axis[1] - axis[0]) * 0.22, points.shape)
    cells = np.array(shapely.voronoi_polygons(MultiPoint(points), ordered=True).geoms)
    return cells, points


def _is_inside(random: np.random.Generator, points: Array, stretch: float) -> np.ndarray:
    angle = np.arctan2(points[:, 1], points[:, 0])
    turn = random.uniform(0, 1)
    radius = 0.86 + 0.09 * np.sin(2 * angle + 0.7 + turn) + 0.07 * np.sin(3 * angle - 1.1)
    radius += 0.03 * np.sin(7 * angle) - 0.10 * np.cos(angle - 0.2)
    return np.hypot(points[:, 0], points[:, 1]) < radius * _REACH_M * stretch


def _villages(
    random: np.random.Generator, points: Array, codes: list[str]
) -> tuple[np.ndarray, Array]:
    """Return each cell's village, and the villages' seats: cells spread by a few Lloyd steps."""
    seats = points[random.choice(len(points), len(codes), replace=False)]
    for _ in range(6):
        nearest = _nearest(points, seats)
        for index in range(len(codes)):
            if (nearest == index).any():
                seats[index] = points[nearest == index].mean(axis=0)
    return _nearest(points, seats), seats


def _nearest(points: Array, seats: Array) -> np.ndarray:
    gaps = np.hypot(*(points[:, None] - seats[None]).transpose(2, 0, 1))
    nearest: np.ndarray = gaps.argmin(axis=1)
    return nearest


def _union(cells: np.ndarray) -> MultiPolygon:
    union = shapely.unary_union(cells)
    parts = union.geoms if isinstance(union, MultiPolygon) else [union]
    return MultiPolygon([part for part in parts if isinstance(part, Polygon)])


def _draft(rows: list[dict[str, str]], code: str, boundary: MultiPolygon) -> DivisionDraft:
    row = next(one for one in rows if one["code"] == code)
    aliases = tuple(one for one in row["aliases"].split(";") if one)
    kind = DivisionKind(row["level"])
    return DivisionDraft(code, kind, row["name"], row["parent_code"], aliases, boundary)
