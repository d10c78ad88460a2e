"""`fugai pooler-conf`: pgbouncer before the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.database import server_url
from scripts.cli.output import say
from scripts.pooler import write_pooler


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="pooler-conf")(pooler_conf)


def pooler_conf(
    out: Annotated[Path, typer.Option(help="写入的文件夹 / folder to write to")],
    listen: Annotated[int, typer.Option(help="pgbouncer 端口 / its port")] = 6432,
    connections: Annotated[
        int, typer.Option(help="到数据库的连接数 / to the database", min=1)
    ] = 20,
) -> None:
    """写 pgbouncer 配置 / Write what pgbouncer needs, in transaction mode, and how to use it.

    The folder holds the password of the server's role and is readable by its owner alone.
    """
    direct = server_url()
    pooled = write_pooler(out.resolve(), direct, listen=listen, connections=connections)
    say(f"已写入 {out}; 服务的环境变量:", "written; the server's environment:")
    print(f"FUGAI_SERVER_DATABASE_URL={pooled}")
    print(f"FUGAI_DIRECT_DATABASE_URL={direct}")
