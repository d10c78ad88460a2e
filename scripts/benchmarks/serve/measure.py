"""One run: the district, everybody who answers, rounds of load in turn, and what came of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any, Final
from urllib.request import Request, urlopen

from geodata.domain.period import today
from scripts.benchmarks.serve.contenders import ours, pgbench, psql, tipg
from scripts.benchmarks.serve.ground import SCOPE, Ground, logged_in
from scripts.benchmarks.serve.load import Outcome, press
from scripts.benchmarks.serve.mix import SETUPS, Wanted, choose
from scripts.benchmarks.serve.plan import Plan
from scripts.cli.output import Progress
from scripts.cluster import free_port
from scripts.nginx.configuration import running_nginx, site_configuration, tiles_secret
from server.auth import COOKIE
from server.tiles.passes import PASS_COOKIE

_MEMORY_MB: Final = 512
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


def measure(place: Ground, plan: Plan, progress: Progress) -> dict[str, dict[str, Any]]:
    """Return the medians of all rounds, by who answered.

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
    login = logged_in(place)
    with ExitStack() as stack:
        turns = _turns(place, plan, mix, work, login, stack, progress)
        outcomes: dict[str, list[Outcome]] = {name: [] for name in turns}
        for number in range(plan.rounds):
            for name, turn in turns.items():
                progress(f"{number + 1}/{plan.rounds}: {name}")
                outcomes[name].append(turn())
    return {name: _median(found).rounded() for name, found in outcomes.items()}


def _turns(
    place: Ground,
    plan: Plan,
    mix: list[Wanted],
    work: Path,
    login: str,
    stack: ExitStack,
    progress: Progress,
) -> dict[str, Callable[[], Outcome]]:
    day, seconds, pg = today(), plan.seconds, place.postmaster
    uncached, uncached_pid = stack.enter_context(
        ours(place.home, place.url, workers=plan.workers, memory_mb=0)
    )
    cached, cached_pid = stack.enter_context(
        ours(place.home, place.url, workers=1, memory_mb=_MEMORY_MB, folder=work / "tiles")
    )
    peer, peer_pid = stack.enter_context(tipg(place.home, place.url))
    front, static = free_port(), free_port()
    site = site_configuration(
        listen=f"127.0.0.1:{front}",
        upstream=cached.removeprefix("http://"),
        folder=work / "tiles",
        secret=tiles_secret(place.home),
    )
    site += _STATIC.format(port=static, folder=work / "static")
    nginx_pid = stack.enter_context(running_nginx(work / "nginx", site))
    progress("瓦片先做一遍  /  each tile once")
    cookies = {"Cookie": f"{COOKIE}={login}"}
    versions, new_pass = _fill(f"http://127.0.0.1:{front}", mix, work, cookies, day)
    with_pass = {"Cookie": f"{cookies['Cookie']}; {PASS_COOKIE}={new_pass}"}
    asked = [f"{one.path}?on={day.isoformat()}&v={versions[one.path]}" for one in mix]
    lists = {
        "ours": asked,
        "static": [one.path for one in mix],
    }
    lists |= {f"tipg_{name}": [one.peer_path(name) for one in mix] for name in SETUPS}
    for name, addresses in lists.items():
        (work / name).with_suffix(".txt").write_text("\n".join(addresses) + "\n")

    def pressing(
        url: str, addresses: str, headers: dict[str, str], *roots: int
    ) -> Callable[[], Outcome]:
        path = (work / addresses).with_suffix(".txt")
        return lambda: press(url, path, headers, seconds=seconds, roots=roots)

    packed = {"Accept-Encoding": "gzip"}
    at_front = with_pass | packed
    return {
        "ours_uncached": pressing(uncached, "ours", cookies, uncached_pid, pg),
        "pgbench": lambda: pgbench(
            work / "pgbench", place.url, mix, SCOPE, on=day, seconds=seconds, root=pg
        ),
        **{
            f"tipg_{name}": pressing(peer, f"tipg_{name}", {}, peer_pid, pg) for name in SETUPS
        },
        "ours_cached": pressing(cached, "ours", cookies | packed, cached_pid, pg),
        "ours_behind_nginx": pressing(
            f"http://127.0.0.1:{front}", "ours", at_front, nginx_pid, cached_pid, pg
        ),
        "nginx_static": pressing(f"http://127.0.0.1:{static}", "static", packed, nginx_pid),
    }


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
        shutil.copyfile(lies, target)
    return versions, new_pass


def _write_mix(url: str, mix: list[Wanted]) -> None:
    rows = ", ".join(
        f"({number}, '{one.layer.id}', {one.tile.z}, {one.tile.x}, {one.tile.y})"
        for number, one in enumerate(mix, start=1)
    )
    psql(
        url,
        "CREATE TABLE peer.mix (i integer PRIMARY KEY, layer text, z integer, x integer, y integer);"
        f" INSERT INTO peer.mix VALUES {rows}; ANALYZE peer.mix",
    )


def _median(found: list[Outcome]) -> Outcome:
    names = ("per_s", "p50_ms", "p99_ms", "bytes", "cpu_ms")
    return Outcome(**{name: median(getattr(one, name) for one in found) for name in names})
