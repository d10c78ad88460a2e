"""A private PostgreSQL cluster with PostGIS under one folder, started and stopped by us.

PostgreSQL refuses to run as root: as root its programs are run as the ``postgres`` user.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from geodata.domain.errors import DomainError
from scripts.filling import is_plain

_DATABASE: Final = "fugai"
_MORE_TRIES: Final = 8
_ARCHIVE: Final = "fugai_archive.conf"
_SETTINGS: Final = {
    "listen_addresses": "'127.0.0.1'",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "'Asia/Shanghai'",
    "log_timezone": "'Asia/Shanghai'",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster in a folder.

    Attributes:
        home: The folder; its ``postgres`` holds data, log, socket, port and password.
        is_throwaway: For tests: faster, and lost with the power.
        archive: Folder into which the log of all writes is copied piece by piece, ``None`` for
            nowhere (`scripts.pitr`).
    """

    home: Path
    is_throwaway: bool = False
    archive: Path | None = None

    @property
    def _folder(self) -> Path:
        return self.home / "postgres"

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def url(self) -> str:
        """Return the SQLAlchemy address.

        Raises:
            DomainError: ``cluster.missing`` when it was never set up.
        """
        if not (self._folder / "password").exists():
            raise DomainError("cluster.missing", folder=str(self._folder))
        password = (self._folder / "password").read_text().strip()
        port = (self._folder / "port").read_text().strip()
        return f"postgresql+psycopg://fugai:{password}@127.0.0.1:{port}/{_DATABASE}"

    def server_password(self) -> str:
        """Return the password of the role that the server works under, made when first asked."""
        secret = self._folder / "server_password"
        if not secret.exists():
            secret.touch(mode=0o600)
            secret.write_text(secrets.token_urlsafe(24))
        return secret.read_text().strip()

    def ensure(self) -> None:
        """Set the cluster up where it is missing, and start it where it stands still."""
        if not (self._data / "PG_VERSION").exists():
            self._set_up()
        self.start()

    def is_running(self) -> bool:
        """Tell whether the server runs."""
        self._forget_the_dead()
        return self._run("pg_ctl", "status", "-D", str(self._data), check=False) == 0

    def _forget_the_dead(self) -> None:
        """Take away the pid file of a server that was killed and that nobody has buried yet.

        Where process 1 is no init, as in a container, the dead keep their number, and PostgreSQL
        takes them for running.
        """
        told = self._data / "postmaster.pid"
        with contextlib.suppress(OSError, IndexError):
            pid = told.read_text().split()[0]
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
            if state == "Z":
                told.unlink()

    def start(self) -> None:
        """Start the server and wait until it answers; a running one is left alone.

        Raises:
            DomainError: ``cluster.failed`` with the place of the log.
        """
        if self.is_running():
            return
        port = int((self._folder / "port").read_text())
        if not _is_free(port):
            port = free_port()
            (self._folder / "port").write_text(str(port))
        self._set_archive()
        options = f"-p {port} -k '{self._folder}'"
        # A pid file left by kill -9 is no obstacle: pg_ctl sees that the process is gone.
        command = (
            *("pg_ctl", "start", "-w", "-t", "60", "-D", str(self._data)),
            *("-l", str(self._folder / "log"), "-o", options),
        )
        for _ in range(_MORE_TRIES):
            # What a killed server left running holds its memory for a moment.
            with contextlib.suppress(DomainError):
                self._run(*command)
                return
            time.sleep(1)
        self._run(*command)

    def _set_archive(self) -> None:
        """Say where pieces of the log go: whole ones only, and none twice."""
        told = self._data / _ARCHIVE
        main = self._data / "postgresql.conf"
        include = f"include_if_exists = '{_ARCHIVE}'\n"
        if include not in main.read_text():
            with main.open("a") as file:
                file.write(include)
        if self.archive is None:
            told.unlink(missing_ok=True)
            return
        at = str(self.archive)
        if not is_plain(at):
            raise DomainError("pitr.folder_odd", folder=at)
        self.archive.mkdir(parents=True, exist_ok=True)
        self.own(self.archive)
        copy = f"cp %p {at}/.%f && sync {at}/.%f && mv {at}/.%f {at}/%f"
        copy = f"test ! -f {at}/%f && {copy}"
        told.write_text(f"archive_mode = on\narchive_command = '{copy}'\narchive_timeout = 300\n")
        self.own(told)

    def own(self, path: Path) -> None:
        """Give something to the user that PostgreSQL runs as, with all that is in it."""
        if _is_root():
            for one in (path, *(path.rglob("*") if path.is_dir() else ())):
                shutil.chown(one, "postgres", "postgres")
        if (path / "data").is_dir():
            (path / "data").chmod(0o700)

    def stop(self) -> None:
        """Stop the server cleanly; open transactions are rolled back."""
        if self.is_running():
            self._run("pg_ctl", "stop", "-w", "-m", "fast", "-D", str(self._data))

    def _set_up(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self._data, ignore_errors=True)  # what a broken set-up left
        password = secrets.token_urlsafe(24)
        secret = self._folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(password)
        (self._folder / "port").write_text(str(free_port()))
        if _is_root():
            shutil.chown(self._folder, "postgres", "postgres")
            shutil.chown(secret, "postgres", "postgres")
        self._run(
            *("initdb", "-D", str(self._data), "-U", "fugai", "-A", "scram-sha-256"),
            *("--pwfile", str(secret), "-E", "UTF8", "--locale", "C.UTF-8"),
        )
        settings = dict(_SETTINGS)
        if self.is_throwaway:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        lines = "".join(f"{name} = {value}\n" for name, value in settings.items())
        with (self._data / "postgresql.conf").open("a") as file:
            file.write(lines)
        self.start()
        self._create_database(password)

    def _create_database(self, password: str) -> None:
        port = (self._folder / "port").read_text().strip()
        command = ("createdb", "-h", "127.0.0.1", "-p", port, "-U", "fugai", _DATABASE)
        self._run(*command, env={"PGPASSWORD": password})

    def _run(
        self, program: str, *arguments: str, check: bool = True, env: dict[str, str] | None = None
    ) -> int:
        command = [str(binaries() / program), *arguments]
        if _is_root():
            command = ["runuser", "-u", "postgres", "--", *command]
        # No pipe for the server's children: they would hold it open for as long as they live.
        with (self.home / "cluster.log").open("ab") as log:
            done = subprocess.run(  # noqa: S603 - our own arguments
                command,
                cwd="/",
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if check and done.returncode != 0:
            raise DomainError("cluster.failed", program=program, log=str(self.home / "cluster.log"))
        return done.returncode


def binaries() -> Path:
    """Return the folder of the newest PostgreSQL that has PostGIS.

    Raises:
        DomainError: ``cluster.postgis_missing``.
    """
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: int(one.parts[4])
    )
    for initdb in reversed(found):
        control = Path("/usr/share/postgresql") / initdb.parts[4] / "extension/postgis.control"
        if control.exists():
            return initdb.parent
    raise DomainError("cluster.postgis_missing")


def _is_root() -> bool:
    return os.geteuid() == 0


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
