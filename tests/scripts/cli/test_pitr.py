"""Back to a moment: what was committed before it is there, what came after is not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import NullPool, create_engine, text

from geodata.domain.errors import DomainError
from scripts.cluster import Cluster
from scripts.pitr import base_backup, restore_until


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that PostgreSQL, which is somebody else where we are root, can get to."""
    with TemporaryDirectory(prefix="fugai-pitr-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def _write(cluster: Cluster, word: str) -> datetime:
    engine = create_engine(cluster.url(), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO audit_line (word) VALUES (:word)"), {"word": word})
    engine.dispose()
    time.sleep(0.05)
    return datetime.now(UTC)


def _run(cluster: Cluster, statement: str) -> list[str]:
    engine = create_engine(cluster.url(), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        answer = connection.execute(text(statement))
        found = list(answer.scalars()) if answer.returns_rows else []
    engine.dispose()
    return found


def test_a_cluster_is_as_it_was_at_a_moment(place: Path) -> None:
    archive, copy = place / "archive", place / "copy"
    cluster = Cluster(place / "home", archive=archive)
    cluster.home.mkdir()
    cluster.ensure()
    restored = Cluster(place / "new")
    restored.home.mkdir()
    try:
        _run(cluster, "CREATE TABLE audit_line (word text, at timestamptz DEFAULT now())")
        _write(cluster, "before the copy")
        base_backup(cluster, copy)
        for name in ("password", "server_password"):
            kept = cluster.home / "postgres" / name
            if kept.exists():
                (place / f"copy.{name}").write_text(kept.read_text())
        moment = _write(cluster, "after the copy")
        _write(cluster, "too late")
        _run(cluster, "SELECT pg_switch_wal()")
        deadline = time.monotonic() + 60
        while not any(archive.glob("0*")) and time.monotonic() < deadline:
            time.sleep(0.1)
        _run(cluster, "SELECT pg_switch_wal()")
        time.sleep(1)
        cluster.stop()
        last = restore_until(copy, archive, moment, restored)
        found = _run(restored, "SELECT word FROM audit_line ORDER BY at")
        assert found == ["before the copy", "after the copy"]
        assert moment - timedelta(seconds=30) < last <= moment
        assert _write(restored, "goes on") > moment
        with pytest.raises(DomainError, match=r"pitr\.folder_used"):
            base_backup(restored, copy)
    finally:
        cluster.stop()
        restored.stop()
