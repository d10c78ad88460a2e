"""`fugai coverage`: the figures."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from geodata.domain.access import Scope
from geodata.domain.indicator import Denominator, Rate
from geodata.domain.period import today
from geodata.domain.vocabulary import LANGUAGES, label
from geodata.store.queries.coverage_table import (
    Breakdown,
    CoverageRow,
    CoverageTable,
    coverage_table,
)
from geodata.store.queries.state import SiteFilter
from geodata.store.session import reading
from scripts.cli.database import engine
from server.actions.shown import shown_district
from server.api.figures import table_json


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="coverage")(show_coverage)


def show_coverage(
    by: Annotated[Breakdown, typer.Option(help="分组 / rows")] = Breakdown.TOWN,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="日期 / day")] = None,
    district: Annotated[str | None, typer.Option(help="区划代码或名称 / code or name")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """覆盖率 / Coverage figures."""
    day = on.date() if on else today()
    with reading(engine()) as session:
        if district is not None:
            district = shown_district(session, Scope.everything(), district).code
        wanted = SiteFilter(district=district)
        table = coverage_table(session, Scope.everything(), by=by, on=day, wanted=wanted)
    if as_json:
        print(json.dumps(table_json(table), ensure_ascii=False, indent=1))
    else:
        _print(table)


def _print(table: CoverageTable) -> None:
    shown = Table(title=f"{table.on}  覆盖率 = 已覆盖 ÷ 全部 / covered ÷ all")
    for header in (
        "",
        "小区(楼房)数 / sites",
        "楼幢 / buildings",
        "户数 / households",
        "建筑面积 / m²",
    ):
        shown.add_column(header, justify="left" if not header else "right")
    for row in (*table.rows, table.total):
        shown.add_row(row.label, *(_rate(row, one) for one in Denominator))
    Console().print(shown)
    for one, count in table.total.unreported.items():
        if count:
            zh, en = (label(one, language) for language in LANGUAGES)
            Console().print(f"{zh}: 另有 {count:,} 个未填报, 不计入 / {en}: {count:,} not reported")
    if table.by is Breakdown.MANAGEMENT_TYPE:
        Console().print("类型可多选, 各行之和可大于合计 / types may be ticked together")


def _rate(row: CoverageRow, denominator: Denominator) -> str:
    rate: Rate = row.rate(denominator)
    share = "—" if rate.share is None else f"{rate.share:.1%}"
    return f"{rate.part:,.0f} ÷ {rate.whole:,.0f} = {share}"
