"""`fugai tiles`: tiles as a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from geodata.domain.access import Scope
from geodata.domain.division import DivisionKind
from geodata.domain.period import today
from geodata.layers import FIRST_ZOOM, LAST_ZOOM, LAYERS
from geodata.store.session import reading
from geodata.store.tiles import named_layers
from scripts.cli.database import engine
from scripts.cli.output import say
from server.actions.export_tiles import BASEMAP, WantedTiles, export_tiles, zooms
from server.actions.export_tiles import Progress as Told
from server.actions.shown import shown_district

_app = typer.Typer(help="瓦片  /  tiles", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    app.add_typer(_app, name="tiles")
    # A group with one command would be that command.
    _app.callback()(_tiles)


def _tiles() -> None:
    """瓦片 / Tiles."""


@_app.command()
def export(
    out: Annotated[Path, typer.Option(help="PMTiles 文件 / file to write")],
    layers: Annotated[
        str | None, typer.Option(help="图层, 逗号分隔; 默认全部 / layers, all by default")
    ] = None,
    basemap: Annotated[
        bool, typer.Option("--basemap", help=f"底图 / the base map: {','.join(BASEMAP)}")
    ] = False,
    district: Annotated[str | None, typer.Option(help="区划代码, 默认全部 / code")] = None,
    zoom: Annotated[
        str, typer.Option("--zooms", help="级别 / zooms")
    ] = f"{FIRST_ZOOM}-{LAST_ZOOM}",
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    lang: Annotated[Literal["zh", "en"], typer.Option()] = "zh",
) -> None:
    """导出瓦片包, 无需数据库即可显示 / An archive that maps draw from with no database."""
    names = layers or ",".join(BASEMAP if basemap else LAYERS)
    first, last = zooms(zoom)
    wanted = WantedTiles(
        layers=named_layers(names),
        first=first,
        last=last,
        on=on.date() if on else today(),
        language=lang,
    )
    database = engine()
    scope = Scope.everything()
    if district is not None:
        with reading(database) as session:
            found = shown_district(session, scope, district)
        scope = Scope(DivisionKind.DISTRICT, found.code)
    began = monotonic()
    with _bar() as told:
        size = export_tiles(database, scope, out, wanted, told)
    took = monotonic() - began
    told_size = f"{size.tiles} / {size.contents} / {size.size_bytes / 1e6:.1f} MB / {took:.1f} s"
    say(f"已导出 {out}: {told_size}", "tiles / different ones / size / time")


@contextmanager
def _bar() -> Iterator[Told]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task("瓦片  /  tiles", total=None)
        yield lambda done, whole: bar.update(task, completed=done, total=whole)
