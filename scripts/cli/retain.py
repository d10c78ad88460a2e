"""`fugai retain`: personal data that has been kept long enough is let go."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from geodata.store.audit import audit
from geodata.store.retaining import POSITIONS_KEPT, let_go
from geodata.store.session import Change, writing
from scripts.cli.database import engine
from scripts.cli.output import say

_ACT = "retain"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(retain)


def retain(
    positions: Annotated[
        int,
        typer.Option(help="位置保留天数 / days", envvar="FUGAI_POSITIONS_KEPT_DAYS", min=1),
    ] = POSITIONS_KEPT.days,
) -> None:
    """按保留期限清除检查位置等个人信息 / Let go of positions, old sessions and tokens."""
    with writing(engine(), Change("cli", _ACT)) as session:
        counts = let_go(session, positions_kept=timedelta(days=positions))
        audit(session, "cli", _ACT, "personal", days=positions, counts=counts)
    told = ", ".join(f"{kind} {count}" for kind, count in counts.items())
    say(f"已清除: {told}", "let go")
