"""What nginx is told: the template filled in, and for tests an nginx that needs no rights."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Final

from geodata.domain.errors import DomainError
from server.auth import COOKIE
from server.tiles.answers import MEDIA_TYPE
from server.tiles.passes import PASS_COOKIE

_MARK: Final = re.compile(r"@([A-Z_0-9]+)@")
_PLAIN_PATH: Final = re.compile(r"/[\w./-]+")
_STARTS_WITHIN_S: Final = 10
_MAIN: Final = """\
{user}
daemon off;
worker_processes {workers};
pid {prefix}/nginx.pid;
error_log {prefix}/error.log warn;
pcre_jit on;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {prefix}/body;
  proxy_temp_path {prefix}/proxy;
  fastcgi_temp_path {prefix}/fastcgi;
  uwsgi_temp_path {prefix}/uwsgi;
  scgi_temp_path {prefix}/scgi;
  keepalive_requests 1000000;
  include {prefix}/site.conf;
}}
"""


def site_configuration(*, listen: str, upstream: str, folder: Path, secret: str) -> str:
    """Return the configuration of the site.

    Args:
        listen: Where nginx listens, as its ``listen`` has it.
        upstream: Host and port of our server.
        folder: Where tiles lie as files.
        secret: What passes are signed with.

    Raises:
        DomainError: ``nginx.folder`` for a path that would need quoting.
    """
    if not _PLAIN_PATH.fullmatch(str(folder)):
        raise DomainError("nginx.folder", folder=str(folder))
    values = {
        "LISTEN": listen,
        "UPSTREAM": upstream,
        "FOLDER": str(folder),
        "SECRET": secret,
        "PASS_COOKIE": PASS_COOKIE,
        "SESSION_COOKIE": COOKIE,
        "MEDIA_TYPE": MEDIA_TYPE,
    }
    template = files("scripts.nginx").joinpath("fugai.conf.template").read_text("utf-8")
    return _MARK.sub(lambda match: values[match[1]], template)


def tiles_secret(home: Path) -> str:
    """Return the secret that passes are signed with; the first who asks makes it."""
    path = home / "tiles-secret"
    home.mkdir(parents=True, exist_ok=True)
    # Whoever else starts at the same moment finds a whole secret or none.
    fresh = home / f"tiles-secret.{os.getpid()}"
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32))
    with suppress(FileExistsError):
        path.hardlink_to(fresh)
    fresh.unlink()
    return path.read_text().strip()


@contextmanager
def running_nginx(prefix: Path, site: str, *, workers: int = 1) -> Iterator[int]:
    """Run an nginx of our own with a site while the block runs; yield its process's id.

    Args:
        prefix: A folder for all that it writes.
        site: What its http block includes.
        workers: Number of its processes.
    """
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    main = prefix / "nginx.conf"
    # Workers of an nginx that root starts would be somebody who cannot enter the folder.
    user = "user root;" if os.geteuid() == 0 else ""
    main.write_text(_MAIN.format(user=user, prefix=prefix, workers=workers))
    (prefix / "site.conf").touch(mode=0o600)
    (prefix / "site.conf").write_text(site)
    with (prefix / "start.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own arguments
            [program, "-p", str(prefix), "-c", str(main)], stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + _STARTS_WITHIN_S
        while not (prefix / "nginx.pid").exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise DomainError("nginx.failed", log=str(prefix / "start.log"))
            time.sleep(0.02)
        yield process.pid
    finally:
        process.terminate()
        process.wait()
