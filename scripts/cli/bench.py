"""`fugai bench`: measurements."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Annotated

import typer

from geodata.domain.access import Role, Scope
from geodata.domain.period import today
from geodata.store.audit import audit
from geodata.store.session import Change, reading, writing
from scripts.benchmarks.history import measure as measure_history
from scripts.benchmarks.serve.amounts import Plan
from scripts.cli.database import database_url, engine, file_store, home
from scripts.cli.output import say
from scripts.cluster import free_port
from scripts.demo.size import DemoSize
from server.actions.shown import shown_district
from server.app import create_app
from server.auth.accounts import add_account, add_token
from server.settings import Settings

_app = typer.Typer(help="测量  /  measurements", no_args_is_help=True)
_RESULTS = Path(__file__).resolve().parents[1] / "benchmarks" / "results"
_ACCOUNT = "bench"


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    app.add_typer(_app, name="bench")


@_app.command(name="map")
def map_at_scale(
    district: Annotated[str | None, typer.Option(help="区划代码 / district code")] = None,
) -> None:
    """大区地图与普通 Folium 之比 / The map of a large district beside plain Folium."""
    # Needs Chromium and the development packages, which a plain installation does not have.
    from scripts.benchmarks.map_at_scale import measure  # noqa: PLC0415

    with reading(engine()) as session:
        code = shown_district(session, Scope.everything(), district).code
    app = create_app(Settings.read(database_url(), file_store().folder))
    figures = measure(engine(), app, _token(), code, free_port())
    path = _RESULTS / "map.json"
    path.write_text(json.dumps({"on": today().isoformat(), **figures}, indent=1) + "\n")
    print(json.dumps(figures, indent=1))
    say(f"已写入 {path.name}", "written to scripts/benchmarks/results")


@_app.command()
def workbook(
    rows: Annotated[int, typer.Option(help="行数 / rows", min=1)] = 100_000,
) -> None:
    """大台账的读取 / Reading a large ledger: our reader, calamine and openpyxl."""
    from scripts.benchmarks.workbook import measure  # noqa: PLC0415 - loads what others need not

    figures = measure(rows)
    path = _RESULTS / "workbook.json"
    path.write_text(json.dumps({"on": today().isoformat(), **figures}, indent=1) + "\n")
    print(json.dumps(figures, indent=1))
    say(f"已写入 {path.name}", "written to scripts/benchmarks/results")


@_app.command()
def gaps(
    footprints: Annotated[
        list[int] | None, typer.Option(help="楼幢轮廓数 / footprints, may be repeated")
    ] = None,
) -> None:
    """台账外楼房 / Buildings in no site: our engines, geopandas, and a plain anti-join."""
    from scripts.benchmarks.gaps import measure, report  # noqa: PLC0415 - loads what others need not

    found = measure(home() / "bench-gaps", footprints or [100_000, 1_000_000])
    (_RESULTS / "gaps.md").write_text(report(found))
    print(json.dumps(found, indent=1))
    say("已写入 gaps.md", "written to scripts/benchmarks/results")


@_app.command()
def serve(
    communities: Annotated[int, typer.Option(help="小区数 / communities", min=20)] = 20_000,
    standalone: Annotated[int, typer.Option(help="独幢数 / buildings", min=20)] = 2_500,
    footprints: Annotated[int, typer.Option(help="楼幢轮廓数 / footprints", min=100)] = 1_000_000,
    tiles: Annotated[int, typer.Option(help="瓦片数 / tiles of the mix", min=10)] = 3_000,
    seconds: Annotated[int, typer.Option(help="每轮秒数 / seconds a turn", min=1, max=60)] = 8,
    rounds: Annotated[int, typer.Option(help="轮数 / rounds", min=1, max=20)] = 3,
    workers: Annotated[int, typer.Option(help="进程数 / our processes", min=1, max=16)] = 1,
    edits: Annotated[int, typer.Option(help="负载下的修改数 / edits under load", min=0)] = 60,
    freshness: Annotated[int, typer.Option(help="随机修改数 / random edits", min=0)] = 0,
    out: Annotated[Path, typer.Option(help="结果目录 / folder of the results")] = _RESULTS,
) -> None:
    """瓦片服务与 tipg, pgbench, nginx 之比 / Tiles: ours beside tipg, pgbench and nginx."""
    from scripts.benchmarks.serve.command import run_all  # noqa: PLC0415 - needs wrk and nginx

    size = DemoSize(communities, standalone, footprints)
    plan = Plan(
        size,
        tiles=tiles,
        rounds=rounds,
        seconds=seconds,
        workers=workers,
        edits=edits,
        freshness=freshness,
    )
    print(run_all(home() / "bench", plan, out))
    say(f"已写入 {out}", "written")


@_app.command(name="history")
def history(
    district: Annotated[str | None, typer.Option(help="区划代码 / district code")] = None,
) -> None:
    """过去某日与今日之比 / What a past day costs beside today."""
    with reading(engine()) as session:
        code = shown_district(session, Scope.everything(), district).code
    figures = measure_history(engine(), code)
    path = _RESULTS / "history.json"
    path.write_text(json.dumps({"on": today().isoformat(), **figures}, indent=1) + "\n")
    print(json.dumps(figures, indent=1))
    say(f"已写入 {path.name}", "written to scripts/benchmarks/results")


def _token() -> str:
    """Return a token of an account made for the measurement; nobody knows its password."""
    with writing(engine(), Change("cli", "bench")) as session:
        password = secrets.token_urlsafe(24)
        add_account(session, username=_ACCOUNT, password=password, role=Role.ADMINISTRATOR)
        audit(session, "cli", "add_account", _ACCOUNT, role=Role.ADMINISTRATOR.value)
        session.flush()
        return add_token(session, _ACCOUNT, label="bench")


@_app.command()
def travel(
    extract: Annotated[Path | None, typer.Option(help="OSM 数据 / an extract")] = None,
) -> None:
    """路程矩阵与 pgRouting 之比 / Travel times of all pairs beside pgRouting, in one run."""
    from scripts.benchmarks.travel import measure  # noqa: PLC0415 - loads what others need not

    figures = measure(home() / "bench-travel", extract)
    path = _RESULTS / ("travel.json" if extract is None else "travel_extract.json")
    path.write_text(json.dumps({"on": today().isoformat(), **figures}, indent=1) + "\n")
    print(json.dumps(figures, indent=1))
    say(f"已写入 {path.name}", "written to scripts/benchmarks/results")


@_app.command()
def hostile(
    files: Annotated[int, typer.Option(help="文件数 / files", min=1)] = 10_000,
    keep: Annotated[
        Path | None, typer.Option(help="出错文件存放处 / where faults are left")
    ] = None,
) -> None:
    """损坏与恶意文件 / Broken and hostile files of every kind, each read as it would be sent."""
    from scripts.benchmarks.hostile import measure  # noqa: PLC0415 - loads what others need not

    figures = measure(files, keep)
    path = _RESULTS / "hostile.json"
    path.write_text(
        json.dumps({"on": today().isoformat(), **figures}, indent=1, ensure_ascii=False) + "\n"
    )
    print(json.dumps(figures, indent=1, ensure_ascii=False))
    if figures["faults"]:
        raise typer.Exit(1)


@_app.command()
def faults(
    rounds: Annotated[int, typer.Option(help="次数 / rounds", min=1)] = 100,
) -> None:
    """反复 kill -9 服务、任务进程、数据库 / Kill server, worker and database while people write."""
    from scripts.benchmarks.faults import measure  # noqa: PLC0415 - loads what others need not

    figures = measure(rounds, home() / "bench-faults")
    path = _RESULTS / "faults.json"
    path.write_text(json.dumps({"on": today().isoformat(), **figures}, indent=1) + "\n")
    print(json.dumps(figures, indent=1))
    if figures["wrong"]:
        raise typer.Exit(1)
