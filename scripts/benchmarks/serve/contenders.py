"""Who answers: our server, tipg in an environment of its own, pgbench as the limit."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from statistics import quantiles
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from sqlalchemy.engine import make_url

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.domain.period import today
from geodata.layers import Layer
from geodata.store.tiles import TileId, tile_statement
from scripts.benchmarks.serve.ground import SCOPE, Ground
from scripts.benchmarks.serve.load import CONNECTIONS, Outcome, cpu_s, run
from scripts.benchmarks.serve.mix import Wanted
from scripts.cluster import binaries, free_port
from server.tiles.live import CONNECTION_OPTIONS

TIPG: Final = ("tipg==1.6.1", "uvicorn==0.54.0", "uvloop", "httptools")
"""The peer, with the fast parts that its own documents advise."""
_STARTS_WITHIN_S: Final = 180
_TIPG_WORKERS: Final = "2"
_PGBENCH_CLIENTS: Final = 8
_PLACEHOLDER: Final = TileId(91, 93, 92)


@contextmanager
def ours(
    home: Path, url: str, *, workers: int, memory_mb: int, folder: Path | None = None
) -> Iterator[tuple[str, int]]:
    """Run `fugai serve`; yield its address and the id of its process."""
    more = {
        "FUGAI_HOME": str(home),
        "FUGAI_DATABASE_URL": url,
        "FUGAI_TILES_MEMORY_MB": str(memory_mb),
        "FUGAI_TILES_FOLDER": str(folder or ""),
        "FUGAI_LIMITS": "off",
    }
    port = free_port()
    fugai = Path(sys.executable).parent / "fugai"
    command = [str(fugai), "serve", "--port", str(port), "--workers", str(workers)]
    with _running(command, more, home / "serve.log", f"http://127.0.0.1:{port}/healthz") as pid:
        yield f"http://127.0.0.1:{port}", pid


@contextmanager
def tipg(home: Path, url: str) -> Iterator[tuple[str, int]]:
    """Run tipg over the schema ``peer``; yield its address and the id of its process."""
    folder = home / "tipg"
    if not (folder / "bin" / "uvicorn").exists():
        venv.create(folder, with_pip=True, clear=True)
        run([str(folder / "bin" / "pip"), "install", "-q", *TIPG], 600)
    parts = make_url(url)
    more = {
        "DATABASE_URL": parts.set(drivername="postgresql").render_as_string(hide_password=False),
        "TIPG_DB_SCHEMAS": '["peer"]',
        "TIPG_CATALOG_TTL": "0",
        "TIPG_TILE_BUFFER": "64",
        "TIPG_DEBUG": "false",
        "DB_MAX_CONN_SIZE": str(CONNECTIONS),
    }
    port = free_port()
    command = [
        *(str(folder / "bin" / "uvicorn"), "tipg.main:app", "--port", str(port)),
        *("--workers", _TIPG_WORKERS, "--log-level", "warning", "--no-access-log"),
    ]
    with _running(command, more, home / "tipg.log", f"http://127.0.0.1:{port}/healthz") as pid:
        yield f"http://127.0.0.1:{port}", pid


def pgbench(folder: Path, place: Ground, mix: Sequence[Wanted], *, seconds: int) -> Outcome:
    """Call the functions that our server calls, with nothing between.

    Args:
        folder: For its scripts and logs.
        place: Whose database.
        mix: The tiles; they lie in ``peer.mix`` by number.
        seconds: How long.
    """
    script = folder / "tiles.sql"
    calls = " ".join(
        f"WHEN '{layer.id}' THEN {_call(layer, SCOPE, today())}"
        for layer in {one.layer.id: one.layer for one in mix}.values()
    )
    script.write_text(
        f"\\set i random(1, {len(mix)})\n"
        f"SELECT CASE m.layer {calls} END FROM peer.mix AS m WHERE m.i = :i;\n"
    )
    for old in folder.glob("pgbench_log.*"):
        old.unlink()
    parts = make_url(place.url)
    command = [
        *(str(binaries() / "pgbench"), "-n", "-M", "prepared", "-f", str(script), "-l"),
        *("-c", str(_PGBENCH_CLIENTS), "-j", "1", "-T", str(seconds)),
        *("-h", str(parts.host), "-p", str(parts.port), "-U", str(parts.username)),
        str(parts.database),
    ]
    environ = {"PGPASSWORD": str(parts.password), "PGOPTIONS": CONNECTION_OPTIONS}
    before = cpu_s([place.postmaster])
    told = run(command, seconds, cwd=folder, env={**os.environ, **environ})
    spent = cpu_s([place.postmaster]) - before
    match = re.search(r"tps = ([\d.]+)", told)
    taken = [
        int(line.split()[2]) / 1000
        for log in folder.glob("pgbench_log.*")
        for line in log.read_text().splitlines()
    ]
    if match is None or len(taken) < 2:  # noqa: PLR2004 - for percentiles
        raise DomainError("bench.failed", program="pgbench", log=told[-500:])
    cuts = quantiles(taken, n=100)
    return Outcome(
        per_s=float(match[1]),
        p50_ms=cuts[49],
        p99_ms=cuts[98],
        bytes=0,
        cpu_ms=spent / len(taken) * 1000,
    )


def psql(url: str, script: Path | str) -> None:
    """Run a script, or statements, against a database as its owner."""
    parts = make_url(url)
    given = ["-f", str(script)] if isinstance(script, Path) else ["-c", script]
    command = [
        *(str(binaries() / "psql"), "-q", "-v", "ON_ERROR_STOP=1", *given),
        *("-h", str(parts.host), "-p", str(parts.port), "-U", str(parts.username)),
        str(parts.database),
    ]
    run(command, 1800, env={**os.environ, "PGPASSWORD": str(parts.password)})


def _call(layer: Layer, scope: Scope, on: date) -> str:
    statement, parameters = tile_statement([layer], _PLACEHOLDER, scope, on)
    columns = {_PLACEHOLDER.z: "m.z", _PLACEHOLDER.x: "m.x", _PLACEHOLDER.y: "m.y"}
    written = ["NULL" if one is None else columns.get(one, f"'{one}'") for one in parameters]
    return f"({statement % tuple(written)})"


@contextmanager
def _running(command: Sequence[str], more: dict[str, str], log: Path, probe: str) -> Iterator[int]:
    with log.open("ab") as file:
        process = subprocess.Popen(  # noqa: S603 - our own arguments
            command, env={**os.environ, **more}, stdout=file, stderr=file, stdin=subprocess.DEVNULL
        )
    try:
        deadline = time.monotonic() + _STARTS_WITHIN_S
        while not _answers(probe):
            if process.poll() is not None or time.monotonic() > deadline:
                raise DomainError("bench.failed", program=command[0], log=str(log))
            time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _answers(url: str) -> bool:
    with suppress(URLError, OSError), urlopen(url, timeout=2) as answer:  # noqa: S310 - our own
        return bool(answer.status == 200)  # noqa: PLR2004
    return False
