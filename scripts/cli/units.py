"""`fugai units`: the server under systemd."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.database import home
from scripts.cli.output import say
from scripts.systemd.units import units

_ROOT = Path(__file__).resolve().parents[2]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="units")(write_units)


def write_units(
    out: Annotated[Path, typer.Option(help="写入的文件夹 / folder to write to")],
    user: Annotated[str, typer.Option(help="运行用户(非 root) / whose they are")] = "fugai",
    workers: Annotated[int, typer.Option(help="服务进程数 / processes", min=1, max=64)] = 2,
    kept_days: Annotated[int, typer.Option(help="备份保留天数 / days backups are kept")] = 30,
) -> None:
    """写 systemd 单元 / Write units for systemd: server, worker, a backup each night."""
    made = units(
        root=_ROOT,
        home=home(),
        binaries=Path(sys.executable).parent,
        user=user,
        workers=workers,
        kept_days=kept_days,
    )
    out.mkdir(parents=True, exist_ok=True)
    for name, text in made.items():
        (out / name).write_text(text, "utf-8")
    say(f"已写入 {', '.join(sorted(made))}", f"written to {out}; systemctl daemon-reload")
