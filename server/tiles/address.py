"""What the address of a tile asks for; anything else is refused before the database is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Final
from urllib.parse import parse_qs

from geodata.domain.errors import DomainError
from geodata.domain.period import today
from geodata.layers import ChangeGroup, Layer
from geodata.store.tiles import TileId, named_layers

PREFIX: Final = "/tiles/"
_TILE: Final = re.compile(
    r"/tiles/(?P<layers>[^/]{1,200})/(?P<z>\d{1,3})/(?P<x>\d{1,9})/(?P<y>\d{1,9})\.mvt"
)
_LONGEST_QUERY: Final = 500
_VERSION: Final = re.compile(r"\d{1,18}")


@dataclass(frozen=True)
class TileRequest:
    """One tile as it is asked for.

    Attributes:
        layers: What it is to hold.
        tile: Which tile.
        on: The day of dated layers.
        version: The version that the asker knows of, ``None`` where it names none.
        is_day_named: Whether the address names the day; else it means another one tomorrow.
        district: Code of the district that it narrows to, ``None`` where it names none.
    """

    layers: tuple[Layer, ...]
    tile: TileId
    on: date
    version: int | None = None
    is_day_named: bool = True
    district: str | None = None

    @cached_property
    def groups(self) -> frozenset[ChangeGroup]:
        """What the tile changes with."""
        return frozenset(layer.group for layer in self.layers)

    @cached_property
    def is_dated(self) -> bool:
        """Whether it may look different on another day."""
        return any(layer.is_dated for layer in self.layers)

    @cached_property
    def key(self) -> tuple[str, str, int, int, int]:
        """What tells it from other tiles of the same scope."""
        names = ",".join(layer.id for layer in self.layers)
        return self.on.isoformat(), names, self.tile.z, self.tile.x, self.tile.y


def read_address(path: str, query: bytes, method: str = "GET") -> TileRequest:
    """Read a tile's address.

    Raises:
        DomainError: ``request.not_found``, ``tile.unknown_layer``, ``tile.out_of_range``,
            ``tile.day``, ``tile.version``, ``tile.query``, ``tile.method``.
    """
    if method not in ("GET", "HEAD"):
        raise DomainError("tile.method")
    if len(query) > _LONGEST_QUERY:
        raise DomainError("tile.query", most=_LONGEST_QUERY)
    return _read(path, query, today())


@lru_cache(maxsize=8192)
def _read(path: str, query: bytes, day: date) -> TileRequest:
    match = _TILE.fullmatch(path)
    if match is None:
        raise _not_a_tile(path)
    layers = tuple(named_layers(match["layers"]))
    tile = TileId.checked(int(match["z"]), int(match["y"]), int(match["x"]))
    asked = {name: values[-1] for name, values in parse_qs(query.decode("latin-1")).items()}
    named_day, version = asked.get("on"), asked.get("v")
    if version is not None and not _VERSION.fullmatch(version):
        raise DomainError("tile.version", value=version[:50])
    on = day if named_day is None else _day(named_day)
    return TileRequest(
        layers=layers,
        tile=tile,
        on=on,
        version=None if version is None else int(version),
        is_day_named=named_day is not None,
        district=asked.get("district"),
    )


def _not_a_tile(path: str) -> DomainError:
    parts = path.removeprefix(PREFIX).removesuffix(".mvt").split("/")
    if len(parts) == 4 and path.endswith(".mvt"):  # noqa: PLR2004 - layers, z, x, y
        return DomainError("tile.numbers", value="/".join(parts[1:])[:100])
    return DomainError("request.not_found", path=path[:200])


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise DomainError("tile.day", value=text[:50]) from error
