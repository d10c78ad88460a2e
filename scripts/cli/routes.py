"""`fugai routes`: visits planned, and the solver held against known instances."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from geodata.domain.errors import DomainError
from geodata.routing.engine import Effort, solve_instance
from geodata.routing.instance_files import read_instance
from scripts.cli.output import say

routes = typer.Typer(help="检查路线 / routes of visits", no_args_is_help=True)

_AS_MANY_AS_THERE_IS_TIME_FOR = 10**9


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
    cost, found = solve_instance(instance, effort)
    if cost is None:
        raise DomainError("routes.nothing_found", file=file.name, seconds=seconds)
    if as_json:
        typer.echo(json.dumps({"cost": cost / 10, "routes": found}))
        return
    say(f"{instance.name}: {cost / 10} ({len(found)} 条路线)", f"{len(found)} routes")
    for number, route in enumerate(found, start=1):
        typer.echo(f"Route #{number}: {' '.join(map(str, route))}")
