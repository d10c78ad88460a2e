"""Vector tiles, written by PostgreSQL: which function fills which layer, and how it is called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from geodata.domain.errors import DomainError
from geodata.domain.road import smallest_rank_at
from geodata.layers import DEEPEST_ZOOM, LAYERS, NAMES_FROM, Layer
from geodata.store.session import Change, scope_setting, writing
from geodata.store.tables import Division


@dataclass(frozen=True, slots=True)
class TileId:
    """A tile of the web-mercator pyramid (WebMercatorQuad); row 0 is the northernmost.

    Attributes:
        z: Zoom.
        y: Row.
        x: Column.
    """

    z: int
    y: int
    x: int

    @classmethod
    def checked(cls, z: int, y: int, x: int) -> TileId:
        """Return a tile that there is.

        Raises:
            DomainError: ``tile.out_of_range``.
        """
        if not (0 <= z <= DEEPEST_ZOOM and 0 <= x < 1 << z and 0 <= y < 1 << z):
            raise DomainError("tile.out_of_range", z=z, x=x, y=y, deepest=DEEPEST_ZOOM)
        return cls(z, y, x)


def named_layers(names: str) -> list[Layer]:
    """Return the layers that an address names, joined by commas, each once.

    Raises:
        DomainError: ``tile.unknown_layer`` for the first that is not declared.
    """
    found = []
    for name in dict.fromkeys(names.split(",")):
        if name not in LAYERS:
            raise DomainError("tile.unknown_layer", layer=name[:100], known=list(LAYERS))
        found.append(LAYERS[name])
    return found


def tile_statement(
    layers: Sequence[Layer], tile: TileId, scope: Scope, on: date
) -> tuple[str, tuple[Any, ...]]:
    """Return the statement (psycopg's ``%s``) that makes one tile, and its parameters.

    Args:
        layers: What the tile holds, in this order.
        tile: The tile.
        scope: The actor's.
        on: The day of dated layers.
    """
    calls, parameters = [], list[Any]()
    for layer in layers:
        call, own = _CALLS[layer.id](layer, tile, scope, on)
        calls.append(f"coalesce({call}, '')")
        parameters += own
    # The policies of the tables are told whose tile it is before the first of them is read.
    statement = f"SELECT {' || '.join(calls)} FROM set_config('fugai.scope', %s, true)"  # noqa: S608 - names of ours
    return statement, (*parameters, scope_setting(scope))


def read_tile(
    session: Session, layers: Sequence[Layer], tile: TileId, scope: Scope, *, on: date
) -> bytes:
    """Return one tile; an empty one has no bytes. Args as `tile_statement`."""
    statement, parameters = tile_statement(layers, tile, scope, on)
    return bytes(session.connection().exec_driver_sql(statement, parameters).scalar_one())


def draw_day(engine: Engine, day: date) -> None:
    """See to it that sites are drawn as of a day, once for all that serve the database."""
    with writing(engine, Change("system", "draw day", scope=Scope.everything())) as session:
        session.execute(text("SELECT draw_day(:day)"), {"day": day})


def draw_past_day(engine: Engine, day: date) -> bool:
    """See to it that sites are drawn as of another day than today, for all that serve the database.

    A few such days are kept, and follow the ledger as today does.

    Returns:
        Whether they are: not where somebody changes sites this very moment.
    """
    change = Change("system", "draw past day", scope=Scope.everything())
    with writing(engine, change) as session:
        number = session.scalar(text("SELECT begin_past_day(:day)"), {"day": day})
    if number is None:
        return False
    # In a transaction of its own: what is changed from here on is drawn by who changes it.
    with writing(engine, change) as session:
        asked = {"number": number}
        return bool(session.scalar(text("SELECT finish_past_day(:number)"), asked))


def drawn_day(session: Session) -> date | None:
    """Return the day that sites are drawn as of, ``None`` when they never were."""
    found: date | None = session.scalar(text("SELECT day FROM drawn_day"))
    return found


def town_of(session: Session, scope: Scope) -> tuple[str | None, str | None]:
    """Return the codes of the district and town that hold a scope, ``None`` where none does."""
    if scope.code is None:
        return None, None
    division = session.get(Division, scope.code)
    if division is None:
        raise DomainError("division.not_found", division=scope.code)
    match scope.kind:
        case DivisionKind.NEIGHBOURHOOD:
            return division.district_code, division.parent_code
        case DivisionKind.TOWN:
            return division.district_code, division.code
        case _:
            return division.code, None


_Call = Callable[[Layer, TileId, Scope, date], tuple[str, list[Any]]]


def _called(function: str, *arguments: object) -> tuple[str, list[Any]]:
    # Typed, so that PostgreSQL finds the function when a value is NULL.
    kinds = {int: "integer", date: "date"}
    marks = (f"%s::{kinds.get(type(one), 'text')}" for one in arguments)
    return f"{function}({', '.join(marks)})", list(arguments)


def _place(tile: TileId, scope: Scope) -> tuple[object, ...]:
    return tile.z, tile.x, tile.y, scope.kind and scope.kind.value, scope.code


def _sites(layer: Layer, tile: TileId, scope: Scope, on: date) -> tuple[str, list[Any]]:
    zooms = (layer.merged_below, layer.drawn_from, NAMES_FROM)
    return _called("tile_sites", layer.id, *zooms, *_place(tile, scope), on)


def _findings(layer: Layer, tile: TileId, scope: Scope, on: date) -> tuple[str, list[Any]]:
    zooms = (layer.merged_below, NAMES_FROM)
    return _called("tile_findings", layer.id, *zooms, *_place(tile, scope), on)


def _stops(layer: Layer, tile: TileId, scope: Scope, on: date) -> tuple[str, list[Any]]:
    zooms = (layer.merged_below, NAMES_FROM)
    return _called("tile_stops", layer.id, *zooms, *_place(tile, scope), on)


def _candidates(layer: Layer, tile: TileId, scope: Scope, _on: date) -> tuple[str, list[Any]]:
    zooms = (layer.merged_below, NAMES_FROM)
    return _called("tile_candidates", layer.id, *zooms, *_place(tile, scope))


def _footprints(layer: Layer, tile: TileId, scope: Scope, _on: date) -> tuple[str, list[Any]]:
    zooms = (layer.merged_below, NAMES_FROM)
    return _called("tile_footprints", layer.id, *zooms, *_place(tile, scope))


def _divisions(layer: Layer, tile: TileId, scope: Scope, _on: date) -> tuple[str, list[Any]]:
    return _called("tile_divisions", layer.id, *_place(tile, scope))


def _roads(layer: Layer, tile: TileId, scope: Scope, _on: date) -> tuple[str, list[Any]]:
    rank = smallest_rank_at(tile.z)
    return _called("tile_roads", layer.id, rank, NAMES_FROM, *_place(tile, scope))


def _landuse(layer: Layer, tile: TileId, scope: Scope, _on: date) -> tuple[str, list[Any]]:
    return _called("tile_landuse", layer.id, NAMES_FROM, *_place(tile, scope))


_CALLS: Final[dict[str, _Call]] = {
    "communities": _sites,
    "standalone_buildings": _sites,
    "gaps": _sites,
    "findings": _findings,
    "planned_stops": _stops,
    "candidates": _candidates,
    "footprints": _footprints,
    "divisions": _divisions,
    "roads": _roads,
    "landuse": _landuse,
}
