"""A standby of a cluster: a copy that follows the primary's log and answers what only reads."""

from __future__ import annotations

import shutil
from pathlib import Path

from scripts.cluster import Cluster, free_port
from scripts.pitr import base_backup


def make_replica(primary: Cluster, home: Path) -> Cluster:
    """Make a standby of a running cluster in a folder, and start it.

    It has the primary's passwords. ``hot_standby_feedback`` keeps the primary from clearing away
    rows that the standby still reads.

    Raises:
        DomainError: As `base_backup`.
    """
    folder = home / "postgres"
    folder.mkdir(parents=True, exist_ok=True)
    base_backup(primary, folder / "data", follows=True)
    for name in ("password", "server_password"):
        kept = primary.home / "postgres" / name
        if kept.exists():
            shutil.copy2(kept, folder / name)
    (folder / "port").write_text(str(free_port()))
    with (folder / "data" / "postgresql.auto.conf").open("a") as file:
        file.write("hot_standby_feedback = on\n")
    standby = Cluster(home, is_throwaway=primary.is_throwaway)
    standby.own(folder)
    standby.start()
    return standby
