"""`fugai backup` and `fugai restore`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import NullPool, create_engine, text

from geodata.domain.errors import DomainError
from geodata.store.audit_chain import verify_chain
from geodata.store.migrate import upgrade
from geodata.store.session import reading
from scripts.backup import (
    Opened,
    check_restored,
    load_dump,
    make_backup,
    new_key,
    opened,
    scratch_cluster,
)
from scripts.backup import restore as put_back
from scripts.cli.database import database_url, file_store, phones_key
from scripts.cli.output import say


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(backup)
    app.command()(restore)


def backup(
    out: Annotated[Path | None, typer.Option(help="备份文件 / where to write")] = None,
    recipient: Annotated[
        str | None, typer.Option(help="公钥 age1… / public key", envvar="FUGAI_BACKUP_RECIPIENT")
    ] = None,
    new_key_to: Annotated[
        Path | None, typer.Option("--new-key", help="生成密钥并存到此文件 / write a new key here")
    ] = None,
    prove: Annotated[
        bool, typer.Option(help="还原到临时库逐表核对 / restore into a scratch cluster and compare")
    ] = True,
) -> None:
    """加密备份数据库和文件 / Back up the database and all files, encrypted."""
    if new_key_to is not None:
        recipient = new_key(new_key_to)
        print(recipient)
        say(
            f"私钥在 {new_key_to}: 请移到本机之外保存, 丢失则备份无法打开",
            "keep the private key elsewhere; without it no backup can be opened",
        )
    if out is None:
        return
    if recipient is None:
        raise DomainError("backup.no_key")
    say(
        f"电话号码的密钥 {phones_key()} 不在备份内, 请另行妥善保存",
        "the key to telephone numbers is not in the backup: keep it elsewhere too",
    )
    say("备份并核对…" if prove else "备份…", "backing up")
    rows = make_backup(database_url(), file_store().folder, out.resolve(), recipient, proves=prove)
    size = out.stat().st_size / 1e6
    say(f"✔ {out} · {rows:,} 行 · {size:.1f} MB", f"{rows:,} rows, {size:.1f} MB")


def restore(
    file: Path,
    key: Annotated[Path, typer.Option(help="私钥文件 / private key")],
    check_only: Annotated[
        bool, typer.Option("--check", help="只核对, 不还原 / compare only, change nothing")
    ] = False,
    force: Annotated[
        bool, typer.Option(help="现有数据让位(改名保留) / in place of what is there (kept)")
    ] = False,
) -> None:
    """还原备份 / Put a backup in the database's place; the old one is kept, renamed."""
    with opened(file.resolve(), key) as found:
        say(f"备份于 {found.manifest['made_at']}", f"made at {found.manifest['made_at']}")
        if check_only:
            _check(found)
            return
        url = database_url()
        if not force and _has_sites(url):
            raise DomainError("backup.not_empty")
        old = put_back(url, found)
        upgrade(url)
        if found.files.is_dir():
            shutil.copytree(found.files, file_store().folder, dirs_exist_ok=True)
    engine = create_engine(url, poolclass=NullPool)
    with reading(engine) as session:
        chain = verify_chain(session)
    say(f"✔ 已还原, 原库保留为 {old}", f"restored; the old database is kept as {old}")
    if not chain.is_whole:
        raise DomainError(
            "audit.broken", lines=chain.lines, at=chain.broken_at, unsealed=chain.unsealed
        )


def _check(found: Opened) -> None:
    with scratch_cluster() as url:
        load_dump(url, found.dump)
        check_restored(url, found.tables)
    rows = sum(one.rows for one in found.tables.values())
    say(f"✔ 逐表核对一致, {rows:,} 行", f"all tables agree, {rows:,} rows")


def _has_sites(url: str) -> bool:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        if connection.scalar(text("SELECT to_regclass('site') IS NULL")):
            return False
        return bool(connection.scalar(text("SELECT EXISTS (SELECT FROM site)")))
