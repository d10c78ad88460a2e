"""Which database a command works on."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import URL, Engine, NullPool, create_engine, make_url
from sqlalchemy.exc import OperationalError

from geodata.store.files import FileStore
from geodata.store.migrate import upgrade
from geodata.store.sealing import KEY_VARIABLE, is_opened_by_key, new_key
from geodata.store.server_role import SERVER_ROLE, address_of_server, let_in
from scripts.cluster import Cluster
from server.settings import with_driver


def home() -> Path:
    """Return the folder of our data: ``FUGAI_HOME``, by default ``.fugai`` in the checkout."""
    checkout = Path(__file__).resolve().parents[2]
    return Path(os.environ.get("FUGAI_HOME") or checkout / ".fugai").resolve()


def phones_key() -> Path:
    """Return where the key to telephone numbers lies: ``FUGAI_PHONES_KEY``, else our folder."""
    return Path(os.environ.get(KEY_VARIABLE) or home() / "phones.key")


def cluster() -> Cluster:
    """Return the private cluster."""
    archive = os.environ.get("FUGAI_WAL_ARCHIVE")
    return Cluster(home(), archive=Path(archive).resolve() if archive else None)


def external_url() -> str | None:
    """Return the address of an external PostGIS, if ``FUGAI_DATABASE_URL`` names one."""
    return with_driver(os.environ.get("FUGAI_DATABASE_URL"))


def database_url() -> str:
    """Return the database's address; the private cluster is started if it stands still."""
    external = external_url()
    if external is not None:
        return external
    own = cluster()
    url = own.url()
    own.start()
    return url


def server_url() -> str:
    """Return the address that the server works under: a role that owns nothing.

    It is what ``FUGAI_SERVER_DATABASE_URL`` says, past a pooler, say; of an external PostGIS else
    the owner's: then the second lock is open, and `fugai serve` says so.
    """
    chosen = with_driver(os.environ.get("FUGAI_SERVER_DATABASE_URL"))
    if chosen is not None:
        return chosen
    if external_url() is None:
        return address_of_server(database_url(), cluster().server_password())
    return database_url()


def upgrade_database() -> None:
    """Bring the schema up to date and let the server's role in; a new one gets a key.

    Raises:
        DomainError: ``personal.key_missing`` or ``personal.key_wrong`` where there are telephone
            numbers that were sealed with another key: a new one would not open them.
    """
    url = database_url()
    if is_opened_by_key(url) is None:
        new_key(phones_key())
    upgrade(url)
    _let_server_in(url)


def _let_server_in(url: str) -> None:
    """Give the server's role its password: our cluster's own, or that of the address it is to use.

    One that can log in already is left alone: its password is somebody's who runs the database.
    """
    if external_url() is None:
        let_in(url, cluster().server_password())
        return
    chosen = make_url(server_url())
    if chosen.username == SERVER_ROLE and chosen.password and not _logs_in(chosen):
        let_in(url, chosen.password)


def _logs_in(address: URL) -> bool:
    try:
        create_engine(address, poolclass=NullPool).connect().close()
    except OperationalError:
        return False
    return True


def file_store() -> FileStore:
    """Return the store of the files that people sent."""
    return FileStore(home() / "files")


def engine() -> Engine:
    """Return the engine of the database; no connection outlives its transaction."""
    return create_engine(database_url(), poolclass=NullPool)
