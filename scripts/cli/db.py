"""`fugai db`: the database itself."""

from __future__ import annotations

import typer

from geodata.domain.period import now
from geodata.store.audit import audit
from geodata.store.resealing import change_key
from geodata.store.session import Change, writing
from scripts.cli.database import (
    cluster,
    database_url,
    engine,
    external_url,
    phones_key,
    upgrade_database,
)
from scripts.cli.output import say

_app = typer.Typer(help="数据库  /  the database", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    app.add_typer(_app, name="db")


@_app.command()
def start() -> None:
    """启动私有数据库 / Start the private cluster, set up if missing."""
    cluster().ensure()
    say("数据库已启动", "the database runs")


@_app.command()
def stop() -> None:
    """停止私有数据库 / Stop the private cluster."""
    cluster().stop()
    say("数据库已停止", "the database has stopped")


@_app.command(name="upgrade")
def upgrade_schema() -> None:
    """升级表结构 / Bring tables and functions up to date."""
    if external_url() is None:
        cluster().ensure()
    upgrade_database()
    say("表结构已是最新", "the schema is up to date")


@_app.command(name="new-phones-key")
def new_phones_key() -> None:
    """更换电话号码的密钥 / Seal telephone numbers with a new key; the old one is kept beside it."""
    upgrade_database()
    path = phones_key()
    kept = path.with_name(f"{path.name}.{now():%Y%m%d-%H%M%S}")
    values = change_key(engine(), path, kept)
    with writing(engine(), Change("cli", "new phones key")) as session:
        audit(session, "cli", "new_phones_key", "phones", values=values)
    say(
        f"✔ {values} 处已用新密钥加密: {path}。旧密钥 {kept} 只用于更换前的备份, 请分别妥善保存",
        f"{values} values are sealed with the new key; {kept} opens backups from before",
    )


@_app.command()
def url() -> None:
    """打印数据库地址 / Print the database's address."""
    print(database_url())
