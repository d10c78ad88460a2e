"""What nginx is told: the template filled in, and for tests an nginx that needs no rights."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

from geodata.domain.errors import DomainError
from scripts.filling import filled, is_plain
from scripts.waiting import running
from server.auth import COOKIE
from server.tiles.answers import MEDIA_TYPE
from server.tiles.passes import PASS_COOKIE

_TLS: Final = """ssl_certificate {certificate};
  ssl_certificate_key {key};
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_session_cache shared:fugai:10m;
  ssl_session_timeout 1d;
  ssl_session_tickets off;
  """
_HSTS: Final = 'add_header Strict-Transport-Security "max-age=31536000" always;'
_PLAIN: Final = """\
server {{
  listen {listen};
  server_name _;
  server_tokens off;
  return 301 {scheme}://$host{port}$request_uri;
}}
"""
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


@dataclass(frozen=True, slots=True)
class Tls:
    """A certificate, and where plain HTTP is led to it from.

    Attributes:
        certificate: File with the chain, PEM.
        key: File with its private key, PEM.
        redirected: Where nginx listens for plain HTTP, ``None`` for nowhere.
    """

    certificate: Path
    key: Path
    redirected: str | None = "80"


def site_configuration(
    *, listen: str, upstreams: Sequence[str], folder: Path, secret: str, tls: Tls | None = None
) -> str:
    """Return the configuration of the site.

    Args:
        listen: Where nginx listens, as its ``listen`` has it.
        upstreams: Host and port of each of our servers; all over one database, the folder theirs.
        folder: Where tiles lie as files.
        secret: What passes are signed with.
        tls: The certificate, ``None`` for plain HTTP.

    Raises:
        DomainError: ``nginx.folder`` for a path that would need quoting.
    """
    for path in (folder, *(() if tls is None else (tls.certificate, tls.key))):
        if not is_plain(path):
            raise DomainError("nginx.folder", folder=str(path))
    values = {
        "LISTEN": listen if tls is None else f"{listen} ssl",
        "TLS": "" if tls is None else _TLS.format(certificate=tls.certificate, key=tls.key) + _HSTS,
        "HSTS": "" if tls is None else _HSTS,
        "REDIRECT": _redirect(listen, tls),
        "UPSTREAMS": "\n  ".join(f"server {one};" for one in upstreams),
        "FOLDER": str(folder),
        "SECRET": secret,
        "PASS_COOKIE": PASS_COOKIE,
        "SESSION_COOKIE": COOKIE,
        "MEDIA_TYPE": MEDIA_TYPE,
    }
    template = files("scripts.nginx").joinpath("fugai.conf.template").read_text("utf-8")
    return filled(template, values)


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


def _redirect(listen: str, tls: Tls | None) -> str:
    if tls is None or tls.redirected is None:
        return ""
    port = listen.rsplit(":", 1)[-1]
    return _PLAIN.format(
        scheme="https", listen=tls.redirected, port="" if port == "443" else f":{port}"
    )


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
    command = [program, "-p", str(prefix), "-c", str(main)]
    log = prefix / "start.log"
    refusal = DomainError("nginx.failed", log=str(log))
    with running(command, prefix / "nginx.pid", log, refusal) as pid:
        yield pid
