"""`fugai campaign`, `fugai month`, `fugai bulletin`: a campaign from its file to its bulletin."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from geodata.domain.errors import DomainError
from geodata.domain.period import month_of
from geodata.store.session import reading
from scripts.cli.database import database_url, engine, file_store
from scripts.cli.output import say
from scripts.cli.routes import OPERATOR
from server.actions.run_campaign import close_month, load_campaign
from server.actions.shown import shown_district
from server.actions.tell_bulletin import told_bulletin
from server.settings import Settings

campaign = typer.Typer(help="专项工作 / campaigns", no_args_is_help=True)
month = typer.Typer(help="月度 / months", no_args_is_help=True)

District = Annotated[str | None, typer.Option(help="区划代码 / code")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(campaign, name="campaign")
    app.add_typer(month, name="month")
    app.command()(bulletin)


@campaign.command()
def load(file: Path, district: District = None) -> None:
    """载入专项工作文件 / Load a campaign's file."""
    try:
        content = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DomainError("campaign.unreadable", where=file.name) from error
    made = load_campaign(engine(), OPERATOR, district, content)
    say(f"专项工作 {made}", f"campaign {made}")


@month.command()
def close(month: str, district: District = None) -> None:
    """结账: 冻结数字和名单 / Close a month: figures and rows stay as they are."""
    made = close_month(engine(), OPERATOR, district, month_of(month))
    say(f"{month} 已结账, 快照 {made}", f"closed, snapshot {made}")


def bulletin(
    month: str,
    out: Annotated[Path, typer.Option(help=".docx / .pdf")],
    district: District = None,
) -> None:
    """生成通报 / Write the bulletin of a closed month."""
    settings = Settings.read(database_url(), file_store().folder)
    port = os.environ.get("FUGAI_PORT") or "8000"
    with reading(engine()) as session:
        shown = shown_district(session, OPERATOR.scope, district)
        told = told_bulletin(session, OPERATOR.scope, shown, month_of(month), settings.issuer)
    address = settings.address or f"http://127.0.0.1:{port}"
    content = told.pdf() if out.suffix == ".pdf" else told.word(address)
    out.write_bytes(content)
    say(f"已写入 {out}", f"written to {out}")
