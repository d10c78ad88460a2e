"""`fugai import ledger`: a ledger as a report, then into the store; and back out of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from geodata.domain.access import Scope
from geodata.domain.errors import DomainError
from geodata.domain.importing import RowOutcome
from geodata.domain.vocabulary import words
from geodata.store.queries.imports import find_imports, get_import
from geodata.store.session import reading
from scripts.cli.database import engine, file_store
from scripts.cli.output import complain, say
from server.actions import ledger_imports as actions
from server.actions.import_receipt import Delivery, Sender, receive
from server.actions.import_report import write_report
from server.actions.import_staging import stage
from server.api.ledger_imports import import_json

_CLI: Final = Sender(name="cli", scope=Scope.everything())
_COUNTED: Final = (*(one.value for one in RowOutcome if one is not RowOutcome.ERROR), "errors")
_SHOWN: Final = 40
_MARKS: Final = {"error": "✘", "warning": "!", "note": "·"}

Number = Annotated[int, typer.Argument(help="导入编号 / number of the import")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON 报告 / report as JSON")]
Skip = Annotated[bool, typer.Option("--skip-faulty", help="只入库无误的行 / good rows only")]


def register(app: typer.Typer) -> None:
    """Add the commands to those of `fugai import`."""
    for command in (ledger, apply, undo):
        app.command()(command)
    app.command(name="list")(list_imports)


def ledger(
    file: Annotated[Path, typer.Argument(help="文件 / file")],
    district: Annotated[str | None, typer.Option(help="区划代码或名称 / code or name")] = None,
    town: Annotated[str | None, typer.Option(help="镇(街道)代码 / code of a town")] = None,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="起算日 / valid from")
    ] = None,
    apply_it: Annotated[
        bool, typer.Option("--apply", help="入库; 缺省只出报告 / write it; else report only")
    ] = False,
    skip_faulty: Skip = False,
    report: Annotated[
        Path | None, typer.Option(help="带批注的工作簿 / the workbook with comments")
    ] = None,
    as_json: AsJson = False,
    full: Annotated[bool, typer.Option("--full", help="列出全部 / list all")] = False,
) -> None:
    """《住宅小区基本情况台账》: 先比对, 加 --apply 入库 / The official form: report first."""
    if not file.is_file():
        raise DomainError("table.missing", file=file.name)
    day = on.date() if on else None
    delivery = Delivery(name=file.name, district=district, town=town, on=day)
    with file.open("rb") as content:
        import_id = receive(engine(), file_store(), _CLI, content, delivery)
    _stage(import_id)
    if report is not None:
        with reading(engine()) as session:
            write_report(session, file_store(), _CLI.scope, import_id, report, "zh")
    refusal = None
    if apply_it:
        try:
            _apply(import_id, skip_faulty)
        except DomainError as error:
            refusal = error
    told = _told(import_id)
    _show(told, as_json=as_json, full=full)
    if refusal is not None:
        complain(refusal)
    counts = told["report"]["counts"]
    raise typer.Exit(2 if refusal or counts["errors"] or counts["doubtful"] else 0)


def apply(number: Number, skip_faulty: Skip = False, as_json: AsJson = False) -> None:
    """入库 / Write what was staged."""
    _apply(number, skip_faulty)
    _show(_told(number), as_json=as_json, full=False)


def undo(number: Number) -> None:
    """整体撤销一次导入 / Take an import back as a whole."""
    with _bar("撤销 / taking back") as told:
        sites = actions.undo(engine(), _CLI, number, progress=told)
    say(f"已撤销导入 {number}, 恢复 {sites} 个小区(楼房)", f"undone, {sites} sites as before")


def list_imports() -> None:
    """最近的导入 / The latest imports."""
    states = words("import_state")
    with reading(engine()) as session:
        for one in find_imports(session, Scope.everything()):
            counts = _counts(one.report.get("counts", {}))
            print(
                f"{one.id}\t{one.effective_on}\t{states[one.state].zh}\t{one.file_name}\t{counts}"
            )


def _stage(import_id: int) -> None:
    with _bar("读取并比对 / reading and comparing") as told:
        stage(engine(), file_store(), _CLI, import_id, progress=told)


def _apply(import_id: int, skips_faulty: bool) -> None:  # noqa: FBT001 - as it is typed
    with _bar("入库 / writing") as told:
        actions.apply(engine(), _CLI, import_id, skips_faulty=skips_faulty, progress=told)


@contextmanager
def _bar(step: str) -> Iterator[Callable[[float], None]]:
    """Yield what tells a bar how far a step has come."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task(step, total=1.0)

        def told(share: float) -> None:
            bar.update(task, completed=share)

        yield told
        told(1)


def _told(import_id: int) -> dict[str, Any]:
    with reading(engine()) as session:
        one = get_import(session, Scope.everything(), import_id)
        return import_json(one, "zh", faults_shown=len(one.report.get("faults", [])))


def _show(told: dict[str, Any], *, as_json: bool, full: bool) -> None:
    if as_json:
        print(json.dumps(told, ensure_ascii=False, default=str, indent=1))
        return
    faults = told["report"]["faults"]
    for fault in faults if full else faults[:_SHOWN]:
        where = [fault["sheet"] and f"〔{fault['sheet']}〕", fault["cell"] or _row(fault)]
        value = f"“{fault['value'][:60]}”" if fault["value"] else ""
        place = " ".join(part for part in where if part)
        text = f"{fault['reason']}{fault['suggestion']}"
        print(f"{_MARKS[fault['severity']]} {place} {value} {text}")
    if len(faults) > _SHOWN and not full:
        print(f"  …还有 {len(faults) - _SHOWN} 处 (--full) / more")
    state = words("import_state")[told["state"]]
    counts = _counts(told["report"]["counts"])
    say(f"导入 {told['id']}: {state.zh}; {counts}", f"import {told['id']}: {state.en}")


def _row(fault: dict[str, Any]) -> str:
    return f"第{fault['row']}行 {fault['column'] or ''}" if fault["row"] else ""


def _counts(counts: dict[str, int]) -> str:
    outcomes = words("row_outcome")
    names = {one: outcomes["error" if one == "errors" else one].zh for one in _COUNTED}
    return ", ".join(f"{names[one]} {counts.get(one, 0)}" for one in _COUNTED)
