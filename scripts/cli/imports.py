"""`fugai import`: files into the store."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from geodata.domain.errors import DomainError, Fault, Severity
from geodata.domain.vocabulary import LANGUAGES, Language, words
from geodata.spatial.datum import parse_datum
from geodata.store.imports.report import ImportReport
from scripts.cli import ledger_imports
from scripts.cli.database import engine
from scripts.cli.output import say
from server.actions import imports as actions
from server.i18n import sentence

_app = typer.Typer(help="导入文件  /  import files", no_args_is_help=True)
_SHOWN_PER_KIND = 5
_MARKS = {Severity.ERROR: "✘", Severity.WARNING: "!", Severity.NOTE: "·"}

File = Annotated[Path, typer.Argument(help="文件 / file")]
District = Annotated[str | None, typer.Option(help="区划代码或名称 / district code or name")]
On = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="起算日 / valid from")]
Skip = Annotated[bool, typer.Option("--skip-faulty", help="只导入无误的行 / take good rows only")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON 报告 / report as JSON")]
Full = Annotated[bool, typer.Option("--full", help="列出全部提示 / list every remark")]


def register(app: typer.Typer) -> None:
    """Add the sub-commands."""
    ledger_imports.register(_app)
    app.add_typer(_app, name="import")


@_app.command()
def listing(
    file: File,
    datum: Annotated[str, typer.Option(help="wgs84 | cgcs2000 | gcj02 | bd09")],
    district: District = None,
    on: On = None,
    join: Annotated[Path | None, typer.Option(help="按编号连接的另一文件 / join by code")] = None,
    column: Annotated[
        list[str] | None, typer.Option("--map", help="字段=列名 / field=column")
    ] = None,
    confirm_datum: Annotated[
        bool, typer.Option("--confirm-datum", help="坚持所声明的坐标系 / insist on the datum")
    ] = False,
    skip_faulty: Skip = False,
    as_json: AsJson = False,
    full: Full = False,
) -> None:
    """小区名单(CSV、Excel) / A plain list of communities."""
    overrides = dict(_pair(one) for one in column or [])
    order = replace(_order(district, on, skip_faulty=skip_faulty), insists=confirm_datum)
    report = actions.import_listing_file(
        engine(), file, order, datum=parse_datum(datum), overrides=overrides, join=join
    )
    _finish(report, as_json=as_json, full=full)


@_app.command()
def osm(file: File, district: District = None, as_json: AsJson = False) -> None:
    """OSM 提取文件: 楼房、居住区、道路 / An OpenStreetMap extract."""
    order = _order(district, None, skip_faulty=False)
    _finish(actions.import_osm_file(engine(), file, order), as_json=as_json, full=False)


@_app.command()
def footprints(
    file: File,
    district: District = None,
    skip_faulty: Skip = False,
    as_json: AsJson = False,
    full: Full = False,
) -> None:
    """楼幢轮廓矢量文件 / Building outlines of a vector file."""
    order = _order(district, None, skip_faulty=skip_faulty)
    _finish(actions.import_footprints_file(engine(), file, order), as_json=as_json, full=full)


@_app.command()
def divisions(
    file: File, skip_faulty: Skip = False, as_json: AsJson = False, full: Full = False
) -> None:
    """区划名录或边界 / Divisions with codes, order and boundaries."""
    order = _order(None, None, skip_faulty=skip_faulty)
    _finish(actions.import_divisions_file(engine(), file, order), as_json=as_json, full=full)


def _order(district: str | None, on: datetime | None, *, skip_faulty: bool) -> actions.ImportOrder:
    return actions.ImportOrder(
        actor="cli",
        district=district,
        on=on.date() if on else None,
        skips_faulty=skip_faulty,
    )


def _pair(text: str) -> tuple[str, str]:
    key, sign, column = text.partition("=")
    if not sign:
        raise DomainError("listing.field_unknown", field=text, known=["name=小区名"])
    return key, column


def _finish(report: ImportReport, *, as_json: bool, full: bool) -> None:
    if as_json:
        print(json.dumps(_report_json(report), ensure_ascii=False, default=str, indent=1))
    else:
        _print(report, full=full)
    raise typer.Exit(2 if report.errors else 0)


def _report_json(report: ImportReport) -> dict[str, Any]:
    # Not asdict of the whole: it takes a Counter's pairs for things to count.
    return {
        "file": report.file,
        "district": report.district,
        "applied": report.applied,
        "import": report.import_id if report.applied else None,
        "counts": dict(report.counts),
        "columns": report.columns,
        "unknown_columns": report.unknown_columns,
        "faults": [asdict(fault) for fault in report.faults],
    }


def _print(report: ImportReport, *, full: bool) -> None:
    _print_columns(report)
    _print_faults(report.faults, most=len(report.faults) if full else _SHOWN_PER_KIND)
    counts = ", ".join(f"{name} {count}" for name, count in report.counts.items())
    if report.applied:
        say(f"✔ {report.file} 已导入 {report.district}: {counts}", "imported")
        if report.import_id is not None:
            undo = f"fugai import undo {report.import_id}"
            say(f"整体撤销: {undo}", f"to take it back: {undo}")
        return
    facts = {"errors": len(report.errors)}
    for language in LANGUAGES:
        print(f"✘ {sentence('import.nothing_kept', facts, language)}")


def _print_columns(report: ImportReport) -> None:
    for header, field in report.columns.items():
        print(f"  {header} → {field}")
    if report.unknown_columns:
        names = "、".join(report.unknown_columns)
        print(f"  未识别的列(随行保留) / columns kept with the row: {names}")


def _print_faults(faults: list[Fault], *, most: int) -> None:
    groups: dict[tuple[Severity, str, str | None], list[Fault]] = defaultdict(list)
    for fault in faults:
        groups[fault.severity, fault.code, fault.column].append(fault)
    order = list(Severity)
    for (severity, _, _), alike in sorted(groups.items(), key=lambda one: order.index(one[0][0])):
        for fault in alike[:most]:
            print(f"{_MARKS[severity]} {_line(fault)}")
        if len(alike) > most:
            rest = len(alike) - most
            print(f"  …同类还有 {rest} 处 (--full 全部列出) / {rest} more alike")


def _facts(fault: Fault, language: Language) -> dict[str, object]:
    """Return what a fault's sentence needs, management types by their labels."""
    facts = {**fault.facts, "value": fault.value, "row": fault.row, "column": fault.column}
    read_as = facts.get("read_as")
    if isinstance(read_as, list):
        types = words("management_type")
        facts["read_as"] = [types[one].label(language) for one in read_as]
    return facts


def _line(fault: Fault) -> str:
    where = [fault.file]
    if fault.sheet:
        where.append(f"〔{fault.sheet}〕")
    if fault.row is not None:
        where.append(f"第{fault.row}行/row {fault.row}")
    if fault.column:
        where.append(f"「{fault.column}」")
    if fault.value:
        where.append(f"“{fault.value[:60]}”")
    texts = (sentence(fault.code, _facts(fault, language), language) for language in LANGUAGES)
    return f"{' '.join(where)}: {'  /  '.join(texts)}"
