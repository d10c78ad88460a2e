"""`fugai serve` and `fugai up`: the server."""

from __future__ import annotations

import gc
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI

from geodata.domain.errors import DomainError
from geodata.store.sealing import is_opened_by_key
from scripts.cli.database import (
    cluster,
    database_url,
    external_url,
    file_store,
    home,
    server_url,
    upgrade_database,
)
from scripts.cli.output import say
from scripts.cluster import Cluster
from scripts.nginx.configuration import tiles_secret
from server.app import create_app
from server.http_protocol import BoundedProtocol
from server.observing import log_as_json
from server.settings import Settings
from server.worker import run_worker

_ENDS_WITHIN_S = 15
_AGAIN_AFTER_S = 3
_STARTS_WITHIN_S = 60
"""A process that is slow to start on a busy machine is not killed for it."""

Host = Annotated[str | None, typer.Option(help="FUGAI_HOST, 127.0.0.1")]
Workers = Annotated[int, typer.Option(help="进程数 / number of processes", min=1, max=64)]
Port = Annotated[int | None, typer.Option(help="FUGAI_PORT, 8000")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(serve)
    app.command()(up)
    app.command()(worker)


def serve(host: Host = None, port: Port = None, workers: Workers = 1) -> None:
    """启动服务 / Serve; the database must be there."""
    address = _address(host, port)
    is_opened_by_key(database_url())
    _run(*address, workers)


def up(host: Host = None, port: Port = None, workers: Workers = 1) -> None:
    """准备数据库与示例数据, 然后启动服务 / Prepare everything, serve, stop cleanly."""
    address = _address(host, port)
    # A closed terminal or a service manager must stop the database as cleanly as Ctrl-C does.
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, lambda *_: sys.exit(0))
    own = None if external_url() else cluster()
    if own is not None:
        say("启动数据库…", "starting the database")
        own.ensure()
    try:
        url = database_url()
        say("检查表结构…", "upgrading the schema")
        upgrade_database()
        from scripts.demo.first_start import prepare_demo  # noqa: PLC0415 - only here needed

        prepare_demo(url, file_store(), home())
        with _kept_running(own):
            _run(*address, workers)
    finally:
        if own is not None:
            own.stop()
            say("数据库已停止, 数据完好", "the database has stopped, nothing is lost")


def worker() -> None:
    """处理后台任务 / Do jobs in the background, until stopped."""
    url = server_url()
    run_worker(url, Settings.read(url, file_store().folder))


@contextmanager
def _kept_running(own: Cluster | None) -> Iterator[None]:
    """Start our own database again whenever it has died, of a full disk, say, or kill -9."""
    if own is None:
        yield
        return

    def keep(ends: threading.Event) -> None:
        while not ends.wait(_AGAIN_AFTER_S):
            with suppress(DomainError):
                if not own.is_running():
                    own.start()
                    say("数据库曾中断, 已重新启动", "the database had stopped and runs again")

    with _beside(keep, _STARTS_WITHIN_S):
        yield


@contextmanager
def _working() -> Iterator[None]:
    """Keep a worker beside the server: another process, so that pages never wait for a search."""
    if os.environ.get("FUGAI_WORKER") == "off":
        yield
        return
    running = list[subprocess.Popen[bytes]]()
    command = [sys.executable, "-m", "scripts.cli.main", "worker"]

    def keep(ends: threading.Event) -> None:
        while not ends.is_set():
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - our own
            running[:] = [process]
            process.wait()
            # One that died is begun again, not in a hurry: it may die of something that lasts.
            ends.wait(_AGAIN_AFTER_S)

    def end() -> None:
        for process in running:
            process.terminate()

    with _beside(keep, _ENDS_WITHIN_S, end):
        yield


@contextmanager
def _beside(
    keep: Callable[[threading.Event], None], within_s: float, end: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Let a thread keep something running while the block runs.

    Args:
        keep: What it does until the event that it is given is set.
        within_s: How long it is waited for at the end.
        end: Done once the event is set.
    """
    ends = threading.Event()
    keeper = threading.Thread(target=keep, args=(ends,), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ends.set()
        end()
        keeper.join(within_s)


def _address(host: str | None, port: int | None) -> tuple[str, int]:
    chosen = host or os.environ.get("FUGAI_HOST") or "127.0.0.1"
    number = port or int(os.environ.get("FUGAI_PORT") or 8000)
    with socket.socket() as probe:
        # As the server itself will bind: a port just left by an earlier run is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((chosen, number))
        except OSError as error:
            raise DomainError("cluster.port_taken", port=number) from error
    return chosen, number


def application() -> FastAPI:
    """Return the application that each process serves, as the environment has it."""
    settings = Settings.read(server_url(), file_store().folder, tiles_secret=tiles_secret(home()))
    if os.environ.get("FUGAI_LOG") == "json":
        log_as_json()
    app = create_app(settings)
    # What is there by now stays. Looking it over for rubbish again and again would hold every
    # request for a tenth of a second at a time.
    gc.collect()
    gc.freeze()
    return app


def _count_together() -> None:
    """Let several processes count into one folder, so that each can tell of all."""
    folder = home() / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _run(host: str, port: int, workers: int) -> None:
    if server_url() == database_url():
        say(
            "注意: 服务以数据库所有者身份运行, 行级安全不起作用; 请设置 FUGAI_SERVER_DATABASE_URL",
            "the server runs as the owner of the tables: row-level security does not hold",
        )
    if workers > 1:
        _count_together()
    # Each open map holds a connection; what a shell allows at first is soon used up.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    say(f"✔ 打开 http://{host}:{port}/  (Ctrl-C 停止)", "open it in a browser; Ctrl-C stops")
    with _working():
        uvicorn.run(
            f"{__name__}:{application.__name__}",
            factory=True,
            http=BoundedProtocol,
            host=host,
            port=port,
            workers=workers,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=5,
            timeout_worker_healthcheck=_STARTS_WITHIN_S,
        )
