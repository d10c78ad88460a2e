"""`fugai doctor`: which coordinate system the numbers of a file are in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from geodata.domain.access import Scope
from geodata.store.session import reading
from scripts.cli.database import engine
from server.actions.doctor import Examination, examine_file
from server.i18n import word


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="doctor")(doctor)


def doctor(
    file: Annotated[Path, typer.Argument(help="名单或矢量文件 / a list or vector file")],
    district: Annotated[str | None, typer.Option(help="区划代码或名称 / code or name")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
) -> None:
    """坐标诊断: 文件用的是什么坐标系 / Which coordinate system a file is in."""
    with reading(engine()) as session:
        found = examine_file(session, Scope.everything(), file, district=district)
    if as_json:
        print(json.dumps(found.as_json(), ensure_ascii=False, indent=1))
    else:
        _print(found)


def _print(found: Examination) -> None:
    result = found.diagnosis
    rows = [
        ("doctor.winner", result.winner.label),
        ("doctor.confidence", f"{result.confidence:.0%}"),
        ("doctor.runner_up", result.runner_up.label),
        ("doctor.shift", _metres(result.winner.mean_shift_m)),
        ("doctor.declared", "—" if result.declared is None else result.declared.label),
        ("doctor.points", str(result.points)),
    ]
    for key, value in rows:
        print(f"{word(key, 'zh')} / {word(key, 'en')}: {value}")
    if result.is_contradicted:
        print(f"! {word('doctor.contradicted', 'zh')} / {word('doctor.contradicted', 'en')}")
    for one in result.candidates:
        inside, shift = f"{one.inside_share:.0%}", _metres(one.mean_shift_m)
        print(f"  {one.label:28} {inside:>5}  {one.score:.3f}  {shift}")


def _metres(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f} m"
