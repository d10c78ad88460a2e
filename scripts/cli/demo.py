"""`fugai demo`: the synthetic district."""

from __future__ import annotations

from typing import Annotated

import typer

from scripts.cli.database import database_url, file_store
from scripts.demo.first_start import build_and_load
from scripts.demo.size import DemoSize

_app = typer.Typer(help="示例区  /  the demo district", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    app.add_typer(_app, name="demo")


@_app.command()
def build(
    communities: Annotated[int, typer.Option(min=20)] = 400,
    standalone: Annotated[int, typer.Option(min=20)] = 2500,
    footprints: Annotated[int, typer.Option(min=100)] = 30_000,
    seed: Annotated[int, typer.Option()] = 126,
) -> None:
    """生成并导入示例区 / Make the demo district and import it."""
    build_and_load(
        database_url(), file_store(), DemoSize(communities, standalone, footprints), seed=seed
    )
