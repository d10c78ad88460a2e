"""Back to a moment: a copy of the cluster, the log of all writes since, and a target in time.

PostgreSQL's own means. `FUGAI_WAL_ARCHIVE` names a folder, on another disk, into which each piece
of the log goes once it is full, or after five minutes; `base_backup` copies the cluster while
people work; `restore_until` makes a new installation of a copy and the log, up to a moment.
Neither is encrypted: the folder belongs where the cluster's own disk would.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import NullPool, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from geodata.domain.errors import DomainError
from scripts.cluster import Cluster, binaries, free_port

_ENDS_WITHIN_S: Final = 600
_MOST_TOLD: Final = 2_000


def base_backup(cluster: Cluster, target: Path, *, follows: bool = False) -> None:
    """Copy a running cluster into an empty folder; others may write meanwhile.

    Args:
        cluster: The cluster.
        target: The folder.
        follows: Whether the copy is to be a standby, which goes on reading the log.

    Raises:
        DomainError: ``pitr.failed``; ``pitr.folder_used``.
    """
    if target.exists() and any(target.iterdir()):
        raise DomainError("pitr.folder_used", folder=str(target))
    url = make_url(cluster.url())
    command = [
        *(str(binaries() / "pg_basebackup"), "-D", str(target), "-X", "stream", "-c", "fast"),
        *(("-R",) if follows else ()),
        *("-h", str(url.host), "-p", str(url.port), "-U", str(url.username)),
    ]
    done = subprocess.run(  # noqa: S603 - our own arguments
        command,
        env={**os.environ, "PGPASSWORD": str(url.password)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise DomainError("pitr.failed", said=done.stderr.strip()[-_MOST_TOLD:])


def restore_until(base: Path, archive: Path, until: datetime, cluster: Cluster) -> datetime:
    """Make a new cluster of a copy and the log up to a moment, and leave it running.

    Args:
        base: What `base_backup` wrote; it is copied, not used up.
        archive: Folder of the log.
        until: The moment, aware; what was committed after it is not there.
        cluster: A new one, with nothing in its folder.

    Returns:
        When the last write that is there was committed, at most `until`.

    Raises:
        DomainError: ``pitr.folder_used``; ``pitr.no_base``; ``pitr.failed`` where the log does
            not reach the moment.
    """
    folder = cluster.home / "postgres"
    if folder.exists():
        raise DomainError("pitr.folder_used", folder=str(folder))
    if not (base / "PG_VERSION").exists():
        raise DomainError("pitr.no_base", folder=str(base))
    folder.mkdir(parents=True)
    shutil.copytree(base, folder / "data")
    for name in ("password", "server_password"):
        beside = base.parent / f"{base.name}.{name}"
        if beside.exists():
            shutil.copy2(beside, folder / name)
    (folder / "port").write_text(str(free_port()))
    moment = until.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00")
    with (folder / "data" / "postgresql.auto.conf").open("a") as file:
        file.write(
            f'restore_command = \'cp "{archive}/%f" "%p"\'\n'
            f"recovery_target_time = '{moment}'\n"
            "recovery_target_action = 'promote'\n"
        )
    (folder / "data" / "recovery.signal").touch()
    (folder / "data" / "fugai_archive.conf").unlink(missing_ok=True)
    cluster.own(folder)
    cluster.start()
    return _promoted(cluster)


def _promoted(cluster: Cluster) -> datetime:
    """Wait until the log was read, and return the moment of the last write that is there."""
    engine = create_engine(cluster.url(), poolclass=NullPool)
    deadline = time.monotonic() + _ENDS_WITHIN_S
    try:
        while time.monotonic() < deadline:
            try:
                with engine.connect() as connection:
                    if not connection.scalar(text("SELECT pg_is_in_recovery()")):
                        last = connection.scalar(text("SELECT max(at) FROM audit_line"))
                        return datetime.now(UTC) if last is None else last
            except OperationalError as error:
                if not cluster.is_running():
                    log = cluster.home / "postgres" / "log"
                    said = log.read_text("utf-8", "replace").strip()[-_MOST_TOLD:]
                    raise DomainError("pitr.failed", said=said) from error
            time.sleep(0.2)
    finally:
        engine.dispose()
    raise DomainError("pitr.failed", said="timeout")
