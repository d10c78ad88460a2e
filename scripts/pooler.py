"""pgbouncer before the database: many processes share few connections, one transaction each."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from geodata.domain.errors import DomainError
from scripts.filling import is_plain
from scripts.waiting import running

_SETTINGS: Final = """\
; Written by `fugai pooler-conf`. A transaction has a connection to itself and leaves nothing on it;
; what listens, makes tiles or does jobs goes past it (FUGAI_DIRECT_DATABASE_URL).
[databases]
{database} = host={host} port={port} dbname={database}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
auth_type = scram-sha-256
auth_file = {folder}/users.txt
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 2000
ignore_startup_parameters = extra_float_digits
unix_socket_dir =
logfile = {folder}/pgbouncer.log
pidfile = {folder}/pgbouncer.pid
"""


def write_pooler(folder: Path, url: str, *, listen: int, connections: int = 20) -> str:
    """Write what pgbouncer needs, and return the address through it.

    Args:
        folder: Where to; the password lies in it, so that nobody else may read it.
        url: SQLAlchemy address of the database, for the server's role.
        listen: Port of pgbouncer.
        connections: How many to the database.

    Raises:
        DomainError: ``nginx.folder`` for a path that would need quoting.
    """
    if not is_plain(folder):
        raise DomainError("nginx.folder", folder=str(folder))
    there = make_url(url)
    settings = _SETTINGS.format(
        host=there.host,
        port=there.port or 5432,
        database=there.database,
        listen=listen,
        folder=folder,
        connections=connections,
    )
    folder.mkdir(parents=True, exist_ok=True)
    password = str(there.password).replace('"', '""')
    told = {"pgbouncer.ini": settings, "users.txt": f'"{there.username}" "{password}"\n'}
    for name, content in told.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(content)
    return there.set(host="127.0.0.1", port=listen).render_as_string(hide_password=False)


@contextmanager
def running_pooler(folder: Path) -> Iterator[None]:
    """Run pgbouncer with what `write_pooler` wrote, while the block runs.

    Raises:
        DomainError: ``pooler.failed``.
    """
    program = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
    command = [program, str(folder / "pgbouncer.ini")]
    if os.geteuid() == 0:
        # Like PostgreSQL it refuses to run as root.
        for one in (folder, *folder.iterdir()):
            shutil.chown(one, "postgres", "postgres")
        command = ["runuser", "-u", "postgres", "--", *command]
    refusal = DomainError("pooler.failed", log=str(folder / "pgbouncer.log"))
    with running(command, folder / "pgbouncer.pid", folder / "start.log", refusal):
        yield
