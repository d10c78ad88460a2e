"""`fugai bundle`: one archive that installs with the network off."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scripts.bundle import NAME, make_bundle
from scripts.cli.output import say

_ROOT = Path(__file__).resolve().parents[2]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(bundle)


def bundle(
    out: Annotated[Path, typer.Option(help="写入的文件 / file to write")] = Path("fugai.tar"),
) -> None:
    """制作离线安装包 / Pack all that an installation needs, for machines of this kind.

    Made where the network is on; unpacked elsewhere, `scripts/run` in it asks nobody.
    """
    counts = make_bundle(_ROOT, out.resolve())
    size = out.stat().st_size >> 20
    say(
        f"✔ {out} ({size} MB): 源码 {counts['sources']}, Python 包 {counts['wheels']}, "
        f"系统包 {counts['debs']}, 浏览器文件 {counts['browser']}",
        f"{size} MB: sources, wheels, system packages, browser files",
    )
    say(f"  tar xf {out.name} && cd {NAME} && scripts/run", "on the other machine")
