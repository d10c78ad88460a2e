"""Which tiles are asked for: a fixed random mix, nearer where there is more."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import asinh, floor, pi, radians, tan
from typing import Final

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from geodata.domain.category import Category
from geodata.layers import LAYERS, Layer
from geodata.store.session import reading
from geodata.store.tables import Footprint, Site
from geodata.store.tiles import TileId

ZOOMS: Final = {"communities": range(10, 17), "footprints": range(14, 17)}
"""Zooms at which single features are drawn: merged ones have no like among the peers."""
SETUPS: Final = ("pruned", "plain", "ours")
"""How tipg is set up: see `Wanted.peer_path`."""
_SEED: Final = 20251231
_SEEN: Final = 3000
_FAR: Final = 12
_NAMED: Final = 13
_NEAR: Final = 15


@dataclass(frozen=True, slots=True)
class Wanted:
    """One tile of one layer."""

    layer: Layer
    tile: TileId

    @property
    def path(self) -> str:
        """Its address here."""
        return f"/tiles/{self.layer.id}/{self.tile.z}/{self.tile.x}/{self.tile.y}.mvt"

    def peer_path(self, setup: str) -> str:
        """Its address at tipg.

        Args:
            setup: ``plain``: a table as it comes; ``pruned``: in web mercator with the columns of
                our tiles; ``ours``: tables with our generalised outlines besides.
        """
        z, is_site = self.tile.z, self.layer.id == "communities"
        table = "sites" if is_site else "footprints"
        if setup == "plain":
            table += "_plain"
        elif is_site and setup == "pruned":
            table += "_whole" if z < _NAMED else "_near"
        elif is_site:
            kinds = ((_FAR, "points"), (_NAMED, "far"), (_NEAR, "named"), (99, "near"))
            table += f"_{next(kind for below, kind in kinds if z < below)}"
        place = f"{z}/{self.tile.x}/{self.tile.y}"
        return f"/collections/peer.{table}/tiles/WebMercatorQuad/{place}"


def choose(engine: Engine, count: int) -> list[Wanted]:
    """Return a mix of tiles, some more than once; the same for the same district.

    A layer and a zoom are drawn evenly, a place as somebody would look at it: where a thing of
    the layer stands.
    """
    drawn = random.Random(_SEED)  # noqa: S311 - a fixed mix, no secret
    with reading(engine) as session:
        places = {"communities": _places(session, Site), "footprints": _places(session, Footprint)}
    kinds = [(layer, zoom) for layer, zooms in ZOOMS.items() for zoom in zooms]
    mix = []
    for _ in range(count):
        layer, zoom = drawn.choice(kinds)
        mix.append(Wanted(LAYERS[layer], tile_at(*drawn.choice(places[layer]), zoom)))
    return mix


def tile_at(longitude: float, latitude: float, zoom: int) -> TileId:
    """Return the tile at a place, in degrees."""
    side = 1 << zoom
    down = (1 - asinh(tan(radians(latitude))) / pi) / 2
    return TileId(zoom, floor(down * side), floor((longitude + 180) / 360 * side))


def _places(session: Session, table: type[Site | Footprint]) -> list[tuple[float, float]]:
    step = (session.scalar(select(func.count()).select_from(table)) or 0) // _SEEN + 1
    at = func.ST_PointOnSurface(table.geom)
    chosen = select(func.ST_X(at), func.ST_Y(at)).where(
        table.geom.is_not(None), func.mod(table.id, step) == 0
    )
    if table is Site:
        chosen = chosen.where(Site.category != Category.STANDALONE_BUILDING.value)
    return [(float(x), float(y)) for x, y in session.execute(chosen.order_by(table.id))]
