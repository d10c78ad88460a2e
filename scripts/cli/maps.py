"""`fugai map`: the map as a file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from geodata.domain.access import Scope
from geodata.domain.period import today
from geodata.store.session import reading
from maps.symbology import Colouring
from scripts.cli.database import engine
from scripts.cli.output import say
from server.actions.export_map import export_map
from server.actions.show_archive import show_archive
from server.actions.shown import shown_district

_app = typer.Typer(help="地图  /  the map", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    app.add_typer(_app, name="map")


@_app.command()
def export(
    out: Annotated[Path, typer.Option(help="HTML 文件 / file to write")],
    district: Annotated[str | None, typer.Option(help="区划代码 / district code")] = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    lang: Annotated[Literal["zh", "en"], typer.Option()] = "zh",
) -> None:
    """导出单文件离线地图 / One HTML file that needs no network."""
    scope = Scope.everything()
    with reading(engine()) as session:
        code = shown_district(session, scope, district).code
        day = on.date() if on else today()
        exported = export_map(session, scope, code, on=day, language=lang)
    out.write_text(exported.html, "utf-8")
    say(f"已导出 {out} ({out.stat().st_size / 1e6:.1f} MB)", "exported")


@_app.command()
def page(
    archive: Annotated[Path, typer.Option(help="PMTiles 瓦片包 / archive of tiles")],
    out: Annotated[Path, typer.Option(help="HTML 文件 / file to write")],
    colouring: Annotated[Colouring, typer.Option(help="着色 / colours")] = Colouring.CATEGORY,
    lang: Annotated[Literal["zh", "en"], typer.Option()] = "zh",
) -> None:
    """瓦片包做成一个网页, 无需服务器和数据库 / A page that shows an archive with no server."""
    out.write_text(show_archive(archive, lang, colouring), "utf-8")
    say(f"已导出 {out} ({out.stat().st_size / 1e6:.1f} MB)", "exported")
