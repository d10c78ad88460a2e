"""`fugai pitr`: back to a moment."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from geodata.domain.errors import DomainError
from geodata.domain.period import SHANGHAI
from scripts.cli.database import cluster, external_url, home
from scripts.cli.output import say
from scripts.cluster import Cluster
from scripts.pitr import base_backup, restore_until

_app = typer.Typer(help="恢复到某一时刻  /  back to a moment", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    app.add_typer(_app, name="pitr")


@_app.command()
def base(
    out: Annotated[Path, typer.Option(help="空文件夹 / an empty folder")],
) -> None:
    """复制运行中的数据库 / Copy the running cluster; with FUGAI_WAL_ARCHIVE set, weekly."""
    if external_url() is not None:
        raise DomainError("pitr.external")
    own = cluster()
    own.start()
    target = out.resolve()
    base_backup(own, target)
    for name in ("password", "server_password"):
        kept = home() / "postgres" / name
        if kept.exists():
            shutil.copy2(kept, target.parent / f"{target.name}.{name}")
    say(f"✔ {target}", "copied, with the passwords of its roles beside it")


@_app.command()
def restore(
    base: Annotated[Path, typer.Option(help="副本 / the copy")],
    archive: Annotated[Path, typer.Option(help="日志文件夹 / folder of the log")],
    until: Annotated[str, typer.Option(help="时刻 / moment, 2026-11-27T10:30:00")],
    into: Annotated[Path, typer.Option(help="新的数据文件夹 / new FUGAI_HOME")],
) -> None:
    """恢复为新的数据文件夹 / Make a new FUGAI_HOME as of a moment; the old one stays."""
    try:
        moment = datetime.fromisoformat(until)
    except ValueError as error:
        raise DomainError("pitr.moment", text=until) from error
    aware = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    into.mkdir(parents=True, exist_ok=True)
    made = Cluster(into.resolve())
    last = restore_until(base.resolve(), archive.resolve(), aware, made)
    made.stop()
    say(
        f"✔ 最后一次操作 {last.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}; "
        f"用 FUGAI_HOME={into} scripts/run 启动",
        "restored; the folder of files (FUGAI_HOME/files) is copied by itself",
    )
