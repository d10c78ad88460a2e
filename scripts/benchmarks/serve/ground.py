"""The district that a run measures over: a cluster of its own, built once and kept."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from geodata.domain.access import Role, Scope
from geodata.domain.division import DivisionKind
from geodata.domain.period import today
from geodata.store.files import FileStore
from geodata.store.migrate import upgrade
from geodata.store.session import Change, connect, writing
from geodata.store.tiles import draw_day
from scripts.benchmarks.own_key import own_key
from scripts.cluster import Cluster
from scripts.demo.first_start import build_and_load
from scripts.demo.size import DemoSize
from scripts.demo.territory import DISTRICT
from server.auth import log_in
from server.auth.accounts import add_account
from server.auth.sessions import From
from server.settings import Settings

SCOPE: Final = Scope(DivisionKind.DISTRICT, DISTRICT)
_SEED: Final = 126


@dataclass(frozen=True, slots=True)
class Ground:
    """The district that is measured over.

    Attributes:
        home: Folder of its cluster, and of all that a run writes.
        url: Of its database.
        engine: On it.
        postmaster: The database's process.
    """

    home: Path
    url: str
    engine: Engine
    postmaster: int


@contextmanager
def ground(home: Path, size: DemoSize) -> Iterator[Ground]:
    """Yield a district in a cluster of its own; it is kept, and built where it is missing."""
    home.mkdir(parents=True, exist_ok=True)
    own_key(home)
    cluster = Cluster(home)
    was_running = (home / "postgres").exists() and cluster.is_running()
    cluster.ensure()
    url = cluster.url()
    try:
        upgrade(url)
        build_and_load(url, FileStore(home / "files"), size, seed=_SEED)
        engine = connect(url)
        draw_day(engine, today())
        postmaster = (home / "postgres/data/postmaster.pid").read_text().split()[0]
        yield Ground(home, url, engine, int(postmaster))
        engine.dispose()
    finally:
        if not was_running:
            cluster.stop()


def logged_in(place: Ground) -> str:
    """Return the login of an account made for the run; nobody knows its password."""
    name, password = f"bench-{secrets.token_hex(6)}", secrets.token_urlsafe(24)
    with writing(place.engine, Change("cli", "bench")) as session:
        add_account(
            session,
            username=name,
            password=password,
            role=Role.DISTRICT_LEAD,
            division_code=DISTRICT,
        )
    settings = Settings(database_url=place.url, files=place.home / "files")
    origin = From("127.0.0.1")
    return log_in(place.engine, name, password, settings=settings, origin=origin).cookie
