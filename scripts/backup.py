"""Backups: one moment of the database with all files, encrypted to a key that lies elsewhere.

A backup is an age file (age-encryption.org) around a tar of ``manifest.json``, ``database.dump``
(pg_dump) and ``files/``. The server needs the public key alone; only who holds the other half
can open it, with `fugai restore` or with age itself.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pyrage
from sqlalchemy import Connection, Engine, NullPool, create_engine, make_url, text

from geodata.domain.errors import DomainError
from scripts.cluster import Cluster, binaries

MANIFEST: Final = "manifest.json"
DUMP: Final = "database.dump"
FILES: Final = "files"
_MEMBER: Final = re.compile(rf"{MANIFEST}|{DUMP}|{FILES}/[0-9a-f]{{2}}/[0-9a-f]{{64}}")
"""What a backup may hold: nothing else is written, least of all elsewhere."""
_FORMAT: Final = 1
_MOST_TOLD: Final = 2_000
_ENDED: Final = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
_TABLES: Final = text(
    "SELECT format('%I', tablename) FROM pg_tables"
    " WHERE schemaname = 'public' AND tablename <> 'spatial_ref_sys' ORDER BY 1"
)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a table holds: how many rows, and a sum over all of them in any order."""

    rows: int
    checksum: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A backup that was opened.

    Attributes:
        manifest: When it was made, with which version, what each table held.
        dump: The database.
        files: Folder of the files that people sent.
    """

    manifest: Mapping[str, Any]
    dump: Path
    files: Path

    @property
    def tables(self) -> dict[str, Fingerprint]:
        """What each table held."""
        told = self.manifest["tables"]
        return {name: Fingerprint(one["rows"], one["checksum"]) for name, one in told.items()}


def new_key(path: Path) -> str:
    """Write a new private key and return the public one.

    Raises:
        DomainError: ``backup.key_exists``.
    """
    identity = pyrage.x25519.Identity.generate()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise DomainError("backup.key_exists", file=str(path)) from error
    with os.fdopen(handle, "w") as file:
        file.write(f"{identity}\n")
    return str(identity.to_public())


def make_backup(url: str, files: Path, target: Path, recipient: str, *, proves: bool = True) -> int:
    """Write a backup of a database and the files beside it; return how many rows it holds.

    Args:
        url: SQLAlchemy address; others may write meanwhile.
        files: Folder of the files that people sent.
        target: Replaced once the backup is whole.
        recipient: Public key.
        proves: Whether to restore it into a scratch cluster and to compare every table first.

    Raises:
        DomainError: ``backup.key_unreadable``; ``backup.failed``; ``backup.differs``.
    """
    known = _recipient(recipient)
    with TemporaryDirectory(prefix="fugai-backup-", dir=target.parent) as name:
        folder = Path(name)
        tables = _dumped(url, folder / DUMP)
        if proves:
            _prove(folder, tables)
        manifest = {
            "format": _FORMAT,
            "version": version("fugai"),
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "tables": {
                name: {"rows": one.rows, "checksum": one.checksum} for name, one in tables.items()
            },
        }
        (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")
        _pack(folder, files)
        part = target.with_name(f"{target.name}.part")
        pyrage.encrypt_file(str(folder / "whole.tar"), str(part), [known])
        part.chmod(0o600)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(target)
    return sum(one.rows for one in tables.values())


def _recipient(text_of_key: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(text_of_key.strip())
    except pyrage.RecipientError as error:
        raise DomainError("backup.key_unreadable", key=text_of_key[:80]) from error


def _dumped(url: str, dump: Path) -> dict[str, Fingerprint]:
    """Dump the database as of one moment and return what each table held at that moment."""
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            moment = connection.scalar(text("SELECT pg_export_snapshot()"))
            _run(url, "pg_dump", "-Fc", "-Z6", f"--snapshot={moment}", f"--file={dump}")
            return fingerprints(connection)
    finally:
        engine.dispose()


def fingerprints(connection: Connection) -> dict[str, Fingerprint]:
    """Return what each table of ours holds."""
    found = {}
    for table in connection.scalars(_TABLES).all():
        rows, checksum = connection.execute(
            text(
                "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text"  # noqa: S608
                f" FROM {table} AS t"
            )
        ).one()
        found[table] = Fingerprint(rows, checksum)
    return found


def _prove(folder: Path, tables: Mapping[str, Fingerprint]) -> None:
    """Restore the dump into a cluster of its own and compare."""
    with scratch_cluster() as url:
        load_dump(url, folder / DUMP)
        check_restored(url, tables)


@contextmanager
def scratch_cluster() -> Iterator[str]:
    """Yield the address of an empty database that is gone with the block.

    It lies where ``TMPDIR`` says: PostgreSQL, which is somebody else where we are root, has to
    get there.
    """
    with TemporaryDirectory(prefix="fugai-scratch-") as name:
        home = Path(name)
        home.chmod(0o755)
        cluster = Cluster(home, is_throwaway=True)
        try:
            cluster.ensure()
            yield cluster.url()
        finally:
            cluster.stop()


def load_dump(url: str, dump: Path) -> None:
    """Load a dump into an empty database; who may do what in it an upgrade says anew.

    Raises:
        DomainError: ``backup.failed``.
    """
    name = make_url(url).database or ""
    _run(
        url,
        "pg_restore",
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        "-j2",
        f"--dbname={name}",
        str(dump),
    )


def check_restored(url: str, tables: Mapping[str, Fingerprint]) -> None:
    """Compare a restored database with what its backup says.

    Raises:
        DomainError: ``backup.differs`` with the tables.
    """
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            held = fingerprints(connection)
    finally:
        engine.dispose()
    wrong = sorted(name for name in {*held, *tables} if held.get(name) != tables.get(name))
    if wrong:
        raise DomainError("backup.differs", tables=wrong)


def _pack(folder: Path, files: Path) -> None:
    with tarfile.open(folder / "whole.tar", "w") as archive:
        for name in (MANIFEST, DUMP):
            archive.add(folder / name, name)
        if files.is_dir():
            archive.add(files, FILES, filter=_is_whole)


def _is_whole(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if Path(entry.name).name.startswith("incoming-") else entry


@contextmanager
def opened(path: Path, key: Path) -> Iterator[Opened]:
    """Yield what a backup holds, in a folder that is gone with the block.

    Raises:
        DomainError: ``backup.key_unreadable``; ``backup.unreadable``.
    """
    try:
        identity = pyrage.x25519.Identity.from_str(key.read_text().strip())
    except (OSError, ValueError, pyrage.IdentityError) as error:
        raise DomainError("backup.key_unreadable", key=str(key)) from error
    with TemporaryDirectory(prefix="fugai-restore-", dir=path.parent) as name:
        folder = Path(name)
        try:
            pyrage.decrypt_file(str(path), str(folder / "whole.tar"), [identity])
            with tarfile.open(folder / "whole.tar") as archive:
                _unpack(archive, folder)
            manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        except (pyrage.DecryptError, OSError, tarfile.TarError, ValueError) as error:
            raise DomainError("backup.unreadable", file=path.name, reason=str(error)) from error
        yield Opened(manifest, folder / DUMP, folder / FILES)


def _unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Write the files of a backup that belong there, and nothing else, wherever it points."""
    for entry in archive:
        if not (entry.isfile() and _MEMBER.fullmatch(entry.name)):
            continue
        target = folder / entry.name
        target.parent.mkdir(parents=True, exist_ok=True)
        content = archive.extractfile(entry)
        if content is not None:
            with content, target.open("wb") as file:
                shutil.copyfileobj(content, file)


def restore(url: str, backup: Opened) -> str:
    """Put a backup in the place of a database; return the name that the old one keeps.

    The backup is loaded and compared beside it first: nothing changes where it does not hold.

    Raises:
        DomainError: ``backup.failed``; ``backup.differs``.
    """
    address = make_url(url)
    name = address.database or ""
    fresh = f"{name}_restoring"
    old = f"{name}_before_{datetime.now(UTC):%Y%m%d%H%M%S}"
    engine = create_engine(
        address.set(database="postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    try:
        _say(engine, f'DROP DATABASE IF EXISTS "{fresh}" WITH (FORCE)')
        _say(engine, f"CREATE DATABASE \"{fresh}\" TEMPLATE template0 ENCODING 'UTF8'")
        beside = address.set(database=fresh).render_as_string(hide_password=False)
        load_dump(beside, backup.dump)
        check_restored(beside, backup.tables)
        _say(engine, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        _say(engine, _ENDED, name=name)
        _say(engine, f'ALTER DATABASE "{name}" RENAME TO "{old}"')
        _say(engine, f'ALTER DATABASE "{fresh}" RENAME TO "{name}"')
    finally:
        engine.dispose()
    return old


def _say(engine: Engine, statement: str, **facts: str) -> None:
    with engine.connect() as connection:
        connection.execute(text(statement), facts)


def _run(url: str, program: str, *arguments: str) -> None:
    address = make_url(url)
    told = {
        "PGHOST": address.host or "",
        "PGPORT": str(address.port or 5432),
        "PGUSER": address.username or "",
        "PGPASSWORD": address.password or "",
        "PGDATABASE": address.database or "",
    }
    done = subprocess.run(  # noqa: S603 - our own arguments
        [str(binaries() / program), *arguments],
        env={**os.environ, **told},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace")[-_MOST_TOLD:]
        raise DomainError("backup.failed", program=program, said=said)
