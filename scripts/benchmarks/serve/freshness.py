"""Whether anything is ever stale.

After each of many random changes every server's tiles are held against tiles made directly from
the database, and so is what a client shows that only listens.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

from sqlalchemy import Engine, column, create_engine, func, select, table

from geodata.domain.access import Scope
from geodata.domain.period import today
from geodata.layers import LAYERS, Layer
from geodata.store.session import reading
from geodata.store.tiles import TileId, read_tile
from scripts.benchmarks.serve.edits import Editor, Place
from scripts.benchmarks.serve.following import Follower, Tiles
from scripts.benchmarks.serve.mix import tile_at
from server.tiles.live import CONNECTION_OPTIONS

ZOOMS: Final = (9, 10, 12, 14, 16)
_GRACE_S: Final = 1.0
_KILLED_EVERY: Final = 23
_NOTED_EVERY: Final = 50
_AFTER_LOSS_S: Final = 3.0
_WATCHED: Final = ("communities", "standalone_buildings", "gaps", "findings", "footprints")
_PAST_DAYS: Final = 10
_OLD_TILES: Final = 3


@dataclass
class Found:
    """What came of it.

    Attributes:
        edits: Number of changes, by kind.
        compared: Number of tiles that were held against the database.
        killed: How often the listening connections were ended.
        stale: What differed after the grace, in words.
        heard_ms: From each commit to the event, where one was due.
    """

    edits: Counter[str] = field(default_factory=Counter)
    compared: int = 0
    killed: int = 0
    stale: list[str] = field(default_factory=list)
    heard_ms: list[float] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """Return it for a report."""
        cuts = quantiles(self.heard_ms, n=100) if len(self.heard_ms) > 1 else [0.0] * 99
        return {
            "edits": self.edits.total(),
            "kinds": dict(sorted(self.edits.items())),
            "tiles_compared": self.compared,
            "listeners_killed": self.killed,
            "stale": len(self.stale),
            "edit_to_event_p50_ms": round(cuts[49], 1),
            "edit_to_event_p99_ms": round(cuts[98], 1),
        }


@dataclass(frozen=True)
class Watched:
    """A tile that somebody has looked at."""

    layers: tuple[Layer, ...]
    tile: TileId
    days_ago: int = 0

    def path(self, version: int | None) -> str:
        """Its address."""
        names = ",".join(layer.id for layer in self.layers)
        day = (today() - timedelta(days=self.days_ago)).isoformat()
        place = f"{self.tile.z}/{self.tile.x}/{self.tile.y}"
        known = "" if version is None else f"&v={version}"
        return f"/tiles/{names}/{place}.mvt?on={day}{known}"


class Proof:
    """One run.

    Args:
        engine: Of the database.
        scope: What the account of `headers` sees.
        urls: Of the servers; all over the same database.
        headers: Of each request.
        seed: Of all choices.
    """

    def __init__(
        self,
        engine: Engine,
        scope: Scope,
        urls: Sequence[str],
        headers: dict[str, str],
        *,
        seed: int,
    ) -> None:
        """Begin to listen to each server."""
        self._engine = engine
        # As the server asks: planned once, which takes longer than making the tile.
        asks = {"options": CONNECTION_OPTIONS, "prepare_threshold": 1}
        self._truths = create_engine(engine.url, connect_args=asks)
        self._scope = scope
        self._urls = urls
        self._tiles = [Tiles(url, headers) for url in urls]
        self._browsers = [Tiles(url, headers) for url in urls]
        self._followers = [Follower(url, headers) for url in urls]
        self._editor = Editor(engine, seed)
        self._random = random.Random(seed)  # noqa: S311 - choices, no secrets
        self._seen: dict[Watched, None] = {}
        self.found = Found()

    def run(self, edits: int, noted: Path | None = None) -> Found:
        """Make so many changes and look after each.

        Args:
            edits: How many.
            noted: File that tells now and then what came of it so far: it takes hours.
        """
        for follower in self._followers:
            follower.has_begun.wait(30)
        for number in range(edits):
            was_lost = number % _KILLED_EVERY == _KILLED_EVERY - 1
            if was_lost:
                self._kill_listeners()
            self._one_edit(_AFTER_LOSS_S if was_lost else _GRACE_S, is_heard=not was_lost)
            if noted is not None and number % _NOTED_EVERY == 0:
                told = self.found.told() | {"which": self.found.stale}
                noted.write_text(json.dumps(told, indent=1))
        return self.found

    def close(self) -> None:
        """Let go of all connections."""
        for follower in self._followers:
            follower.stop()
        for tiles in (*self._tiles, *self._browsers):
            tiles.close()
        self._truths.dispose()

    def _one_edit(self, grace_s: float, *, is_heard: bool) -> None:
        before = time.monotonic()
        kind, places = self._editor.edit()
        done = time.monotonic()
        self.found.edits[kind] += 1
        touched = self._touched(places)
        old = self._random.sample([*self._seen], min(_OLD_TILES, len(self._seen)))
        truth = self._truth([*touched, *old])
        for number, url in enumerate(self._urls):
            self._hold(f"{kind}: {url}", truth, done + _GRACE_S, self._by_asking(number))
            self._hold(f"{kind}: {url} followed", truth, done + grace_s, self._followed(number))
            heard = self._followers[number].heard_at
            if is_heard and heard > before:
                self.found.heard_ms.append(max(0.0, heard - done) * 1000)
        for one in touched:
            self._seen[one] = None

    def _touched(self, places: Sequence[Place]) -> list[Watched]:
        watched = []
        for longitude, latitude in places:
            for zoom in ZOOMS:
                tile = tile_at(longitude, latitude, zoom)
                names = self._random.sample(_WATCHED, self._random.randrange(1, len(_WATCHED)))
                names = sorted([*names, "divisions"] if zoom < ZOOMS[2] else names)
                ago = _PAST_DAYS if self._random.random() < 1 / 8 else 0
                watched.append(Watched(tuple(LAYERS[name] for name in names), tile, ago))
        return watched

    def _truth(self, watched: Sequence[Watched]) -> dict[Watched, bytes]:
        """Return the tiles as the database has them, all of one moment."""
        now = today()
        with reading(self._truths) as session:
            return {
                one: read_tile(
                    session,
                    one.layers,
                    one.tile,
                    self._scope,
                    on=now - timedelta(days=one.days_ago),
                )
                for one in watched
            }

    def _by_asking(self, number: int) -> Callable[[Watched], bytes]:
        return lambda one: self._tiles[number].get(one.path(None))

    def _followed(self, number: int) -> Callable[[Watched], bytes]:
        follower, browser = self._followers[number], self._browsers[number]
        return lambda one: browser.get(one.path(follower.version(one.layers, one.tile)))

    def _hold(
        self,
        who: str,
        truth: dict[Watched, bytes],
        deadline: float,
        look: Callable[[Watched], bytes],
    ) -> None:
        for one, content in truth.items():
            self.found.compared += 1
            # The grace is the change's: whoever looks later is to see it at the first look.
            while look(one) != content:
                if time.monotonic() > deadline:
                    self.found.stale.append(f"{who}: {one.path(None)}")
                    break
                time.sleep(0.005)

    def _kill_listeners(self) -> None:
        activity = table(
            "pg_stat_activity", column("pid"), column("application_name"), column("datname")
        )
        with self._engine.begin() as connection:
            ended = connection.execute(
                select(func.pg_terminate_backend(activity.c.pid)).where(
                    activity.c.application_name == "fugai listens",
                    activity.c.datname == func.current_database(),
                )
            ).all()
        self.found.killed += len(ended)
