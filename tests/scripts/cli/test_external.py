"""A PostGIS that somebody else runs: the server's role gets the password of the address it uses."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, make_url, text

from scripts.cli.database import upgrade_database
from scripts.cluster import Cluster


@pytest.fixture
def external(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="fugai-external-") as folder:
        Path(folder).chmod(0o755)
        cluster = Cluster(Path(folder), is_throwaway=True)
        cluster.ensure()
        monkeypatch.setenv("FUGAI_DATABASE_URL", cluster.url())
        yield cluster.url()
        cluster.stop()


def test_the_role_is_let_in_once_and_then_left_alone(
    external: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = make_url(external).set(username="fugai_server", password="first: p%ss'word")
    monkeypatch.setenv("FUGAI_SERVER_DATABASE_URL", role.render_as_string(hide_password=False))
    for _ in range(2):
        upgrade_database()
        with create_engine(role, poolclass=NullPool).connect() as connection:
            assert connection.scalar(text("SELECT current_user")) == "fugai_server"
