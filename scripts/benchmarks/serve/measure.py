"""One run: the district, everybody who answers, rounds of load in turn, and what came of it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any, Final
from urllib.request import Request, urlopen

from geodata.domain.period import today
from scripts.benchmarks.serve.amounts import Plan
from scripts.benchmarks.serve.contenders import ours, pgbench, psql, tipg
from scripts.benchmarks.serve.freshness import Proof
from scripts.benchmarks.serve.ground import SCOPE, Ground, logged_in
from scripts.benchmarks.serve.load import Outcome, press
from scripts.benchmarks.serve.mix import SETUPS, Wanted, choose
from scripts.benchmarks.serve.stalled import stalled_clients
from scripts.benchmarks.serve.visible import edits_under_load
from scripts.cli.output import Progress
from scripts.cluster import free_port
from scripts.nginx.configuration import running_nginx, site_configuration, tiles_secret
from server.auth import COOKIE
from server.tiles.passes import PASS_COOKIE

_FILED_WITHIN_S: Final = 10
_STATIC: Final = """
server {{
  listen 127.0.0.1:{port};
  location / {{
    alias {folder}/;
    gzip_static always;
    types {{ }}
    default_type application/vnd.mapbox-vector-tile;
    etag off;
    add_header Cache-Control "private, max-age=31536000, immutable";
    open_file_cache max=20000 inactive=60s;
    open_file_cache_valid 60s;
    access_log off;
  }}
}}
"""


def measure(place: Ground, plan: Plan, progress: Progress) -> dict[str, Any]:
    """Return ``outcomes``, the medians of all rounds by who answered, and what edits came to.

    Args:
        place: The district.
        plan: How much is measured.
        progress: Told each step.
    """
    progress("同样的数据给对照程序  /  the peer's tables")
    psql(place.url, Path(__file__).with_name("peer.sql"))
    psql(place.url, "VACUUM ANALYZE")
    mix = choose(place.engine, plan.tiles)
    _write_mix(place.url, mix)
    work = place.home / "run"
    shutil.rmtree(work, ignore_errors=True)
    for name in ("tiles", "static", "nginx", "pgbench"):
        (work / name).mkdir(parents=True)
    cookies = {"Cookie": f"{COOKIE}={logged_in(place)}"}
    told: dict[str, Any] = {}
    with ExitStack() as stack:
        start = stack.enter_context
        uncached = start(ours(place.home, place.url, workers=plan.workers, memory_mb=0))
        cached = start(ours(place.home, place.url, workers=1, memory_mb=512, folder=work / "tiles"))
        peer = start(tipg(place.home, place.url))
        front = _nginx(start, place, work, cached[0])
        progress("瓦片先做一遍  /  each tile once")
        versions, new_pass = _fill(front.url, mix, work, cookies, today())
        _write_addresses(mix, versions, work)

        def pressing(
            server: tuple[str, int], addresses: str, headers: dict[str, str], *more: int
        ) -> Callable[[], Outcome]:
            path, roots = (work / addresses).with_suffix(".txt"), (server[1], *more)
            return lambda: press(server[0], path, headers, seconds=plan.seconds, roots=roots)

        pg = place.postmaster
        packed = {"Accept-Encoding": "gzip"}
        passed = {"Cookie": f"{cookies['Cookie']}; {PASS_COOKIE}={new_pass}"} | packed
        turns = {
            "ours_uncached": pressing(uncached, "ours", cookies, pg),
            "pgbench": lambda: pgbench(work / "pgbench", place, mix, seconds=plan.seconds),
            **{f"tipg_{name}": pressing(peer, f"tipg_{name}", {}, pg) for name in SETUPS},
            "ours_cached": pressing(cached, "ours", cookies | packed, pg),
            "ours_behind_nginx": pressing((front.url, front.pid), "ours", passed, cached[1], pg),
            "nginx_static": pressing((front.static_url, front.pid), "static", packed),
        }
        told["outcomes"] = _in_turn(turns, plan.rounds, progress)
        if plan.edits:
            progress("负载下的修改  /  edits under load")
            addresses = (work / "ours").with_suffix(".txt")
            loaded = (place.engine, cached[0], cookies, addresses)
            told["edits_under_load"] = edits_under_load(*loaded, plan.edits)
            with stalled_clients(cached[0], "/api/events", cookies, plan.stalled):
                told["edits_beside_stalled_clients"] = {
                    "clients_that_stopped_reading": plan.stalled,
                    **edits_under_load(*loaded, max(2, plan.edits // 3)),
                }
        if plan.freshness:
            progress("是否有过期瓦片  /  whether anything is stale")
            urls = [uncached[0], cached[0]]
            with closing(Proof(place.engine, SCOPE, urls, cookies, seed=plan.tiles)) as proof:
                told["freshness"] = proof.run(plan.freshness, place.home / "freshness.json").told()
    return told


def _in_turn(
    turns: dict[str, Callable[[], Outcome]], rounds: int, progress: Progress
) -> dict[str, dict[str, Any]]:
    outcomes: dict[str, list[Outcome]] = {name: [] for name in turns}
    for number in range(rounds):
        for name, turn in turns.items():
            progress(f"{number + 1}/{rounds}: {name}")
            outcomes[name].append(turn())
    return {name: _median(found).rounded() for name, found in outcomes.items()}


@dataclass(frozen=True, slots=True)
class _Front:
    """nginx: before our server, and beside it with the same tiles as files."""

    url: str
    static_url: str
    pid: int


def _nginx(
    start: Callable[[AbstractContextManager[int]], int], place: Ground, work: Path, upstream: str
) -> _Front:
    front, static = free_port(), free_port()
    site = site_configuration(
        listen=f"127.0.0.1:{front}",
        upstreams=[upstream.removeprefix("http://")],
        folder=work / "tiles",
        secret=tiles_secret(place.home),
    )
    site += _STATIC.format(port=static, folder=work / "static")
    pid = start(running_nginx(work / "nginx", site))
    return _Front(f"http://127.0.0.1:{front}", f"http://127.0.0.1:{static}", pid)


def _write_addresses(mix: list[Wanted], versions: dict[str, int], work: Path) -> None:
    day = today().isoformat()
    lists = {
        "ours": [f"{one.path}?on={day}&v={versions[one.path]}" for one in mix],
        "static": [one.path for one in mix],
        **{f"tipg_{name}": [one.peer_path(name) for one in mix] for name in SETUPS},
    }
    for name, addresses in lists.items():
        (work / name).with_suffix(".txt").write_text("\n".join(addresses) + "\n")


def _fill(
    url: str, mix: list[Wanted], work: Path, headers: dict[str, str], day: date
) -> tuple[dict[str, int], str]:
    """Ask for each tile once, lay its file where nginx alone serves it; return versions, a pass."""
    versions: dict[str, int] = {}
    new_pass = ""
    for one in mix:
        if one.path in versions:
            continue
        request = Request(f"{url}{one.path}?on={day.isoformat()}", headers=headers)  # noqa: S310
        with urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server
            answer.read()
            version = int(answer.headers["etag"].strip('"').rsplit("-", 1)[1])
            new_pass = (answer.headers["set-cookie"] or "=;").split("=", 1)[1].split(";")[0]
        versions[one.path] = version
        tile = one.tile
        place = f"{SCOPE.kind}-{SCOPE.code}/{day.isoformat()}/{version}/{one.layer.id}"
        lies = work / "tiles" / place / f"{tile.z}/{tile.x}/{tile.y}.mvt.gz"
        target = (work / "static").joinpath(*one.path.split("/")).with_suffix(".mvt.gz")
        target.parent.mkdir(parents=True, exist_ok=True)
        _wait_for(lies)
        shutil.copyfile(lies, target)
    return versions, new_pass


def _wait_for(path: Path) -> None:
    """Wait for a file that is written behind the answer; without it copying fails."""
    deadline = time.monotonic() + _FILED_WITHIN_S
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.001)


def _write_mix(url: str, mix: list[Wanted]) -> None:
    rows = ", ".join(
        f"({number}, '{one.layer.id}', {one.tile.z}, {one.tile.x}, {one.tile.y})"
        for number, one in enumerate(mix, start=1)
    )
    columns = "i integer PRIMARY KEY, layer text, z integer, x integer, y integer"
    psql(url, f"CREATE TABLE peer.mix ({columns})")
    psql(url, f"INSERT INTO peer.mix VALUES {rows}")  # noqa: S608 - numbers of our own
    psql(url, "ANALYZE peer.mix")


def _median(found: list[Outcome]) -> Outcome:
    names = ("per_s", "p50_ms", "p99_ms", "bytes", "cpu_ms")
    return Outcome(**{name: median(getattr(one, name) for one in found) for name in names})
