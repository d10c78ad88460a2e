"""`fugai nginx-conf`: nginx before the server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from geodata.domain.errors import DomainError
from scripts.cli.database import home
from scripts.cli.output import say
from scripts.nginx.configuration import Tls, site_configuration, tiles_secret


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="nginx-conf")(nginx_conf)


def nginx_conf(
    out: Annotated[Path, typer.Option(help="写入的文件 / file to write")],
    listen: Annotated[str, typer.Option(help="nginx listen")] = "127.0.0.1:8080",
    upstream: Annotated[
        list[str] | None, typer.Option(help="本服务地址, 可多个 / our server, may be repeated")
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="证书链 PEM / certificate chain: then it is HTTPS")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="私钥 PEM / its private key")] = None,
    redirected: Annotated[
        str, typer.Option(help="转到 HTTPS 的端口 / plain HTTP led there")
    ] = "80",
) -> None:
    """写 nginx 配置 / Write what nginx needs to hand out the tiles of FUGAI_TILES_FOLDER.

    Include it in nginx's http block. It holds a secret and is readable by its owner alone.
    """
    folder = os.environ.get("FUGAI_TILES_FOLDER")
    if not folder:
        raise DomainError("nginx.no_folder")
    if (certificate is None) is not (key is None):
        raise DomainError("nginx.half_tls")
    tls = None
    if certificate is not None and key is not None:
        tls = Tls(certificate.resolve(), key.resolve(), redirected or None)
    text = site_configuration(
        listen=listen,
        upstreams=upstream or ["127.0.0.1:8000"],
        folder=Path(folder).resolve(),
        secret=tiles_secret(home()),
        tls=tls,
    )
    out.touch(mode=0o600)
    out.chmod(0o600)
    out.write_text(text, "utf-8")
    say(f"已写入 {out}", "written; reload nginx")
