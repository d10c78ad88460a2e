"""`fugai gaps`: buildings that the ledger misses are found, and gaps listed."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from geodata.domain.access import Scope
from geodata.domain.footprint import FootprintClass
from geodata.domain.gap import GapKind
from geodata.domain.period import today
from geodata.domain.vocabulary import label
from geodata.store.queries.gaps.listing import find_gaps
from geodata.store.queries.gaps.told import GapFilter
from geodata.store.queries.state import SiteFilter
from geodata.store.session import reading
from scripts.cli.database import engine
from scripts.cli.output import say
from server.actions.detect_gaps import GapEngine, detect_gaps
from server.actions.shown import shown_district
from server.api.gaps import gap_json

_app = typer.Typer(help="缺口  /  gaps", no_args_is_help=True)

District = Annotated[str | None, typer.Option(help="区划代码 / code of the district")]
Town = Annotated[str | None, typer.Option(help="镇(街道)代码 / code of a town")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON")]


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    app.add_typer(_app, name="gaps")


@_app.command()
def detect(
    district: District = None,
    town: Town = None,
    with_engine: Annotated[
        GapEngine, typer.Option("--engine", help="计算引擎 / where it is computed")
    ] = GapEngine.POSTGIS,
    workers: Annotated[int, typer.Option(min=1, help="Dask 进程数 / processes of Dask")] = 2,
    as_json: AsJson = False,
) -> None:
    """查找台账外楼幢 / Find the buildings that the ledger misses; a stopped run goes on."""
    database = engine()
    with reading(database) as session:
        code = shown_district(session, Scope.everything(), district).code
    with _bar() as bar:
        task = bar.add_task("查找 / finding", total=1)
        found = detect_gaps(
            database,
            "cli",
            code,
            town=town,
            with_engine=with_engine,
            workers=workers,
            progress=lambda share: bar.update(task, completed=share),
        )
    if as_json:
        typer.echo(json.dumps({"district": code, "town": town, **asdict(found)}))
        return
    for kind, count in found.classes.items():
        one = FootprintClass(kind)
        say(f"  {label(one, 'zh')} {count:,}", f"{label(one, 'en')} {count:,}")
    say(f"候选 {found.candidates:,} 处", f"{found.candidates:,} candidates")
    if found.differing:
        say(f"与已存不同 {found.differing:,} 栋, 已更正", f"{found.differing:,} classed anew")


@_app.command(name="list")
def list_gaps(
    kind: Annotated[GapKind, typer.Option(help="种类 / kind")] = GapKind.UNMANAGED,
    district: District = None,
    town: Town = None,
    limit: Annotated[int, typer.Option(min=1, help="最多行数 / rows at most")] = 50,
    as_json: AsJson = False,
) -> None:
    """列出缺口 / List the open gaps of a kind."""
    with reading(engine()) as session:
        scope = Scope.everything()
        code = shown_district(session, scope, district).code
        wanted = GapFilter(sites=SiteFilter(district=code, town=town))
        page = find_gaps(session, scope, wanted, kind, on=today(), limit=limit)
    told = [gap_json(one) for one in page.gaps]
    if as_json:
        typer.echo(json.dumps({"kind": kind, "total": page.total, "gaps": told}, default=str))
        return
    say(f"{label(kind, 'zh')}: {page.total:,} 处", f"{label(kind, 'en')}: {page.total:,}")
    for one in told:
        typer.echo(f"  {_line(one)}")


def _line(gap: dict[str, Any]) -> str:
    name = gap["name"] or f"{gap.get('footprints', '')} 栋"
    when = gap["days"] if gap["days_left"] is None else gap["days_left"]
    parts = (gap["id"], name, gap["town_name"], gap["neighbourhood_name"], gap["clause"], when)
    return " · ".join(str(part) for part in parts if part is not None)


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(None), TaskProgressColumn())
    return Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True))
