"""`fugai path`: what is missing to full coverage, and what would do it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

import typer

from geodata.domain.access import Scope
from geodata.domain.indicator import Denominator
from geodata.domain.period import today
from geodata.domain.vocabulary import label
from geodata.store.queries.state import SiteFilter
from geodata.store.session import reading
from scripts.cli.database import engine
from scripts.cli.output import say
from server.actions.path_to_full import path_to_full
from server.actions.shown import shown_district
from server.api.path import path_json, path_wish


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(path)


def path(
    district: Annotated[str | None, typer.Option(help="区划代码 / code")] = None,
    town: Annotated[str | None, typer.Option(help="镇(街道)代码 / code of a town")] = None,
    budget: Annotated[int | None, typer.Option(min=0, help="每年元 / yuan a year")] = None,
    by: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="期限 / deadline")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
) -> None:
    """达标路径: 还差多少, 何时达标, 最少做什么 / The path to full coverage."""
    scope = Scope.everything()
    wish = path_wish(None if by is None else by.date(), Denominator.SITES, 1.0, budget)
    with reading(engine()) as session:
        code = shown_district(session, scope, district).code
        wanted = SiteFilter(district=code, town=town)
        found = path_to_full(session, scope, wanted, wish, on=today())
    if as_json:
        typer.echo(json.dumps(path_json(found), default=str, ensure_ascii=False))
        return
    for row, forecasts in found.rows:
        one = forecasts[Denominator.SITES]
        when = "—" if one.full_on is None else one.full_on.isoformat()
        say(
            f"{row.label}: 还差 {one.missing:,.0f} 个, 每周 {one.per_week:+.1f}, 达标 {when}",
            f"{one.missing:,.0f} to go, {one.per_week:+.1f} a week, full on {when}",
        )
    for step in found.steps:
        if step.is_chosen:
            action = step.option
            typer.echo(f"  {step.site.name}: {label(action.action, 'zh')} ({action.clause})")
    say(f"合计每年 {found.cost_yuan:,} 元", f"{found.cost_yuan:,} yuan a year")
