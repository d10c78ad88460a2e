"""`fugai export`: files for offices."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from geodata.domain.access import Scope
from geodata.domain.period import today
from geodata.ledger.form_writer import SheetsBy
from geodata.store.audit import audit
from geodata.store.queries.state import SiteFilter
from geodata.store.session import Change, reading, writing
from scripts.cli.database import engine
from scripts.cli.output import say
from server.actions.export_ledger import export_ledger
from server.actions.shown import shown_district

_app = typer.Typer(help="导出文件  /  export files", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    app.add_typer(_app, name="export")


@_app.command()
def ledger(
    out: Annotated[Path, typer.Option(help="xlsx 文件 / file to write")],
    district: Annotated[str | None, typer.Option(help="区划代码或名称 / code or name")] = None,
    town: Annotated[str | None, typer.Option(help="镇(街道)代码 / code of a town")] = None,
    neighbourhood: Annotated[str | None, typer.Option(help="社区(村居)代码 / code")] = None,
    sheets: Annotated[
        SheetsBy, typer.Option(help="分表: 不分、按镇(街道)、按社区(村居) / a sheet for each")
    ] = SheetsBy.NONE,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
) -> None:
    """《住宅小区基本情况台账》, 含完整电话 / The official form, with whole phone numbers."""
    day = on.date() if on else today()
    everything = Scope.everything()
    with reading(engine()) as session:
        code = shown_district(session, everything, district).code
        exported = export_ledger(
            session,
            everything,
            out,
            unit=neighbourhood or town or code,
            wanted=SiteFilter(district=code, town=town, neighbourhood=neighbourhood),
            on=day,
            with_phones=True,
            sheets=sheets,
        )
    with writing(engine(), Change("cli", "export ledger")) as session:
        audit(session, "cli", "export_ledger", exported.name, rows=exported.rows, phones=True)
    say(f"已导出 {exported.rows} 行到 {out}", f"{exported.rows} rows written")
