"""`fugai routes`: visits planned, and the solver held against known instances."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer

from geodata.domain.access import Role, Scope
from geodata.domain.errors import DomainError
from geodata.domain.travel import TravelMode
from geodata.routing.engine import Effort, solve_on_all_cores
from geodata.routing.instance_files import read_instance
from geodata.store.session import reading
from geodata.store.visit_plans import get_visit_plan
from scripts.cli.database import engine
from scripts.cli.output import say
from server.actions.plan_visits import make_visit_plan, request_visit_plan
from server.actions.visit_wish import InspectorWish, VisitWish
from server.api.visit_plans import plan_json
from server.auth import Actor
from server.visit_words import clock

routes = typer.Typer(help="检查路线 / routes of visits", no_args_is_help=True)

_AS_MANY_AS_THERE_IS_TIME_FOR: Final = 10**9
OPERATOR: Final = Actor("cli", "cli", Role.ADMINISTRATOR, None, Scope.everything())
"""Who plans at the command line."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(routes, name="routes")


@routes.command()
def solve(
    file: Path,
    seconds: Annotated[float, typer.Option(min=0.1, max=3600, help="秒 / seconds")] = 10,
    seed: Annotated[int, typer.Option(help="随机种子 / seed")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
) -> None:
    """求解 Solomon / Gehring-Homberger 算例 / Solve an instance of the benchmark."""
    instance = read_instance(file)
    effort = Effort(_AS_MANY_AS_THERE_IS_TIME_FOR, seconds, seed)
    cost, found = solve_on_all_cores(instance, effort)
    if cost is None:
        raise DomainError("routes.nothing_found", file=file.name, seconds=seconds)
    if as_json:
        typer.echo(json.dumps({"cost": cost / 10, "routes": found}))
        return
    say(f"{instance.name}: {cost / 10} ({len(found)} 条路线)", f"{len(found)} routes")
    for number, route in enumerate(found, start=1):
        typer.echo(f"Route #{number}: {' '.join(map(str, route))}")


@routes.command()
def plan(
    date: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="日期 / day")],
    inspectors: Annotated[str, typer.Option(help="用户名, 逗号分隔 / user names, by commas")],
    days: Annotated[int, typer.Option(min=1, max=60, help="天数 / days")] = 1,
    district: Annotated[str | None, typer.Option(help="区划代码 / code")] = None,
    town: Annotated[str | None, typer.Option(help="镇(街道)代码 / code of a town")] = None,
    mode: Annotated[TravelMode, typer.Option(help="交通 / by what")] = TravelMode.CAR,
    most: Annotated[int, typer.Option(min=1, max=2000, help="最多几处 / at most")] = 60,
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
) -> None:
    """排出检查路线 / Plan visits that are due."""
    wish = VisitWish(
        district=district,
        town=town,
        days=[date.date() + timedelta(days=ahead) for ahead in range(days)],
        inspectors=[
            InspectorWish(username=one.strip()) for one in inspectors.split(",") if one.strip()
        ],
        mode=mode,
        most=most,
    )
    base = engine()
    made = request_visit_plan(base, OPERATOR, wish)
    make_visit_plan(base, made)
    with reading(base) as session:
        found = get_visit_plan(session, OPERATOR.scope, made)
        told = plan_json(session, OPERATOR.scope, found, "zh")
    if as_json:
        typer.echo(json.dumps(told, default=str, ensure_ascii=False))
        return
    for route in told["routes"]:
        typer.echo(f"{route['inspector']} {route['on']} {route['distance_m'] / 1000:.1f} km")
        for stop in route["stops"]:
            typer.echo(f"  {clock(stop['begins_s'])} {stop['name']} · {stop['sentence']}")
    for one in told["unassigned"]:
        typer.echo(f"  ✘ {one['name']}: {one['reason']}")
    say(f"计划 {made}: /visits/{made}", f"plan {made}")
