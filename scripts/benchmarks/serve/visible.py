"""How soon an edit shows at somebody else's map while tiles are asked for as fast as they come."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

from geoalchemy2.shape import to_shape
from sqlalchemy import Engine, func, select

from geodata.domain.period import today
from geodata.layers import LAYERS
from geodata.store.session import Change, reading, writing
from geodata.store.tables import Site
from scripts.benchmarks.serve.following import Follower, Tiles
from scripts.benchmarks.serve.load import press
from scripts.benchmarks.serve.mix import tile_at

_ZOOM: Final = 15
_EVERY_S: Final = 1.0
_GIVES_UP_S: Final = 10.0
_LEAD_S: Final = 2


def edits_under_load(
    engine: Engine, url: str, headers: dict[str, str], addresses: Path, edits: int
) -> dict[str, Any]:
    """Rename a site each second; return how long it took until a listening client showed it.

    Args:
        engine: Of the database.
        url: Of the server.
        headers: Of each request.
        addresses: What the load asks for, a path a line.
        edits: Number of edits.
    """
    follower, browser = Follower(url, headers), Tiles(url, headers)
    seconds = edits + 2 * _LEAD_S
    with ThreadPoolExecutor(1) as pool, closing(browser):
        follower.has_begun.wait(_GIVES_UP_S)
        load = pool.submit(press, url, addresses, headers, seconds=seconds, roots=())
        time.sleep(_LEAD_S)
        taken = []
        for _ in range(edits):
            began = time.monotonic()
            taken.append(_rename(engine, follower, browser))
            time.sleep(max(0.0, _EVERY_S - (time.monotonic() - began)))
        pressed = load.result()
    follower.stop()
    return {
        "edits": edits,
        **_told("from_commit", [one for one, _ in taken]),
        **_told("from_begin", [one for _, one in taken]),
        "load_per_s": round(pressed.per_s),
    }


def _rename(engine: Engine, follower: Follower, browser: Tiles) -> tuple[float, float]:
    """Return seconds until the new name showed, after the commit and after the edit began."""
    layers, name = (LAYERS["communities"],), f"改名{secrets.token_hex(6)}"
    with reading(engine) as session:
        drawn = select(Site.id, Site.geom).where(
            Site.geom.is_not(None), Site.category != "standalone_building"
        )
        number, shape = session.execute(drawn.order_by(func.random()).limit(1)).one()
    point = to_shape(shape).representative_point()
    tile = tile_at(point.x, point.y, _ZOOM)
    path = f"/tiles/communities/{tile.z}/{tile.x}/{tile.y}.mvt?on={today().isoformat()}&v="
    began = time.monotonic()
    with writing(engine, Change("bench", "rename")) as session:
        session.get_one(Site, number).name = name
    committed = time.monotonic()
    _until(lambda: name.encode() in browser.get(f"{path}{follower.version(layers, tile)}"))
    shown = time.monotonic()
    return shown - committed, shown - began


def _until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _GIVES_UP_S
    while not happens() and time.monotonic() < deadline:
        time.sleep(0.001)


def _told(name: str, taken: list[float]) -> dict[str, float]:
    cuts = quantiles(taken, n=100) if len(taken) > 1 else taken * 99
    return {
        f"{name}_p50_ms": round(cuts[49] * 1000, 1),
        f"{name}_p99_ms": round(cuts[98] * 1000, 1),
    }
